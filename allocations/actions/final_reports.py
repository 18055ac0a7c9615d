"""Final reports: asked for when a project has ended, written by its leader, accepted by staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import SystemActor, action
from accounts.models import User
from allocations.actions.mails import mail_leaders, mail_staff
from allocations.actions.transitions import lock_application, move_application
from allocations.errors import IncompleteError, RefusedError, StateError
from allocations.models import Allocation, FinalReport, Project, ReportOutput
from allocations.rules.final_reports import reminder_due, report_due_on
from allocations.states import AllocationState, ApplicationState, states_before

_S = ApplicationState


@dataclass(frozen=True)
class Output:
    """Something that came of the project; the link may be empty."""

    kind: str
    title: str
    link: str


@dataclass(frozen=True)
class ReportText:
    """What the leader writes; every part may still be empty in a draft."""

    results: str
    use_of_hours: str
    meaning: str
    may_be_published: bool | None
    outputs: Sequence[Output]


def projects_that_ended(today: date) -> QuerySet[Project]:
    """Those whose allocations have all ended, and of which no report was asked for."""
    runs = Allocation.objects.running_on(today).values("project")
    ended = Allocation.objects.filter(adopted_at=None).values("project")
    before = states_before(_S.REPORT_DUE)
    return Project.objects.filter(pk__in=ended, application__state__in=before).exclude(pk__in=runs)


def projects_that_go_on(today: date) -> QuerySet[Project]:
    """Those of which a report is due although they were given more time."""
    runs = Allocation.objects.running_on(today).values("project")
    return Project.objects.filter(pk__in=runs, application__state=_S.REPORT_DUE)


@action
def ask_for_report(*, project_id: int, today: date, actor: SystemActor) -> FinalReport:
    """Tell the leader of an ended project that its report is due, and until when."""
    project = Project.objects.select_related("application").get(pk=project_id)
    application = lock_application(project.application_id)
    ended_on = project.allocations.aggregate(last=Max("ends_on"))["last"]
    if ended_on is None or project.allocations.running_on(today).exists():
        raise StateError(_("This project has not ended."))
    due_on = report_due_on(
        ended_on=min(ended_on, today),
        asked_on=today,
        months=settings.REPORT_MONTHS,
        answer_days=settings.REPORT_ANSWER_DAYS,
    )
    report, _is_new = FinalReport.objects.get_or_create(
        project=project, defaults={"due_on": due_on}
    )
    report.state, report.due_on = FinalReport.State.OPEN, due_on
    report.lifted_at, report.lifted_by, report.lifted_because = None, None, ""
    report.reminded_days = reminder_due(due_on=due_on, today=today, told=None)
    report.save()
    move_application(application, _S.REPORT_DUE, actor=actor)
    mail_leaders("report_due", project, report=report)
    return report


@action
def ask_no_report_yet(*, project_id: int, today: date, actor: SystemActor) -> None:
    """Put a project that was given more time back to where it stood; what was written stays."""
    project = Project.objects.get(pk=project_id)
    application = lock_application(project.application_id)
    if application.state != _S.REPORT_DUE or not project.allocations.running_on(today).exists():
        raise StateError(_("A report is due, or was handed in."))
    move_application(application, _S.ACCEPTED, actor=actor)


@action
def remind_of_report(*, report_id: int, today: date, actor: SystemActor) -> None:
    """Mail the leader 30, 14, 7 days and one day before it is due, and once when it is late."""
    report = _lock(FinalReport.objects.get(pk=report_id).project_id)
    if not report.is_open:
        raise StateError(_("This report was handed in meanwhile."))
    due = reminder_due(due_on=report.due_on, today=today, told=report.reminded_days)
    if due is None:
        return
    report.reminded_days = due
    report.save(update_fields=["reminded_days"])
    is_late = report.due_on < today
    mail_leaders("report_late" if is_late else "report_near", report.project, report=report)


@action
def save_report(*, project_id: int, version: int, text: ReportText, actor: User) -> FinalReport:
    """Store what was written, unless somebody stored something else since `version`."""
    report = _lock(project_id)
    _refuse_closed(report)
    if report.version != version:
        raise StateError(
            _("Somebody saved this report in another window since you opened it: compare both.")
        )
    report.results, report.use_of_hours = text.results, text.use_of_hours
    report.meaning, report.may_be_published = text.meaning, text.may_be_published
    report.version += 1
    report.save()
    report.outputs.all().delete()
    for output in text.outputs:
        ReportOutput.objects.create(
            report=report, kind=output.kind, title=output.title, link=output.link
        )
    return report


@action
def hand_in_report(*, project_id: int, actor: User) -> FinalReport:
    """Give a complete report to staff; it no longer keeps anybody from applying."""
    report = _lock(project_id)
    _refuse_closed(report)
    missing = missing_in(report)
    if missing:
        raise IncompleteError(missing)
    report.state = FinalReport.State.HANDED_IN
    report.handed_in_at = timezone.now()
    report.handed_in_by = actor
    report.question = ""
    report.save()
    mail_staff("report_handed_in", {"project": report.project, "report": report})
    return report


@action
def accept_report(*, project_id: int, actor: User) -> FinalReport:
    """Close the project, which has ended and stays so."""
    report = _lock(project_id)
    _refuse_unless_handed_in(report)
    application = lock_application(report.project.application_id)
    _refuse_running(report.project)
    report.state = FinalReport.State.ACCEPTED
    report.accepted_at, report.accepted_by = timezone.now(), actor
    report.save()
    move_application(application, _S.CLOSED, actor=actor)
    mail_leaders("report_accepted", report.project, report=report)
    return report


@action
def ask_for_more(*, project_id: int, reason: str, actor: User) -> FinalReport:
    """Give a report back to its leader, who has some days to say what is missing."""
    report = _lock(project_id)
    _refuse_unless_handed_in(report)
    if not reason.strip():
        raise RefusedError(_("Say what is missing: the leader reads it."), field="reason")
    report.state, report.question = FinalReport.State.OPEN, reason
    more = timezone.localdate() + timedelta(days=settings.REPORT_ANSWER_DAYS)
    report.due_on = max(report.due_on, more)
    report.reminded_days = reminder_due(due_on=report.due_on, today=timezone.localdate(), told=None)
    report.save()
    mail_leaders("report_incomplete", report.project, report=report)
    return report


@action
def lift_block(*, project_id: int, reason: str, actor: User) -> FinalReport:
    """Let the leader and the organisation apply although the report is late."""
    report = _lock(project_id)
    if not report.is_late or report.lifted_at is not None:
        raise StateError(_("This report keeps nobody from applying."))
    if not reason.strip():
        raise RefusedError(_("Say why they may apply."), field="reason")
    report.lifted_because, report.lifted_at, report.lifted_by = reason, timezone.now(), actor
    report.save()
    mail_leaders("report_block_lifted", report.project, report=report)
    return report


def missing_in(report: FinalReport) -> list[str]:
    """What keeps a report from being handed in, in words for its leader."""
    wanted = (
        (report.results, _("Say what came of the project.")),
        (report.use_of_hours, _("Say how the GPU-hours were used.")),
        (report.meaning, _("Say what it meant for your organisation.")),
    )
    found = [sentence for text, sentence in wanted if not text.strip()]
    if report.may_be_published is None:
        found.append(_("Say whether we may publish the report."))
    return found


def _lock(project_id: int) -> FinalReport:
    reports = FinalReport.objects.select_for_update(of=["self"])
    return reports.select_related("project__application").get(project=project_id)


def _refuse_closed(report: FinalReport) -> None:
    if not report.is_open:
        raise StateError(_("This report was handed in and can no longer be changed."))


def _refuse_running(project: Project) -> None:
    """Raise where it was given more time; whoever gives more now waits, and finds it closed."""
    allocations = project.allocations.select_for_update(of=["self"]).order_by("pk")
    today = timezone.localdate()
    if any(allocation.state_on(today) != AllocationState.EXPIRED for allocation in allocations):
        raise StateError(_("This project was given more time: its report is due when it ends."))


def _refuse_unless_handed_in(report: FinalReport) -> None:
    if not report.is_handed_in:
        raise StateError(_("This report does not wait for you: reload the page."))
