"""People, their organisations and their UNIX identities."""

from accounts.models.identities import UnixGroup, UnixIdentity
from accounts.models.mails import Mail, MailState
from accounts.models.organisations import (
    Organisation,
    OrganisationMember,
    SizeFigures,
    VatState,
)
from accounts.models.people import MailRhythm, User, display_name
from accounts.models.personal_tokens import PersonalToken, Scope, TokenUse
from accounts.models.ssh_keys import SshKey
from accounts.models.undertakings import (
    DeclaredAid,
    LinkedEnterprise,
    organisations_of_undertaking,
)

__all__ = [
    "DeclaredAid",
    "LinkedEnterprise",
    "Mail",
    "MailRhythm",
    "MailState",
    "Organisation",
    "OrganisationMember",
    "PersonalToken",
    "Scope",
    "SizeFigures",
    "SshKey",
    "TokenUse",
    "UnixGroup",
    "UnixIdentity",
    "User",
    "VatState",
    "display_name",
    "organisations_of_undertaking",
]
