"""Questions to the database that more than one page or action asks."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from allocations.models import (
    Application,
    AwardChange,
    ClawBack,
    CreditedRun,
    Drift,
    EnergyFactor,
    Invitation,
    Job,
    JobCancel,
    LeavingMember,
    Project,
    Site,
    SitePlan,
)
from allocations.rules.award_changes import ChangeKind, ChangeState
from allocations.rules.deadlines import BRUSSELS, Clock, Pause
from allocations.states import ApplicationState


def open_invitations_to(user: User) -> QuerySet[Invitation]:
    """Invitations that were sent to an address which this person has verified."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values("email")
    return Invitation.objects.select_related("application", "invited_by").filter(
        email__in=addresses, accepted_by=None, expires_at__gt=timezone.now()
    )


def projects_with_what_is_rare() -> QuerySet[Project]:
    """Projects that know which of what most never have there is, so that pages need not ask."""
    here = {"allocation__project": OuterRef("pk")}
    plans = SitePlan.objects.current().filter(site__allocations__project=OuterRef("pk"))
    invitations = Invitation.objects.filter(application=OuterRef("application"), accepted_by=None)
    leaders = AwardChange.objects.filter(
        application=OuterRef("application"), kind=ChangeKind.LEADER, state=ChangeState.APPROVED
    )
    return Project.objects.annotate(  # type: ignore[no-redef]  # declared for its readers
        has_plans=Exists(plans),
        has_leaving=Exists(LeavingMember.objects.filter(**here)),
        has_drift=Exists(Drift.objects.filter(**here)),
        has_cancels=Exists(JobCancel.objects.filter(**here)),
        has_invitations=Exists(invitations),
        has_new_leaders=Exists(leaders),
        has_claw_backs=Exists(ClawBack.objects.filter(**here)),
    )


def jobs_of(project: Project) -> QuerySet[Job]:
    """A project's jobs, and whether the time of each was given back, the newest first."""
    jobs = Job.objects.filter(project=project).select_related("site", "project")
    credited = CreditedRun.objects.filter(
        site=OuterRef("site"),
        db_index=OuterRef("db_index"),
        submitted_at=OuterRef("submitted_at"),
    )
    return jobs.annotate(is_credited=Exists(credited))


def energy_factor_on(site: Site, day: date) -> EnergyFactor | None:
    """The factor that held at a site on a day; None where nobody entered one."""
    held = EnergyFactor.objects.filter(site=site, valid_from__lte=day)
    return held.order_by("-valid_from").first()


def clock_of(application: Application) -> Clock:
    """The time for the decision of an application that was handed in under a version."""
    if application.track_version is None or application.submitted_at is None:
        raise ValueError(f"{application.reference} was not handed in")
    rule = application.track_version.deadline_rule
    steps = list(application.transitions.values_list("state", "at"))
    appeals = [
        place for place, (state, _at) in enumerate(steps) if state == ApplicationState.APPEALED
    ]
    anew = steps[appeals[-1] + 1 :] if appeals else []
    if anew:
        # What is decided anew after an appeal has all of its time again.
        return Clock(rule, anew[0][1], tuple(_pauses(anew)))
    return Clock(rule, application.submitted_at, tuple(_pauses(steps)))


def _pauses(steps: Iterable[tuple[str, datetime]]) -> Iterator[Pause]:
    """Each time that the applicant owed an answer: from the question to the next step."""
    asked_on = None
    for state, at in steps:
        day = at.astimezone(BRUSSELS).date()
        if asked_on is not None:
            yield Pause(asked_on, day)
        asked_on = day if state == ApplicationState.INFO_REQUESTED else None
    if asked_on is not None:
        yield Pause(asked_on, None)
