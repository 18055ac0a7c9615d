"""What somebody is to an application, read in one query or together with the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Value

from accounts.models import User
from allocations.models import Application, Invitation, Review
from allocations.rules.conflicts import ConflictKind
from allocations.ties import conflicts_in, tie_rows

TEAM = Prefetch("invitations", Invitation.objects.select_related("accepted_by__unix_identity"))
"""Everybody invited, with who accepted."""


@dataclass(frozen=True)
class OwnPart:
    """Everything that binds one person to one application, save that they applied."""

    is_in_team: bool
    is_asked_for_review: bool = False
    has_handed_in_review: bool = False
    conflicts: tuple[ConflictKind, ...] = ()
    """What keeps them from judging it; read only of those whose role lets them."""


def with_part(applications: QuerySet[Application], user: User) -> QuerySet[Application]:
    """The same applications, each with what this person is to it, for `part_of`."""
    return applications.annotate(part_is_of=Value(user.pk), **_signs(user))


def part_of(user: User, application: Application) -> OwnPart:
    """What this person is to it: as it was read, or by a query."""
    if getattr(application, "part_is_of", None) == user.pk:
        return _own_part(user, vars(application))
    signs = _signs(user)
    found = Application.objects.filter(pk=application.pk).annotate(**signs).values(*signs)
    return _own_part(user, found.get())


def _own_part(user: User, read: Mapping[str, Any]) -> OwnPart:
    rows = read.get("tie_rows")
    reviews = read.get("own_reviews", ())
    return OwnPart(
        is_in_team=read["is_in_team"],
        is_asked_for_review=bool(reviews),
        has_handed_in_review=any(reviews),
        conflicts=() if rows is None else tuple(conflicts_in(rows, [user])[user.pk]),
    )


def _signs(user: User) -> dict[str, Any]:
    team = Invitation.objects.filter(application=OuterRef("pk"), accepted_by=user)
    if not user.permissions:
        # Most people: without a role nobody judges, and there is nothing to keep them from.
        return {"is_in_team": Exists(team)}
    review = Review.objects.standing().filter(application=OuterRef("pk"), reviewer=user)
    return {
        "is_in_team": Exists(team),
        "own_reviews": ArraySubquery(review.values("submitted_at")),
        "tie_rows": tie_rows([user]),
    }
