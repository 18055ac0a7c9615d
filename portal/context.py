"""What every page knows: the places that this person may go to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission

Label = str | Promise
Entry = tuple[Label, str, Permission | None]

# So many fit beside each other on any desktop, and need no menus.
MOST_SIDE_BY_SIDE = 5


@dataclass(frozen=True)
class Place:
    """A page of the navigation bar."""

    label: Label
    url: str
    is_here: bool


@dataclass(frozen=True)
class Menu:
    """Places under one word."""

    label: Label
    places: tuple[Place, ...]

    @property
    def is_here(self) -> bool:
        """Whether the page is one of them."""
        return any(place.is_here for place in self.places)


_MENUS: tuple[tuple[Label, tuple[Entry, ...]], ...] = (
    (_("Home"), ((_("Home"), "home", None),)),
    (
        _("My work"),
        (
            (_("My applications"), "applications", None),
            (_("My projects"), "projects", None),
            (_("My use"), "my_use", None),
        ),
    ),
    (_("Review"), ((_("Review queue"), "queue", Permission.QUEUE_VIEW),)),
    (
        _("Projects"),
        (
            (_("All projects"), "all_projects", Permission.PROJECT_VIEW),
            (_("Final reports"), "final_reports", Permission.PROJECT_VIEW),
            (_("Hours to take back"), "claw_backs", Permission.PROJECT_VIEW),
            (_("Changes of awards"), "award_changes", Permission.PROJECT_VIEW),
            (_("Leaving members with jobs"), "leaving", Permission.SITES_VIEW),
        ),
    ),
    (
        _("Sites"),
        (
            (_("All sites"), "sites", Permission.SITES_VIEW),
            (_("Usage against Slurm"), "usage_checks", Permission.SITES_VIEW),
            (_("Accounting set aside"), "set_aside", Permission.SITES_VIEW),
            (_("Changed by hand"), "drift", Permission.SITES_VIEW),
            (_("Tracks and partitions"), "tracks", Permission.TRACKS_CHANGE),
            (_("Declarations"), "declaration_texts", Permission.TRACKS_CHANGE),
        ),
    ),
    (
        _("Reports"),
        (
            (_("Overview"), "overview", Permission.OVERVIEW_VIEW),
            (_("What the GPUs did"), "all_gpus", Permission.OVERVIEW_VIEW),
            (_("GPUs that stood idle"), "gpu_waste", Permission.PROJECT_VIEW),
            (_("GPU-hours by project"), "reports", Permission.REPORTS_VIEW),
            (_("Programme"), "programme", Permission.REPORTS_VIEW),
            (_("Pools"), "pools", Permission.REPORTS_VIEW),
            (_("Files and monthly reports"), "exports", Permission.REPORTS_VIEW),
        ),
    ),
    (
        _("People"),
        (
            (_("People"), "people", Permission.PEOPLE_VIEW),
            (
                _("Messages about accessibility"),
                "accessibility_feedback",
                Permission.FEEDBACK_ANSWER,
            ),
            (_("Mails"), "mails", Permission.MAILS_VIEW),
            (_("How mails look"), "mail_previews", Permission.MAILS_VIEW),
        ),
    ),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The navigation bar of this person, on this page; a menu of one place is a plain link.

    Made when a template shows it: parts of a page are rendered with the same names and show none.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"menus": []}
    return {"menus": SimpleLazyObject(partial(_menus, user, request.path))}


def _menus(user: User, path: str) -> list[Menu]:
    menus = [(label, _places(entries, user, path)) for label, entries in _MENUS]
    menus = [(label, places) for label, places in menus if places]
    if sum(len(places) for _label, places in menus) <= MOST_SIDE_BY_SIDE:
        return [Menu(place.label, (place,)) for _label, places in menus for place in places]
    return [Menu(label, places) for label, places in menus]


def _places(entries: Sequence[Entry], user: User, path: str) -> tuple[Place, ...]:
    shown = [
        (label, reverse(name))
        for label, name, permission in entries
        if permission is None or user.may(permission)
    ]
    return tuple(Place(label, address, path == address) for label, address in shown)
