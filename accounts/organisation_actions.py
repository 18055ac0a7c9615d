"""What people enter of their organisation: facts, size, enterprises, aid, and who sees it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import (
    DeclaredAid,
    LinkedEnterprise,
    Organisation,
    OrganisationMember,
    SizeFigures,
    User,
)
from accounts.vies import check_vat_number

MOST_ENTERPRISES = 50
MOST_AIDS = 200


class OrganisationError(Exception):
    """What was entered cannot be; `field` is the one to change, the text says why."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@action
def save_organisation(
    *, enterprise_number: str, name: str, kind: str, postcode: str, website: str, actor: User
) -> Organisation:
    """The organisation with this number, made now if it is new; the person may apply for it.

    What others entered about a known organisation is not overwritten, and its figures stay theirs.
    """
    organisation, created = Organisation.objects.get_or_create(
        enterprise_number=enterprise_number,
        defaults={"name": name, "kind": kind, "postcode": postcode, "website": website},
    )
    OrganisationMember.objects.get_or_create(
        organisation=organisation, user=actor, defaults={"keeps_figures": created}
    )
    if created:
        check_vat_number.enqueue(organisation.pk)
    return organisation


@action
def save_facts(*, organisation_id: int, facts: Mapping[str, Any], actor: User) -> Organisation:
    """Change what is said of an organisation; its number stays."""
    organisation = _locked(organisation_id)
    for name, value in facts.items():
        setattr(organisation, name, value)
    organisation.save(update_fields=list(facts))
    return organisation


@action
def save_size(*, organisation_id: int, figures: Mapping[str, Any], actor: User) -> SizeFigures:
    """Store the figures of the last closed year."""
    entered = {**figures, "entered_by": actor, "entered_at": timezone.now()}
    stored, _created = SizeFigures.objects.update_or_create(
        organisation=_locked(organisation_id), defaults=entered
    )
    return stored


@action
def link_enterprise(
    *, organisation_id: int, enterprise: Mapping[str, Any], actor: User
) -> LinkedEnterprise:
    """Say that another enterprise is linked, or a partner."""
    organisation = _locked(organisation_id)
    number = enterprise["enterprise_number"]
    if number == organisation.enterprise_number:
        raise OrganisationError(_("This is the organisation itself."), "enterprise_number")
    known = organisation.linked_enterprises
    if known.filter(enterprise_number=number).exists():
        raise OrganisationError(_("This enterprise is in the list already."), "enterprise_number")
    if known.count() >= MOST_ENTERPRISES:
        raise OrganisationError(_("More enterprises cannot be entered; write to us."))
    return known.create(**enterprise)


@action
def unlink_enterprise(*, organisation_id: int, enterprise_id: int, actor: User) -> None:
    """Take an enterprise off the list."""
    _locked(organisation_id).linked_enterprises.filter(pk=enterprise_id).delete()


@action
def declare_aid(
    *, organisation_id: int, grantor: str, granted_on: date, cents: int, actor: User
) -> DeclaredAid:
    """Say that somebody else granted de minimis aid."""
    organisation = _locked(organisation_id)
    if organisation.declared_aid.count() >= MOST_AIDS:
        raise OrganisationError(_("More aid cannot be entered; remove what is older."))
    return organisation.declared_aid.create(
        grantor=grantor, granted_on=granted_on, cents=cents, declared_by=actor
    )


@action
def withdraw_aid(*, organisation_id: int, aid_id: int, actor: User) -> None:
    """Take back what was declared by mistake; the audit trail keeps it."""
    _locked(organisation_id).declared_aid.filter(pk=aid_id).delete()


@action
def let_in(*, organisation_id: int, member_id: int, actor: User) -> OrganisationMember:
    """Let somebody who applies for the organisation see and enter its figures, too."""
    organisation = _locked(organisation_id)
    member = OrganisationMember.objects.get(organisation=organisation, pk=member_id)
    member.keeps_figures = True
    member.save(update_fields=["keeps_figures"])
    return member


def _locked(organisation_id: int) -> Organisation:
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
