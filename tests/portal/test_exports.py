import csv
import io
import json
import re
import stat
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import SystemActor
from accounts.models import User
from accounts.permissions import Role
from allocations.models import Project, Site
from portal.exports import contents, tasks
from portal.exports.actions import ExportError, cancel_export, request_export
from portal.exports.folder import EXPORTS
from portal.exports.nightly import remove_old_exports, send_monthly_reports
from portal.models import Export, ExportState, FileFormat, ReportKind, ReportSubscription
from tests.people import make_person
from tests.portal.export_world import own_export, own_subscription
from tests.portal.programme_world import make_programme
from tests.portal.staff_world import job, read_accounting

NIGHTLY = SystemActor("nightly")
NOBODY_WORKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@pytest.fixture(autouse=True)
def export_folder(settings: Any, tmp_path: Path) -> Path:
    settings.EXPORT_FOLDER = tmp_path / "exports"
    settings.EXPORT_FOLDER.mkdir()
    return Path(settings.EXPORT_FOLDER)


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def order(person: User, kind: str, file_format: str, **query: str) -> Export:
    export = request_export(
        kind=ReportKind(kind), file_format=FileFormat(file_format), query=query, actor=person
    )
    export.refresh_from_db()
    return export


def content_of(office: Client, export: Export) -> bytes:
    response = office.get(reverse("export_file", args=[export.pk]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_a_file_is_made_told_by_mail_and_fetched(
    office: Client, staff: User, project: Project
) -> None:
    export = order(staff, "usage", "json")
    assert export.state == ExportState.DONE
    assert mail.outbox[-1].to == [staff.email]
    assert export.get_absolute_url() in str(mail.outbox[-1].body)
    assert export.file_name not in str(mail.outbox[-1].body)
    answer = json.loads(content_of(office, export))
    assert {row["project"] for row in answer["rows"]} == {project.name}


def test_every_job_is_in_the_file_with_real_times(
    office: Client, staff: User, project: Project
) -> None:
    rows = [job(project, db_index=number, seconds=60, name="=1+1") for number in range(1, 8)]
    read_accounting(Site.objects.get(code="zellik"), *rows)
    book = openpyxl.load_workbook(io.BytesIO(content_of(office, order(staff, "jobs", "xlsx"))))
    lines = list(book["Jobs"].iter_rows(values_only=True))
    assert len(lines) == 8
    named = dict(zip(lines[0], lines[1], strict=True))
    assert named["name"] == "'=1+1"
    assert named["ended_at"].date() == timezone.localdate()
    text = content_of(office, order(staff, "jobs", "csv", site="zellik")).decode("utf-8-sig")
    listed = list(csv.DictReader(io.StringIO(text)))
    assert {row["job_id"] for row in listed} == {str(number) for number in range(1, 8)}
    none = content_of(office, order(staff, "jobs", "csv", to="2020-01-01")).decode("utf-8-sig")
    assert len(none.splitlines()) == 1


def test_a_workbook_goes_on_in_another_sheet(
    office: Client, staff: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.reports.workbook.MOST_ROWS", 3)
    rows = [job(project, db_index=number, seconds=60) for number in range(1, 8)]
    read_accounting(Site.objects.get(code="zellik"), *rows)
    book = openpyxl.load_workbook(io.BytesIO(content_of(office, order(staff, "jobs", "xlsx"))))
    assert [sheet.max_row for sheet in book] == [4, 4, 2]


def test_the_report_on_paper_is_a_tagged_pdf(office: Client, staff: User) -> None:
    make_programme(staff)
    content = content_of(office, order(staff, "programme", "pdf", by="track"))
    assert content.startswith(b"%PDF-")
    packed = re.findall(rb"stream\r?\n(\x78.*?)\r?\nendstream", content, flags=re.DOTALL)
    written = content + b"".join(zlib.decompressobj().decompress(part) for part in packed)
    assert b"/StructTreeRoot" in written
    assert len(re.findall(rb"/Type ?/Page\b", written)) >= 4


def test_nobody_fetches_a_file_of_somebody_else(staff: User, client: Client) -> None:
    export = own_export(staff)
    client.force_login(make_person("Other", role=Role.STAFF))
    for name in ("export", "export_file"):
        assert client.get(reverse(name, args=[export.pk])).status_code == 404
    assert client.post(reverse("cancel_export", args=[export.pk])).status_code == 404


def test_who_may_read_reports_no_more_gets_no_file(office: Client, staff: User) -> None:
    export = own_export(staff)
    User.objects.filter(pk=staff.pk).update(role=Role.APPLICANT)
    assert office.get(reverse("export_file", args=[export.pk])).status_code == 403
    Export.objects.filter(pk=export.pk).update(state=ExportState.WAITING)
    tasks.make_export.call(export_id=export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.FAILED


def test_files_are_for_their_user_alone_and_their_names_cannot_be_guessed(
    staff: User, export_folder: Path
) -> None:
    exports = [own_export(staff) for _time in range(2)]
    names = {path.name for path in export_folder.iterdir()}
    assert names == {export.file_name for export in Export.objects.all()}
    assert all(len(name) >= 40 for name in names)
    assert len(names) == len(exports)


def test_a_worker_that_is_killed_leaves_nothing_half_written(
    office: Client,
    staff: User,
    export_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.TASKS = NOBODY_WORKS

    def die(export: Export, target: Any, tell: Any) -> None:
        target.write(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "write_contents", die)
        export = own_export(staff)
        with pytest.raises(KeyboardInterrupt):
            tasks.make_export.call(export_id=export.pk)
    (export_folder / f"{export.file_name}.part").write_bytes(b"left by a kill -9")
    assert office.get(reverse("export_file", args=[export.pk])).status_code == 404
    tasks.make_export.call(export_id=export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.DONE
    assert json.loads(content_of(office, export))
    assert [path.name for path in export_folder.iterdir()] == [export.file_name]


def test_a_cancelled_file_is_not_written_on(
    staff: User, project: Project, export_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [job(project, db_index=number, seconds=60) for number in range(1, 8)]
    read_accounting(Site.objects.get(code="zellik"), *rows)
    monkeypatch.setattr(contents, "_ROWS_A_TELL", 2)
    told = []

    def cancel_after_some(export_id: int, done: int, total: int) -> None:
        told.append(done)
        if done == 4:
            cancel_export(export_id=export_id, actor=staff)
        real(export_id, done, total)

    real = tasks._tell
    monkeypatch.setattr(tasks, "_tell", cancel_after_some)
    export = order(staff, "jobs", "csv")
    assert told == [0, 2, 4]
    assert export.state == ExportState.CANCELLED
    assert not list(export_folder.iterdir())
    assert export.progress.percent == 57


def test_a_fault_is_told_on_the_page(
    office: Client, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tasks, "write_contents", fail)
    export = order(staff, "usage", "csv")
    assert export.state == ExportState.FAILED
    assert "Failed" in office.get(export.get_absolute_url()).content.decode()


def test_progress_is_asked_for_again_while_it_is_made(office: Client, staff: User) -> None:
    export = own_export(staff)
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING)
    part = office.get(export.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert "<html" not in part
    Export.objects.filter(pk=export.pk).update(state=ExportState.DONE)
    assert "every 2s" not in office.get(export.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "jobs", "file_format": "pdf"},
        {"kind": "everything", "file_format": "csv"},
        {"kind": "programme", "file_format": "exe"},
        {"kind": "programme", "file_format": "csv", "query": "site=nowhere"},
        {"kind": "usage", "file_format": "csv", "query": "from=2026-02-30"},
        {"kind": "usage", "file_format": "csv", "query": "site=a%00b"},
        {"kind": "usage", "file_format": "csv", "query": "x" * 3000},
        {},
    ],
)
def test_nonsense_makes_no_file(office: Client, given: dict[str, str]) -> None:
    assert office.post(reverse("new_export"), given).status_code == 422
    assert not Export.objects.exists()


def test_funder_may_have_every_file_but_that_of_all_jobs(client: Client, project: Project) -> None:
    funder = make_person("Fund", role=Role.FUNDER)
    client.force_login(funder)
    assert "Every job" not in client.get(reverse("exports")).content.decode()
    assert (
        client.post(reverse("new_export"), {"kind": "jobs", "file_format": "csv"}).status_code
        == 422
    )
    assert order(funder, "jobs", "csv").state == ExportState.FAILED
    usage = order(funder, "usage", "json")
    assert json.loads(content_of(client, usage))["rows"]
    report = client.get(reverse("reports")).content.decode()
    assert project.name in report
    assert project.get_absolute_url() not in report


def test_nobody_fills_the_queue(staff: User, settings: Any) -> None:
    settings.TASKS = NOBODY_WORKS
    for _time in range(5):
        own_export(staff)
    with pytest.raises(ExportError):
        own_export(staff)


def test_old_files_are_removed_and_say_so(office: Client, staff: User, export_folder: Path) -> None:
    export = own_export(staff)
    remove_old_exports(actor=NIGHTLY)
    assert export_folder.joinpath(export.file_name).exists()
    Export.objects.update(finished_at=timezone.now() - timedelta(days=15))
    call_command("nightly_reports")
    assert not list(export_folder.iterdir())
    assert office.get(reverse("export_file", args=[export.pk])).status_code == 404
    assert office.get(export.get_absolute_url()).status_code == 200


def test_a_month_is_sent_once_however_often_the_night_runs(staff: User) -> None:
    subscription = own_subscription(staff)
    for today in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 2)):
        assert send_monthly_reports(today=today, actor=NIGHTLY) == 0
    (export,) = Export.objects.all()
    assert export.query == {"by": "site", "from": "2026-03-01", "to": "2026-03-31"}
    assert export.state == ExportState.DONE
    subscription.refresh_from_db()
    assert subscription.last_month == date(2026, 3, 1)


def test_a_subscription_is_made_and_ended_on_the_page(office: Client, staff: User) -> None:
    form = {"file_format": "pdf", "query": "by=track&from=2026-01-01&site=zellik&evil=1"}
    assert office.post(reverse("new_subscription"), form).status_code == 302
    subscription = ReportSubscription.objects.get()
    assert subscription.query == {"by": "track", "site": "zellik"}
    assert "site zellik" in office.get(reverse("exports")).content.decode()
    office.post(reverse("unsubscribe", args=[subscription.pk]))
    assert not ReportSubscription.objects.exists()
    wrong = {"file_format": "pdf", "query": "track=nothing"}
    assert office.post(reverse("new_subscription"), wrong).status_code == 422


def test_the_list_asks_a_fixed_number_of_queries(
    office: Client, staff: User, django_assert_max_num_queries: Any
) -> None:
    for _time in range(30):
        own_export(staff)
    with django_assert_max_num_queries(6):
        page = office.get(reverse("exports")).content.decode()
    assert "Older" in page


def test_the_folder_of_development_is_its_users_own(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_FOLDER = None
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert stat.S_IMODE(EXPORTS.path().stat().st_mode) == 0o700
