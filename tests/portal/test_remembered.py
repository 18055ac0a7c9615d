"""An answer is remembered exactly as long as nothing changes that it was made of."""

import re
from collections.abc import Callable
from itertools import product
from threading import Event, Thread

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation
from portal.programme import figures
from portal.programme.selection import Division, ProgrammeSelection
from portal.remembered import Remembered

TABLE = re.compile(r"\b(?:allocations|accounts)_[a-z_]+\b")


class Names:
    """Names of all organisations, remembered, and how often they were read."""

    def __init__(self) -> None:
        self.read = 0
        self.remembered: Remembered[list[str]] = Remembered(("accounts.Organisation",), most=2)

    def __call__(self, key: str = "all") -> list[str]:
        return self.remembered.answer(key, self._read)

    def _read(self) -> list[str]:
        self.read += 1
        return sorted(Organisation.objects.values_list("name", flat=True))


def make(name: str) -> Organisation:
    return Organisation.objects.create(
        name=name, enterprise_number=name, kind=Organisation.Kind.LARGE
    )


class somebody_writes:  # noqa: N801 -- reads as what it does
    """Another connection that has written and not ended its transaction until it is told to."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._written, self._may_end, self._ended = Event(), Event(), Event()
        self._thread = Thread(target=self._write)

    def __enter__(self) -> Callable[[], None]:
        self._thread.start()
        assert self._written.wait(20)
        return self._finish

    def __exit__(self, *error: object) -> None:
        self._finish()

    def _write(self) -> None:
        with transaction.atomic():
            make(self._name)
            self._written.set()
            self._may_end.wait(20)
        connection.close()
        self._ended.set()

    def _finish(self) -> None:
        self._may_end.set()
        assert self._ended.wait(20)
        self._thread.join()


@pytest.fixture
def names(transactional_db: None) -> Names:
    make("Bells")
    return Names()


def test_what_does_not_change_is_read_once(names: Names) -> None:
    assert [names() for _ in range(5)] == [["Bells"]] * 5
    assert names.read == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda: make("Chimes"),
        lambda: Organisation.objects.update(name="Gongs"),
        lambda: Organisation.objects.all().delete(),
    ],
    ids=["insert", "update", "delete"],
)
def test_each_change_is_in_the_next_answer(names: Names, change: Callable[[], object]) -> None:
    names()
    change()
    expected = sorted(Organisation.objects.values_list("name", flat=True))
    assert names() == expected != ["Bells"]
    assert names() == expected


def test_what_is_undone_leaves_the_answer_as_it_was(names: Names) -> None:
    names()
    with transaction.atomic():
        make("Chimes")
        transaction.set_rollback(True)
    assert names() == ["Bells"]


def test_an_answer_from_before_somebody_has_finished_writing_is_not_kept(names: Names) -> None:
    with somebody_writes("Chimes") as finish:
        assert [names() for _ in range(4)] == [["Bells"]] * 4
        assert names.read == 4, "made anew each time"
        finish()
        assert [names() for _ in range(2)] == [["Bells", "Chimes"]] * 2
        assert names.read == 5


def test_an_answer_kept_before_somebody_began_to_write_goes_when_it_is_written(
    names: Names,
) -> None:
    names()
    with somebody_writes("Chimes") as finish:
        assert names() == ["Bells"]
        finish()
        assert names() == ["Bells", "Chimes"]


def test_a_reader_never_misses_what_was_written_before_it_asked(names: Names) -> None:
    written = 1

    def write() -> None:
        nonlocal written
        for number in range(150):
            make(f"Bell {number}")
            written += 1
        connection.close()

    writer = Thread(target=write)
    writer.start()
    while writer.is_alive():
        before = written
        assert len(names()) >= before
    writer.join()
    assert len(names()) == 151


def test_what_was_asked_for_long_ago_is_forgotten(names: Names) -> None:
    for key in ("one", "two", "three", "three", "two"):
        names(key)
    assert names.read == 3
    names("one")
    assert names.read == 4


def test_nothing_is_kept_inside_a_transaction_that_writes(names: Names) -> None:
    with transaction.atomic():
        make("Chimes")
        names()
        names()
    assert names.read == 2


def test_the_programme_names_every_table_that_it_remembers_figures_of(db: None) -> None:
    today = timezone.localdate()
    for by, words in product(Division, ({}, {"site": "a", "track": "b", "region": "brussels"})):
        selection = ProgrammeSelection(today.replace(month=1, day=1), today, by=by, **words)
        with CaptureQueriesContext(connection) as asked:
            figures._decided(selection, with_people=True)
        found = {name for query in asked for name in TABLE.findall(query["sql"])}
        known = {apps.get_model(model)._meta.db_table for model in figures._DECIDED.models}
        assert found
        assert found <= known
