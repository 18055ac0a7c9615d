"""Everything that happened to a project, in one list, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.apps import apps
from django.db.models import F, Q, Window
from django.db.models.functions import Lag
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from allocations.models import AwardChange, JobCancel, LedgerEntry, Project
from allocations.rules.award_changes import ChangeKind, ChangeState
from allocations.rules.budgets import OF_NO_HOURS
from allocations.states import ApplicationState
from allocations.tables.ledger import sentence_of

MOST_EVENTS = 200


@dataclass(frozen=True)
class Event:
    """One step: when, what, by whom, and why where somebody gave a reason."""

    at: datetime
    sentence: str
    actor: str = ""
    reason: str = ""


def history(project: Project) -> list[Event]:
    """Steps of the application, ledger, changes at the sites, and members, newest first."""
    events = chain(
        _application(project),
        _ledger(project),
        _allocations(project),
        _adoptions(project),
        _members(project),
        _leaders(project),
        _cancels(project),
    )
    return sorted(events, key=lambda event: event.at, reverse=True)[:MOST_EVENTS]


def _application(project: Project) -> Iterator[Event]:
    sentences = {
        ApplicationState.DRAFT: _("The application was started."),
        ApplicationState.SUBMITTED: _("The application was handed in."),
        ApplicationState.INFO_REQUESTED: _("Staff asked a question."),
        ApplicationState.WAITLISTED: _("The application was put on the wait-list."),
        ApplicationState.APPROVED: _("The application was approved."),
        ApplicationState.APPROVED_REDUCED: _("The application was approved in part."),
        ApplicationState.REPORT_DUE: _("The final report became due."),
        ApplicationState.CLOSED: _("The final report was accepted, and the project closed."),
        ApplicationState.REJECTED: _("The application was rejected."),
        ApplicationState.APPEALED: _("An appeal was handed in."),
        ApplicationState.ACCEPTED: _("The offer was accepted."),
        ApplicationState.DECLINED: _("The offer was declined."),
        ApplicationState.LAPSED: _("The offer lapsed."),
    }
    transitions = project.application.transitions.select_related("actor")
    before = ""
    for step in transitions.filter(state__in=sentences):
        runs_again = before == ApplicationState.REPORT_DUE != step.state != ApplicationState.CLOSED
        before = step.state
        yield Event(
            at=step.at,
            sentence=_("No final report is due yet: the project goes on.")
            if runs_again
            else sentences[ApplicationState(step.state)],
            actor=_name(step.actor),
            reason=step.reason,
        )


def _ledger(project: Project) -> Iterator[Event]:
    """Amounts; what changed without one is told by what changed."""
    entries = (
        entry
        for each in project.allocations.all()
        for entry in each.ledger.all()
        if entry.kind not in OF_NO_HOURS
    )
    for entry in entries:
        sentence = sentence_of(entry)
        is_award = entry.kind == LedgerEntry.Kind.AWARD
        # The reason of an award is that of the decision, which stands in the list already.
        reason = "" if is_award else entry.reason
        yield Event(at=entry.at, sentence=sentence, actor=_name(entry.actor), reason=reason)


def _adoptions(project: Project) -> Iterator[Event]:
    for allocation in project.allocations.all():
        names = {"name": allocation.account_name, "site": allocation.site.name}
        if allocation.adopted_at:
            adopted = _("The account %(name)s at %(site)s was adopted.") % names
            yield Event(at=allocation.adopted_at, sentence=adopted)
        if allocation.released_at and not allocation.is_offered:
            given = _("The account %(name)s was given back to %(site)s.") % names
            reason = allocation.released_because
            yield Event(at=allocation.released_at, sentence=given, reason=reason)


def _members(project: Project) -> Iterator[Event]:
    """Who came and went; a project begins with its applicant as leader."""
    members, applicant = project.memberships.all(), project.application.applicant_id
    began = min((member.pk for member in members if member.user_id == applicant), default=None)
    for membership in members:
        who = {"who": membership.user.full_name}
        leads = membership.pk == began
        joined = _("%(who)s leads the project.") if leads else _("%(who)s joined the project.")
        yield Event(at=membership.joined_at, sentence=joined % who)
        if membership.left_at:
            yield Event(at=membership.left_at, sentence=_("%(who)s left the project.") % who)


def _leaders(project: Project) -> Iterator[Event]:
    if not project.has_new_leaders:
        return
    named = AwardChange.objects.for_lists().filter(
        application=project.application_id, kind=ChangeKind.LEADER, state=ChangeState.APPROVED
    )
    for change in named:
        if change.to_member and change.decided_at:
            sentence = _("%(who)s leads the project.") % {"who": change.to_member.full_name}
            actor, reason = _name(change.decided_by), change.decision_reason
            yield Event(change.decided_at, sentence, actor=actor, reason=reason)


def _cancels(project: Project) -> Iterator[Event]:
    if not project.has_cancels:
        return
    cancels = JobCancel.objects.filter(allocation__project=project)
    for cancel in cancels.select_related("allocation__site", "user", "confirmed_by"):
        number = len(cancel.job_ids)
        sentence = ngettext(
            "%(number)d job of %(who)s, who had left, was to be cancelled at %(site)s.",
            "%(number)d jobs of %(who)s, who had left, were to be cancelled at %(site)s.",
            number,
        ) % {"number": number, "who": cancel.who, "site": cancel.allocation.site.name}
        actor = cancel.confirmed_by.full_name
        yield Event(cancel.confirmed_at, sentence, actor=actor, reason=cancel.reason)


def _allocations(project: Project) -> Iterator[Event]:
    """What the audit trail knows of end, suspension and readiness at each site."""
    rows = _changes_of_allocations(project)
    people = User.objects.in_bulk({row["pgh_context__metadata__user"] for row in rows} - {None})
    for row in rows:
        person = people.get(row["pgh_context__metadata__user"])
        for sentence, reason in _sentences(row):
            yield Event(row["pgh_created_at"], sentence, _name(person), reason)


def _changes_of_allocations(project: Project) -> list[dict[str, Any]]:
    """Audit rows in which something differs from the row before; a fresh check is no change."""
    columns = ("ends_on", "suspended_because", "active_since", "account_name")
    before = {
        f"{column}_before": Window(Lag(column), partition_by="pgh_obj_id", order_by="pgh_id")
        for column in columns
    }
    differs = (
        ~Q(ends_on=F("ends_on_before"))
        | ~Q(suspended_because=F("suspended_because_before"))
        | ~Q(account_name=F("account_name_before"))
        | Q(active_since=None, active_since_before__isnull=False)
        | Q(active_since__isnull=False, active_since_before=None)
    )
    trail = apps.get_model("allocations", "AllocationEvent").objects.filter(project=project)
    changes = trail.annotate(**before).filter(differs, ends_on_before__isnull=False)
    return list(
        changes.values(
            "pgh_created_at",
            "pgh_context__metadata__user",
            "site__name",
            "not_ready_because",
            *columns,
            *before,
        )
    )


def _sentences(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What one row says, each with its reason."""
    site = {"site": row["site__name"]}
    if row["ends_on"] != row["ends_on_before"]:
        day = date_format(row["ends_on"], "DATE_FORMAT")
        yield _("The last day at %(site)s became %(day)s.") % {**site, "day": day}, ""
    if row["account_name"] != row["account_name_before"]:
        names = {**site, "before": row["account_name_before"], "name": row["account_name"]}
        yield _("%(before)s was taken at %(site)s; the account there is %(name)s.") % names, ""
    if row["suspended_because"] and not row["suspended_because_before"]:
        yield _("Suspended at %(site)s.") % site, row["suspended_because"]
    elif row["suspended_because_before"] and not row["suspended_because"]:
        yield _("Opened again at %(site)s.") % site, ""
    elif row["active_since"] and not row["active_since_before"]:
        yield _("Ready at %(site)s: a test submission was accepted.") % site, ""
    elif row["active_since_before"] and not row["active_since"]:
        yield _("%(site)s stopped accepting jobs.") % site, row["not_ready_because"]


def _name(person: User | None) -> str:
    return person.full_name if person else ""
