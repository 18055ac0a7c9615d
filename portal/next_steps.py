"""What somebody should do next, most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.dates import dated
from accounts.models import User
from accounts.numbers import grouped
from accounts.permissions import Permission
from allocations.models import Allocation, Application, ClawBack, Project
from allocations.queries import open_invitations_to
from allocations.rules.units import MINUTES_AN_HOUR
from allocations.states import ENDED_STATES, OPEN_STATES, AllocationState, ApplicationState


@dataclass(frozen=True)
class NextStep:
    """One card of the home page; `is_post` where its button changes something."""

    icon: str
    title: str
    text: str
    action: str
    url: str
    is_urgent: bool = False
    is_post: bool = False


def next_steps(user: User) -> list[NextStep]:
    """Questions to answer, invitations, drafts, projects, and what waits for staff."""
    open_ones = list(
        Application.objects.filter(applicant=user)
        .exclude(state__in=ENDED_STATES)
        .filter(project=None)
        .order_by("-created_at")
    )
    return list(
        chain(
            _questions(open_ones),
            _invitations(user),
            _claw_backs(user),
            _drafts(open_ones),
            _to_review(user),
            _projects(user),
            _waiting(open_ones),
            _reports(user),
        )
    )


def _reports(user: User) -> Iterator[NextStep]:
    """Who reads reports and has no other work here is led to them."""
    if user.may(Permission.REPORTS_VIEW) and not user.may(Permission.QUEUE_VIEW):
        yield NextStep(
            icon="bar-chart",
            title=_("The programme in figures"),
            text=_("What was granted and used at both sites, by whom, and how it went."),
            action=_("Read the figures"),
            url=reverse("programme"),
        )


def _questions(applications: list[Application]) -> Iterator[NextStep]:
    for application in applications:
        if application.state == ApplicationState.INFO_REQUESTED:
            yield NextStep(
                icon="question-circle",
                title=_("Answer a question about “%(title)s”") % {"title": application},
                text=_("We cannot decide before we know more. The time stands still until then."),
                action=_("Read the question"),
                url=reverse("application", args=[application.reference]),
                is_urgent=True,
            )


def _invitations(user: User) -> Iterator[NextStep]:
    for invitation in open_invitations_to(user):
        yield NextStep(
            icon="envelope-open",
            title=_("%(inviter)s invites you to “%(title)s”")
            % {"inviter": invitation.invited_by, "title": invitation.application},
            text=_("Join the team to use the GPU time of its project."),
            action=_("Accept the invitation"),
            url=reverse("accept_own", args=[invitation.pk]),
            is_urgent=True,
            is_post=True,
        )


def _to_review(user: User) -> Iterator[NextStep]:
    if user.may(Permission.APPLICATION_VIEW) or not user.may(Permission.QUEUE_VIEW):
        return
    owed = user.reviews.outstanding().filter(application__state__in=OPEN_STATES).count()
    yield NextStep(
        icon="clipboard-check",
        title=ngettext("%(n)d review to write", "%(n)d reviews to write", owed) % {"n": owed},
        text=_("You see the applications that you were asked to review, and no others."),
        action=_("Open the queue"),
        url=reverse("queue"),
        is_urgent=bool(owed),
    )


def _claw_backs(user: User) -> Iterator[NextStep]:
    proposals = ClawBack.objects.to_answer(user).select_related("allocation__site")
    for proposal in proposals.select_related("allocation__project"):
        words = {
            "title": proposal.allocation.project.title,
            "site": proposal.allocation.site.name,
            "hours": grouped(proposal.proposed_minutes // MINUTES_AN_HOUR),
            "day": dated(proposal.answer_due_on, "weekday"),
        }
        said = (
            _("It is proposed to take %(hours)s GPU-hours back. The day to answer was %(day)s.")
            if proposal.may_be_applied
            else _("It is proposed to take %(hours)s GPU-hours back. You can answer until %(day)s.")
        )
        yield NextStep(
            icon="hourglass-bottom",
            title=_("“%(title)s” uses few of its hours at %(site)s") % words,
            text=said % words,
            action=_("Read and answer"),
            url=proposal.get_absolute_url(),
            is_urgent=True,
        )


def _drafts(applications: list[Application]) -> Iterator[NextStep]:
    for application in applications:
        if application.state == ApplicationState.DRAFT:
            yield NextStep(
                icon="pencil-square",
                title=_("Finish your draft “%(title)s”") % {"title": application},
                text=_("What you wrote is saved. Nobody else sees it before you hand it in."),
                action=_("Go on writing"),
                url=reverse("edit_application", args=[application.reference]),
            )


def _projects(user: User) -> Iterator[NextStep]:
    allocations = Allocation.objects.select_related("site")
    projects = Project.objects.of(user).select_related("application", "final_report")
    projects = projects.prefetch_related(Prefetch("allocations", allocations))
    for project in projects:
        yield from _report(project)
        states = {allocation.state for allocation in project.allocations.all()}
        url = reverse("project", args=[project.name])
        if AllocationState.OFFERED in states:
            if project.application.applicant_id == user.pk:
                yield _offer(project)
        elif AllocationState.ACTIVE in states:
            yield NextStep(
                icon="check-circle",
                title=_("“%(title)s” is ready to use") % {"title": project.title},
                text=_("Its page shows how to submit a job, step by step, and what is left."),
                action=_("See how to submit"),
                url=f"{url}#sites",
            )
        elif AllocationState.PROVISIONING in states:
            yield NextStep(
                icon="hourglass-split",
                title=_("“%(title)s” is being set up") % {"title": project.title},
                text=_("This usually takes less than a minute."),
                action=_("Look at the project"),
                url=url,
            )


def _report(project: Project) -> Iterator[NextStep]:
    report = getattr(project, "final_report", None)
    if report is not None and report.is_open:
        yield NextStep(
            icon="journal-text",
            title=_("Write the final report of “%(title)s”") % {"title": project.title},
            text=_("It is due on %(day)s. Its leader hands it in.")
            % {"day": dated(report.due_on, "weekday")},
            action=_("Open the report"),
            url=report.get_absolute_url(),
            is_urgent=report.is_late,
        )


def _offer(project: Project) -> NextStep:
    return NextStep(
        icon="envelope-paper",
        title=_("Accept the award for “%(title)s”") % {"title": project.title},
        text=_("Nothing is set up before. Without an answer in time the offer lapses."),
        action=_("Read and answer the offer"),
        url=reverse("offer", args=[project.application.reference]),
        is_urgent=True,
    )


def _waiting(applications: list[Application]) -> Iterator[NextStep]:
    for application in applications:
        if application.state == ApplicationState.SUBMITTED:
            due = application.decision_due_on
            yield NextStep(
                icon="clock",
                title=_("“%(title)s” waits for our decision") % {"title": application},
                text=_("You get a mail by %(day)s at the latest. Nothing to do until then.")
                % {"day": dated(due, "weekday") if due else "–"},
                action=_("Look at the application"),
                url=reverse("application", args=[application.reference]),
            )
        elif application.state == ApplicationState.WAITLISTED:
            yield NextStep(
                icon="hourglass-split",
                title=_("“%(title)s” is on the wait-list") % {"title": application},
                text=_("It is granted by itself when enough GPU-hours become free."),
                action=_("Look at the application"),
                url=reverse("application", args=[application.reference]),
            )
