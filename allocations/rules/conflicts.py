"""Conflicts of interest between somebody who reviews or decides and those who apply. Pure."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ConflictKind(TextChoices):
    """Why somebody may neither review an application nor decide it."""

    OWN = "own", _("own application")
    DECLARED = "declared", _("declared conflict of interest")
    ORGANISATION = "organisation", _("same organisation")
    ENTERPRISE = "enterprise", _("linked or partner enterprise")
    MAIL_DOMAIN = "mail_domain", _("mail address of the same house")
    PROJECT = "project", _("a project together, now or before")


PUBLIC_MAIL_HOSTS = frozenset(
    {
        "aol.com", "fastmail.com", "gmail.com", "gmx.be", "gmx.com", "gmx.de", "gmx.net",
        "googlemail.com", "hotmail.be", "hotmail.com", "hotmail.fr", "icloud.com", "laposte.net",
        "live.be", "live.com", "mac.com", "mail.com", "mailbox.org", "me.com", "msn.com",
        "orange.fr", "outlook.be", "outlook.com", "outlook.de", "posteo.de", "proton.me",
        "protonmail.com", "proximus.be", "scarlet.be", "skynet.be", "telenet.be", "voo.be",
        "web.de", "yahoo.com", "yahoo.fr", "ymail.com", "zoho.com",
    }
)  # fmt: skip
"""An address there says nothing of whom somebody works for."""


@dataclass(frozen=True)
class Ties:
    """What binds people to others, by the keys of rows, numbers and names."""

    people: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()
    enterprise_numbers: frozenset[str] = frozenset()
    mail_domains: frozenset[str] = frozenset()
    projects: frozenset[int] = frozenset()


def conflicts_between(judge: Ties, applying: Ties) -> list[ConflictKind]:
    """Everything that keeps one from judging the others, what weighs most first."""
    found = [
        (ConflictKind.OWN, judge.people & applying.people),
        (ConflictKind.ORGANISATION, judge.organisations & applying.organisations),
        (ConflictKind.ENTERPRISE, judge.enterprise_numbers & applying.enterprise_numbers),
        (ConflictKind.MAIL_DOMAIN, _shared_domains(judge, applying)),
        (ConflictKind.PROJECT, judge.projects & applying.projects),
    ]
    return [kind for kind, shared in found if shared]


def mail_domain(address: str) -> str:
    """The house that a mail address names; empty where it is a public mail host or no address."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    return "" if "." not in domain or domain in PUBLIC_MAIL_HOSTS else domain


def _shared_domains(judge: Ties, applying: Ties) -> frozenset[str]:
    """Domains of the judge that are one of the others', above or below it."""
    return frozenset(
        mine
        for mine in judge.mail_domains
        for theirs in applying.mail_domains
        if mine == theirs or mine.endswith(f".{theirs}") or theirs.endswith(f".{mine}")
    )
