"""What every page knows: the places that this person may go to."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission


@dataclass(frozen=True)
class Place:
    """An entry of the navigation bar."""

    label: str | Promise
    url: str
    is_here: bool


_PLACES: tuple[tuple[str | Promise, str, Permission | None], ...] = (
    (_("Home"), "home", None),
    (_("My applications"), "applications", None),
    (_("My projects"), "projects", None),
    (_("My use"), "my_use", None),
    (_("Review queue"), "queue", Permission.QUEUE_VIEW),
    (_("All projects"), "all_projects", Permission.PROJECT_VIEW),
    (_("Sites"), "sites", Permission.SITES_VIEW),
    (_("Tracks"), "tracks", Permission.TRACKS_CHANGE),
    (_("Pools"), "pools", Permission.REPORTS_VIEW),
    (_("Overview"), "overview", Permission.REPORTS_VIEW),
    (_("Reports"), "reports", Permission.REPORTS_VIEW),
    (_("Programme"), "programme", Permission.REPORTS_VIEW),
    (_("People"), "people", Permission.PEOPLE_VIEW),
)


def navigation(request: HttpRequest) -> dict[str, list[Place]]:
    """The navigation bar of this person, on this page."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"places": []}
    return {
        "places": [
            Place(label, reverse(name), request.path == reverse(name))
            for label, name, permission in _PLACES
            if permission is None or user.may(permission)
        ]
    }
