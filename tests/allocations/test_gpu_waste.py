"""Staff see which runs left GPUs idle, and write to a person once, politely."""

import csv
import re
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import SystemActor, action
from accounts.models import User
from allocations.actions.gpu_mails import mail_about_waste
from allocations.actions.gpu_usage import record_gpu_usage
from allocations.actions.idle_runs import idle_now, watch_idle_runs
from allocations.actions.month_export import _LET_GPUS_LEAVE
from allocations.errors import RefusedError, StateError
from allocations.models import GpuNotice, GpuRun, GpuRunTenth, IdleRun, Job, Project, Site
from slurm_bridge.wire_gpu import GpuBatch
from tests.allocations.measured_world import measured_day, measured_run

pytestmark = pytest.mark.django_db
BRIDGE = SystemActor("bridge@zellik")


@pytest.fixture
def zellik(project: Project) -> Site:
    return Site.objects.get(code="zellik")


@pytest.fixture
def username(project: Project, applicant: User) -> str:
    return applicant.unix_identity.username


@pytest.fixture
def run(project: Project, zellik: Site, username: str) -> GpuRun:
    return measured_run(project, zellik, username=username)


def page(client: Client, name: str = "gpu_waste", **query: object) -> lxml.html.HtmlElement:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return lxml.html.fromstring(answer.content.decode())


def jobs_on(shown: lxml.html.HtmlElement) -> list[str]:
    return [cell.strip() for cell in shown.xpath("//td[@data-label='Job']/a/text()")]


def cell(shown: lxml.html.HtmlElement, label: str) -> str:
    [found] = shown.xpath(f"//div[@id='list']//td[@data-label='{label}']")[:1]
    return " ".join(found.text_content().split())


def test_runs_are_listed_by_what_they_left_idle(
    office: Client, project: Project, zellik: Site, run: GpuRun
) -> None:
    measured_run(project, zellik, number=2, idle=(1.0,) * 8)
    measured_run(project, zellik, number=3, idle=(0.1,))
    shown = page(office)
    assert jobs_on(shown) == ["2", "1"]
    assert "3" in jobs_on(page(office, idle_hours=0))
    assert jobs_on(page(office, sort="idle_seconds")) == ["1", "2"]
    assert jobs_on(page(office, mostly_idle=90)) == ["2"]


def test_a_row_says_what_is_said_to_the_user(office: Client, run: GpuRun) -> None:
    shown = page(office)
    assert cell(shown, "Idle GPU-hours") == "6.0"
    assert cell(shown, "Busy") == "25 %"
    assert cell(shown, "What is said of it") == (
        "3 of 4 GPUs were idle for 100 % of the time: your program probably uses one GPU."
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "apee"}, False),
        ({"q": "PROJECT"}, True),
        ({"q": "1"}, True),
        ({"q": "9" * 40}, False),
        ({"site": "charleroi"}, False),
        ({"site": "nowhere"}, True),
        ({"until": "2020-01-01"}, False),
        ({"since": "nonsense"}, True),
        ({"idle_hours": "nan"}, True),
        ({"idle_hours": "1e400"}, True),
        ({"idle_hours": "-1"}, True),
        ({"mostly_idle": "'; DROP"}, True),
    ],
)
def test_the_list_is_narrowed_down_and_nonsense_breaks_nothing(
    office: Client, project: Project, run: GpuRun, query: dict[str, str], found: bool
) -> None:
    GpuRun.objects.update(username="lpeeters")
    words = {key: value.replace("PROJECT", project.name) for key, value in query.items()}
    answer = office.get(reverse("gpu_waste"), words)
    assert answer.status_code == 200
    assert (project.title in answer.content.decode().split('id="list"')[1]) is found


