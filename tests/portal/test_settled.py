"""What was counted of settled days is read once, and read anew once something of them changes."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from allocations.models import JobOutcome, Project, QueueWait, Site
from portal.programme import service
from portal.programme.selection import Division, ProgrammeSelection
from portal.reports import settled
from portal.reports.project_figures import project_figures
from portal.reports.ranges import TimeRange, last_days, utc_today
from portal.reports.settled import SETTLED, Span, in_two_parts
from portal.reports.site_waits import waits_by_site
from portal.reports.staff_figures import anomalies

TODAY = date(2026, 11, 27)
TABLE = re.compile(r"\b(?:allocations|accounts)_[a-z_]+\b")
COUNTED = {
    "allocations_joboutcome",
    "allocations_projectwait",
    "allocations_projectyearwait",
    "allocations_queuewait",
    "allocations_sitemonthwait",
    "allocations_sitewait",
}
"""Days, and sums of days, whose triggers tell of changes."""
DAYS_AGO = (0, 1, 2, 3, 6, 40, 200, 400)


@given(
    first=st.dates(TODAY - timedelta(days=500), TODAY + timedelta(days=40)),
    days=st.integers(1, 600),
)
def test_the_parts_are_the_time(first: date, days: int) -> None:
    last = first + timedelta(days=days - 1)
    read: list[Span] = []

    def reading(spans: Sequence[Span]) -> Sequence[Span]:
        read.extend(spans)
        return spans

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settled, "utc_today", lambda: TODAY)
        patch.setattr(SETTLED, "answer", lambda _key, make, _standing: make())
        parts = in_two_parts(reading, first, last, key=())
    assert parts == read
    days_read = [
        begin + timedelta(days=number)
        for begin, end in parts
        for number in range((end - begin).days + 1)
    ]
    assert days_read == [first + timedelta(days=number) for number in range(days)]
    assert all(
        end <= TODAY - timedelta(days=2) or begin >= TODAY - timedelta(days=1)
        for begin, end in parts
    )


@pytest.fixture
def days(project: Project) -> Project:
    """Waits and ends of jobs on days of all ages."""
    for ago in DAYS_AGO:
        count(project, ago)
    return project


def count(project: Project, ago: int, *, bucket: int = 9, site: str = "zellik") -> None:
    here = {"project": project, "site": Site.objects.get(code=site)}
    day = utc_today() - timedelta(days=ago)
    waits = QueueWait.objects.filter(day=day, **here).first()
    waits = waits or QueueWait(day=day, **here, buckets=[], jobs=[])
    waits.buckets.append(bucket)
    waits.jobs.append(40 + ago)
    waits.save()
    JobOutcome.objects.create(
        day=day, username=f"u{bucket}", state="FAILED", jobs=40 + ago, gpu_seconds=7, **here
    )


def everything(project: Project) -> dict[str, Any]:
    """All figures that have a remembered part."""
    today = utc_today()
    month = today.replace(day=1)
    selections = [
        ProgrammeSelection(first, today + timedelta(days=3), by=by, **words)
        for by in Division
        for first in ((month - timedelta(days=390)).replace(day=1), today - timedelta(days=1))
        for words in ({}, {"site": "zellik"}, {"track": project.track.code})
    ]
    return {
        **{str(selection): service.waits(selection) for selection in selections},
        **{f"sites {n}": waits_by_site(last_days(n, today)) for n in (1, 30, 120, 500)},
        **{f"project {n}": project_figures(project, last_days(n, today)) for n in (2, 30, 365)},
        "anomalies": anomalies(today),
    }


def anew(project: Project) -> dict[str, Any]:
    """The same by a process that knows nothing."""
    SETTLED.forget()
    return everything(project)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ago", DAYS_AGO)
def test_a_late_record_of_any_day_is_in_the_next_figures(days: Project, ago: int) -> None:
    before = everything(days)
    assert everything(days) == before
    count(days, ago, bucket=30, site="charleroi")
    after = everything(days)
    assert after == anew(days)
    assert after != before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda waits: waits.update(jobs=[3]),
        lambda waits: waits.delete(),
        lambda waits: waits.update(
            day=utc_today(), site=Site.objects.get(code="charleroi"), buckets=[77]
        ),
    ],
    ids=["less", "gone", "moved to today"],
)
def test_what_is_taken_back_is_gone_from_the_figures(
    days: Project, change: Callable[[Any], object]
) -> None:
    everything(days)
    change(QueueWait.objects.filter(day=utc_today() - timedelta(days=40)))
    change_of_ends = JobOutcome.objects.filter(day=utc_today() - timedelta(days=3))
    change_of_ends.update(jobs=1)
    assert everything(days) == anew(days)


@pytest.mark.django_db(transaction=True)
def test_a_name_or_a_place_that_changes_is_in_the_next_figures(days: Project) -> None:
    everything(days)
    days.organisation.postcode, days.organisation.kind = "L-1234", "large"
    days.organisation.save()
    Site.objects.filter(code="zellik").update(name="Zellik North")
    found = everything(days)
    assert "Zellik North" in found["sites 30"]
    assert found == anew(days)


@pytest.mark.django_db(transaction=True)
def test_settled_days_are_read_once(days: Project) -> None:
    time = last_days(120, utc_today())
    long_ago, yesterday = (f"'{utc_today() - timedelta(days=ago)}'" for ago in (119, 1))
    assert reads(time) == {long_ago, yesterday}
    assert reads(time) == {yesterday}
    count(days, 0, bucket=31)
    assert reads(time) == {yesterday}, "today changes all the time"
    count(days, 50, bucket=31)
    assert reads(time) == {long_ago, yesterday}
    count(days, 1, bucket=31)
    assert reads(time) == {long_ago, yesterday}, "yesterday may be over for whoever counts"


def reads(time: TimeRange) -> set[str]:
    """The first days that are read of a time and of its last two days."""
    with CaptureQueriesContext(connection) as asked:
        waits_by_site(time)
    text = " ".join(query["sql"] for query in asked if "allocations_sitewait" in query["sql"])
    firsts = {f"'{time.first}'", f"'{utc_today() - timedelta(days=1)}'"}
    return {first for first in firsts if first in text}


@pytest.mark.django_db(transaction=True)
def test_what_is_read_while_somebody_counts_settled_days_is_not_kept(days: Project) -> None:
    time = TimeRange(utc_today() - timedelta(days=30), utc_today() - timedelta(days=5))
    before = waits_by_site(time)
    SETTLED.forget()
    with somebody_counts(days, ago=10) as finish:
        assert waits_by_site(time) == before
        assert reads(time), "it was not kept"
        finish()
        after = waits_by_site(time)
        assert after != before
        assert not reads(time)


class somebody_counts:  # noqa: N801 -- reads as what it does
    """Another connection that has counted a run and not ended its transaction until it is told."""

    def __init__(self, project: Project, *, ago: int) -> None:
        self._project, self._ago = project, ago
        self._counted, self._may_end = Event(), Event()
        self._thread = Thread(target=self._count)

    def __enter__(self) -> Callable[[], None]:
        self._thread.start()
        assert self._counted.wait(20)
        return self._finish

    def __exit__(self, *error: object) -> None:
        self._finish()

    def _count(self) -> None:
        with transaction.atomic():
            count(self._project, self._ago, bucket=50)
            self._counted.set()
            self._may_end.wait(20)
        connection.close()

    def _finish(self) -> None:
        self._may_end.set()
        self._thread.join(20)


def test_every_table_that_settled_figures_are_read_from_tells_of_its_changes(
    days: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: set[str] = set()

    def noting(key: object, make: Callable[[], Any], standing: object = None) -> Any:
        with CaptureQueriesContext(connection) as asked:
            made = make()
        found.update(name for query in asked for name in TABLE.findall(query["sql"]))
        return made

    monkeypatch.setattr(SETTLED, "answer", noting)
    everything(days)
    known = {apps.get_model(model)._meta.db_table for model in SETTLED.models}
    assert found >= COUNTED
    assert found <= known | COUNTED


def triggers() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE tgname LIKE 'allocations_note_settled%%'"
        )
        yield from cursor.fetchall()


def test_days_tell_of_each_way_of_changing_them(db: None) -> None:
    noted = set(triggers())
    for table in ("dailyusage", "joboutcome", "queuewait"):
        for change in ("insert", "update", "delete"):
            assert (f"allocations_{table}", f"allocations_note_settled_{change}") in noted
