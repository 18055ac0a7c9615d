"""What somebody is to an application, read in one query or together with the application."""

from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value

from accounts.models import OrganisationMember, User
from allocations.models import Application, Invitation, Review


@dataclass(frozen=True)
class OwnPart:
    """Everything that binds one person to one application, save that they applied."""

    is_in_team: bool
    represents_organisation: bool = False
    is_asked_for_review: bool = False
    has_handed_in_review: bool = False


_SIGNS = tuple(sign.name for sign in fields(OwnPart))


def with_part(applications: QuerySet[Application], user: User) -> QuerySet[Application]:
    """The same applications, each with what this person is to it, for `part_of`."""
    return applications.annotate(part_is_of=Value(user.pk), **_signs(user))


def part_of(user: User, application: Application) -> OwnPart:
    """What this person is to it: as it was read, or by a query."""
    if getattr(application, "part_is_of", None) == user.pk:
        return OwnPart(**{sign: getattr(application, sign, False) for sign in _SIGNS})
    signs = _signs(user)
    found = Application.objects.filter(pk=application.pk).annotate(**signs).values(*signs)
    return OwnPart(**found.get())


def _signs(user: User) -> dict[str, Any]:
    team = Invitation.objects.filter(application=OuterRef("pk"), accepted_by=user)
    if not user.permissions:
        # Most people: without a role nobody reviews, and there is nothing to keep them from.
        return {"is_in_team": Exists(team)}
    review = Review.objects.standing().filter(application=OuterRef("pk"), reviewer=user)
    return {
        "is_in_team": Exists(team),
        "represents_organisation": Exists(
            OrganisationMember.objects.filter(user=user, organisation=OuterRef("organisation"))
        ),
        "is_asked_for_review": Exists(review),
        "has_handed_in_review": Exists(review.filter(submitted_at__isnull=False)),
    }