def test_the_mail_is_polite_sent_once_and_kept(
    office: Client, staff: User, applicant: User, run: GpuRun
) -> None:
    mail.outbox.clear()
    address = reverse("mail_about_waste", args=[run.pk])
    assert address in lxml.html.tostring(page(office)).decode()
    answer = office.post(address, {"next": reverse("gpu_waste") + "?page=1"})
    assert answer["Location"] == reverse("gpu_waste") + "?page=1"
    [sent] = mail.outbox
    assert sent.to == [applicant.email]
    assert "3 of 4 GPUs were idle" in sent.body
    assert "/help/gpu#some-gpus-unused" in sent.body
    assert "6.00 GPU-hours" in sent.body
    notice = GpuNotice.objects.get()
    assert (notice.sent_by, notice.recipient, notice.kind) == (staff, applicant, "waste")
    assert "sent on" in cell(page(office), "Mail")
    again = office.post(address, follow=True)
    assert "was sent already" in again.content.decode()
    assert len(mail.outbox) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM allocations_gpunoticeevent")
        assert cursor.fetchone() == (1,)


def test_the_way_back_never_leads_elsewhere(office: Client, run: GpuRun) -> None:
    answer = office.post(
        reverse("mail_about_waste", args=[run.pk]), {"next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == reverse("gpu_waste")


def test_no_mail_without_a_reason_or_a_reader(
    staff: User, project: Project, zellik: Site, username: str
) -> None:
    good = measured_run(project, zellik, number=5, username=username, idle=(0.0,))
    stranger = measured_run(project, zellik, number=6, username="nobody-here")
    with pytest.raises(RefusedError):
        mail_about_waste(run_id=good.pk, actor=staff)
    with pytest.raises(RefusedError):
        mail_about_waste(run_id=stranger.pk, actor=staff)
    with pytest.raises(StateError):
        mail_about_waste(run_id=stranger.pk + 1000, actor=staff)
    assert not GpuNotice.objects.exists()


def test_a_run_whose_job_has_left_is_shown_without_a_verdict(office: Client, run: GpuRun) -> None:
    Job.objects.all().delete()
    assert cell(page(office), "What is said of it") == "Too little was measured."
    assert cell(page(office), "Mail") == "—"


def test_projects_are_listed_by_their_days(office: Client, project: Project, zellik: Site) -> None:
    measured_day(project, zellik, busy=0.25, hours=8)
    measured_day(project, zellik, busy=0.5, hours=8, username="b")
    shown = page(office, "gpu_waste_projects")
    assert cell(shown, "Idle GPU-hours") == "10.0"
    assert cell(shown, "Busy") == "38 %"
    empty = office.get(reverse("gpu_waste_projects"), {"idle_hours": 11})
    assert "Nothing found" in empty.content.decode()


def test_both_lists_can_be_taken_away(
    office: Client, project: Project, zellik: Site, run: GpuRun
) -> None:
    measured_day(project, zellik)
    project.title = "=SUM(A1)"
    project.save()
    for name, column in (("gpu_waste", "6.0000"), ("gpu_waste_projects", "5.0000")):
        answer = office.get(reverse(name), {"format": "csv"})
        text = b"".join(answer.streaming_content).decode()
        rows = list(csv.DictReader(text.splitlines()))
        assert [row["idle_gpu_hours"] for row in rows] == [column]
        assert ",=SUM" not in text


def test_the_list_asks_no_more_for_more_rows(
    office: Client, project: Project, zellik: Site, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        measured_run(project, zellik, number=number)
    with django_assert_max_num_queries(14):
        shown = page(office)
    assert len(jobs_on(shown)) == 25
    with django_assert_max_num_queries(8):
        page(office, "gpu_waste_projects")


def test_tenths_follow_the_runs(project: Project, zellik: Site, run: GpuRun) -> None:
    measured_run(project, zellik, number=2, idle=(0.0,))
    counts = dict(GpuRunTenth.objects.values_list("tenth", "runs"))
    assert counts == {2: 1, 9: 1}
    GpuRun.objects.filter(pk=run.pk).update(utilisation_seconds=0)
    assert dict(GpuRunTenth.objects.filter(runs__gt=0).values_list("tenth", "runs")) == {0: 1, 9: 1}
    GpuRun.objects.filter(pk=run.pk).delete()
    assert dict(GpuRunTenth.objects.filter(runs__gt=0).values_list("tenth", "runs")) == {0: 1, 9: 1}


@action
def watch(*, site: Site, actor: SystemActor) -> int:
    return watch_idle_runs(site, actor=actor)


def test_a_running_job_that_stands_idle_is_told_of_once(
    project: Project, zellik: Site, username: str, applicant: User, office: Client
) -> None:
    mail.outbox.clear()
    measured_run(project, zellik, username=username, idle=(1.0, 1.0), ended=False)
    assert watch(site=zellik, actor=BRIDGE) == 1
    assert watch(site=zellik, actor=BRIDGE) == 0
    [sent] = mail.outbox
    assert sent.to == [applicant.email]
    assert "None of its 2 GPUs has done anything for 120 minutes." in sent.body
    assert "scancel 1" in sent.body
    assert GpuNotice.objects.get().sent_by is None
    assert re.search("Running and idle now", office.get(reverse("gpu_waste")).content.decode())


def test_mail_and_note_are_written_together_or_not_at_all(
    project: Project, zellik: Site, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.outbox.clear()
    measured_run(project, zellik, username=username, idle=(1.0,), ended=False)

    def killed(**_mail: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("allocations.actions.gpu_mails.send_mail", killed)
    with pytest.raises(KeyboardInterrupt):
        watch(site=zellik, actor=BRIDGE)
    assert not GpuNotice.objects.exists()
    monkeypatch.undo()
    assert watch(site=zellik, actor=BRIDGE) == 1
    assert len(mail.outbox) == 1


def test_work_of_one_gpu_begins_the_time_anew(
    project: Project, zellik: Site, username: str
) -> None:
    now = timezone.now()
    hour = 3600.0

    def measure(idle: tuple[float, float], hours: float, *, is_new: bool = False) -> None:
        measured_run(
            project, zellik, username=username, idle=idle, seconds=hours * hour, ended=False,
            until=now - timedelta(hours=5 - hours), is_new=is_new,
        )  # fmt: skip

    measure((1.0, 0.5), 4.2, is_new=True)
    assert watch(site=zellik, actor=BRIDGE) == 0
    measure((1.0, 1 - 2.1 / 4.9), 4.9)
    assert watch(site=zellik, actor=BRIDGE) == 0
    assert idle_now(zellik) == []
    measure((1.0, 1 - 2.1 / 5.25), 5.25)
    assert watch(site=zellik, actor=BRIDGE) == 1


def test_nothing_is_said_of_what_ended_was_not_measured_or_may_be_idle(
    project: Project, zellik: Site, username: str, settings: Any
) -> None:
    measured_run(project, zellik, number=1, username=username, idle=(1.0,))
    run = measured_run(project, zellik, number=2, username=username, idle=(1.0,), ended=False)
    GpuRun.objects.filter(pk=run.pk).update(measured_seconds=3000, idle_seconds=3000)
    measured_run(project, zellik, number=3, username=username, idle=(0.9,), ended=False)
    measured_run(project, zellik, number=4, username="nobody-here", idle=(1.0,), ended=False)
    assert watch(site=zellik, actor=BRIDGE) == 0
    assert [run.job_id for run, _job in idle_now()] == [4]
    settings.GPU_IDLE_MINUTES = 0
    assert idle_now() == []


def test_a_reading_of_gpus_finds_what_stands_idle(
    project: Project, zellik: Site, username: str
) -> None:
    mail.outbox.clear()
    measured_run(project, zellik, username=username, idle=(1.0,), ended=False)
    record_gpu_usage(
        site=zellik, batch=GpuBatch(read_at=int(timezone.now().timestamp())), actor=BRIDGE
    )
    assert len(mail.outbox) == 1


def test_nothing_is_said_of_a_part_of_a_gpu(office: Client, run: GpuRun) -> None:
    GpuRun.objects.update(is_shared=True)
    assert cell(page(office), "What is said of it") == "Too little was measured."


def test_a_run_that_was_watched_can_leave_with_its_month(project: Project, zellik: Site) -> None:
    run = measured_run(project, zellik, idle=(1.0,), ended=False)
    watch(site=zellik, actor=BRIDGE)
    month = run.submitted_at.date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_LET_GPUS_LEAVE, {"since": month, "until": month + timedelta(days=40)})
    assert not IdleRun.objects.exists()
    assert not GpuRun.objects.exists()
