"""The discussion of an application among its reviewers and staff."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail_to_all
from accounts.models import User
from accounts.permissions import Permission, Role
from allocations.access import permissions_on_application
from allocations.actions.transitions import lock_application
from allocations.errors import RefusedError
from allocations.models import Application, ReviewComment
from allocations.rules.mentions import handles, mentioned

MOST_COMMENTS = 500
"""Of one application: more than any discussion needs, and little enough for one page."""


@action
def write_comment(*, application_id: int, text: str, actor: User) -> ReviewComment:
    """Say something to the others who review or decide; whoever is mentioned gets a mail."""
    application = lock_application(application_id)
    if Permission.REVIEWS_VIEW not in permissions_on_application(actor, application):
        raise RefusedError(_("You cannot take part in this discussion."))
    if not text.strip():
        raise RefusedError(_("Write something."), field="text")
    if application.review_comments.count() >= MOST_COMMENTS:
        raise RefusedError(_("This discussion is full."))
    comment = ReviewComment.objects.create(application=application, author=actor, text=text)
    called = set(mentioned(text, handles_of(application))) - {actor.pk}
    # An access that ended meanwhile counts: a mail would tell what the page no longer does.
    people = [
        person
        for person in participants(application).filter(pk__in=called)
        if Permission.REVIEWS_VIEW in permissions_on_application(person, application)
    ]
    context = {"application": application, "comment": comment}
    send_mail_to_all(template="review_mention", to=people, context=context)
    return comment


def participants(application: Application) -> QuerySet[User]:
    """Who may be mentioned: reviewers of the application who have handed in, and staff."""
    reviewers = application.reviews.handed_in().values("reviewer")
    staff = Q(role__in=[Role.STAFF, Role.ADMINISTRATOR])
    people = User.objects.filter(staff | Q(pk__in=reviewers), is_active=True)
    return people.exclude(pk=application.applicant_id).order_by("joined_at", "pk")


def handles_of(application: Application) -> dict[str, int]:
    """The short name of each participant."""
    return handles((person.pk, person.full_name) for person in participants(application))
