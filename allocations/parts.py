"""What somebody is to an application, read in one query or together with the application."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value

from accounts.models import OrganisationMember, User
from allocations.models import Application, Invitation, Review


@dataclass(frozen=True)
class OwnPart:
    """Everything that binds one person to one application, save that they applied."""

    is_in_team: bool
    represents_organisation: bool
    is_asked_for_review: bool
    has_handed_in_review: bool


def with_part(applications: QuerySet[Application], user: User) -> QuerySet[Application]:
    """The same applications, each with what this person is to it, for `part_of`."""
    return applications.annotate(part_is_of=Value(user.pk), **_signs(user))


def part_of(user: User, application: Application) -> OwnPart:
    """What this person is to it: as it was read, or by a query."""
    if getattr(application, "part_is_of", None) == user.pk:
        return OwnPart(**{sign: getattr(application, sign) for sign in _signs(user)})
    signs = _signs(user)
    return OwnPart(
        **Application.objects.filter(pk=application.pk).annotate(**signs).values(*signs).get()
    )


def _signs(user: User) -> dict[str, Any]:
    review = Review.objects.standing().filter(application=OuterRef("pk"), reviewer=user)
    return {
        "is_in_team": Exists(
            Invitation.objects.filter(application=OuterRef("pk"), accepted_by=user)
        ),
        "represents_organisation": Exists(
            OrganisationMember.objects.filter(user=user, organisation=OuterRef("organisation"))
        ),
        "is_asked_for_review": Exists(review),
        "has_handed_in_review": Exists(review.filter(submitted_at__isnull=False)),
    }
