"""Made-up data for every mail; nothing of it is stored."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organisation, PersonalToken, Scope, SshKey, UnixIdentity, User
from allocations.models import (
    Allocation,
    Application,
    Attachment,
    AwardChange,
    DeclaredConflict,
    GpuRun,
    LedgerEntry,
    Project,
    Site,
    Track,
)
from portal.models import Export, FileFormat, ReportKind
from slurm_bridge.gpu_words import HELP_PATH

_DAY = date(2026, 3, 2)
_MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def sample_person(name: str = "Ada") -> User:
    """Somebody who gets the mails."""
    person = User(email="ada@example.org", first_name=name, last_name="Peeters")
    UnixIdentity(user=person, username="apeeters", uid=200_001)
    return person


def sample_context(*, title: str = "", typed: str = "", name: str = "Ada") -> dict[str, Any]:
    """What the templates may speak of: a title, what somebody typed, and somebody's name."""
    title = title or _("A model that hears when a bell cracks")
    typed = typed or _("This is what somebody wrote as a reason.")
    person = sample_person(name)
    zellik = Site(code="zellik", name="Zellik", login_host="login.zellik.belfry.example")
    charleroi = Site(code="charleroi", name="Charleroi")
    application = Application(
        reference="AF-2026-0001",
        title=title,
        applicant=person,
        organisation=Organisation(name=title),
        track=Track(code="fl", name="Fast Lane"),
        decision_due_on=_DAY,
        answer_due_on=_DAY,
    )
    project = Project(name="fl-26-0001", title=title, application=application)
    allocation = Allocation(
        pk=1,
        project=project,
        site=zellik,
        account_name=project.name,
        ends_on=_DAY,
        suspended_because=typed,
    )
    return {
        "application": application,
        "attachment": Attachment(application=application, shown_name=title, finding=typed),
        "project": project,
        "allocation": allocation,
        "source": allocation,
        "target": Allocation(project=project, site=charleroi, ends_on=_DAY),
        "entry": LedgerEntry(gpu_minutes=90_000, reason=typed),
        "decision": SimpleNamespace(
            outcome="approved",
            reason=typed,
            awards=_awards(zellik),
            offer=SimpleNamespace(answer_by=_DAY),
        ),
        "offer": SimpleNamespace(
            answer_by=_DAY,
            answered_by=person,
            answered_at=_MOMENT,
            reason=typed,
            signed_texts=[SimpleNamespace(shown_title=title, number=2)],
        ),
        "change": _change(allocation, application, person, typed),
        "leader": person,
        "proposal": _proposal(allocation, person, typed),
        "declared": DeclaredConflict(reviewer=person, reason=typed),
        "comment": SimpleNamespace(author=person, text=typed),
        "inviter": person,
        "member": person,
        "page": application.get_absolute_url(),
        "remover": person,
        "reason": typed,
        "question": typed,
        "problem": typed,
        "said": typed,
        "share": 80,
        "left_minutes": 30_000,
        "days": 7,
        "link": settings.PUBLIC_URL + reverse("accept_invitation", args=["a-secret"]),
        "key": SshKey(label=title, fingerprint="SHA256:5Jc0"),
        "token": PersonalToken(name=title, scopes=[Scope.values[0]], expires_at=_MOMENT),
        "export": Export(pk=1, kind=ReportKind.values[0], file_format=FileFormat.values[0]),
        "runs": [_lost_run(title)],
        "cancel": SimpleNamespace(
            job_ids=["4711", "4712"], who=title, username="apeeters", reason=typed
        ),
        "run": GpuRun(
            job_id=4711, site=zellik, project=project, db_index=12, idle_seconds=7200, gpus=4
        ),
        "help_path": f"{HELP_PATH}#no_gpu_used",
        "report": SimpleNamespace(due_on=_DAY, question=typed, lifted_because=typed),
        "feedback": SimpleNamespace(text=typed, page="/projects", email=person.email),
        "partition": SimpleNamespace(allocation=allocation, name="fl-26-0001", nodes="zn[01-04]"),
        **_of_sites(zellik, allocation, typed),
        "parts": [{"subject": title, "rule": "=" * 40, "text": typed}],
        **_of_signing_in(person),
    }


def _proposal(allocation: Allocation, person: User, typed: str) -> SimpleNamespace:
    """Of an award, or to take hours back."""
    return SimpleNamespace(
        pk=1,
        proposed_by=person,
        closed_because=typed,
        allocation=allocation,
        used_minutes=6_000,
        granted_minutes=90_000,
        expected_minutes=45_000,
        proposed_minutes=30_000,
        answer_due_on=_DAY,
        answer=typed,
        reason=typed,
    )


def _change(
    allocation: Allocation, application: Application, person: User, typed: str
) -> AwardChange:
    return AwardChange(
        pk=1,
        application=application,
        allocation=allocation,
        kind=AwardChange.Kind.SUPPLEMENT,
        gpu_hours=500,
        reason=typed,
        asked_by=person,
        due_on=_DAY,
        seconded_by=person,
        state=AwardChange.State.APPROVED,
        decision_reason=typed,
    )


def _awards(site: Site) -> SimpleNamespace:
    return SimpleNamespace(all=[SimpleNamespace(site=site, gpu_hours=1500)])


def _lost_run(username: str) -> SimpleNamespace:
    job = SimpleNamespace(shown_id="4711", username=username)
    return SimpleNamespace(job=job, gpu_seconds=5400)


def _of_sites(site: Site, allocation: Allocation, typed: str) -> dict[str, Any]:
    difference = SimpleNamespace(
        day=_DAY,
        allocation=allocation,
        username="apeeters",
        portal_gpu_seconds=7200,
        slurm_gpu_seconds=7100,
        portal_cpu_seconds=57_600,
        slurm_cpu_seconds=56_800,
        get_reason_display=typed,
        detail=typed,
    )
    return {
        "site": site,
        "count": 1,
        "differences": [difference],
        "plan": SimpleNamespace(site=site, plan_id="0123abcd"),
        "outline": SimpleNamespace(refused="", changes=[typed], jobs_in_all=2),
    }


def _of_signing_in(person: User) -> dict[str, Any]:
    reset = reverse("account_reset_password_from_key", args=["1", "a-secret"])
    confirm = reverse("account_confirm_email", args=["a-secret"])
    return {
        "email": person.email,
        "code": "",
        "activate_url": settings.PUBLIC_URL + confirm,
        "password_reset_url": settings.PUBLIC_URL + reset,
        "signup_url": settings.PUBLIC_URL + reverse("account_signup"),
    }
