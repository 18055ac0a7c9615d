"""People come, go, come back and are in several projects; each counts once wherever they were."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest

from allocations.models import Allocation, Membership, Project
from allocations.rules.months import months_between
from portal.programme.people import in_projects
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.statement import part_key
from tests.people import make_person
from tests.portal.programme_world import rows_of_awards
from tests.written_once import Rows, copy_rows

FIRST, LAST = date(2025, 2, 10), date(2025, 11, 20)
SPANS = [(date(2025, 1, 15), date(2025, 8, 31)), (date(2025, 5, 31), date(2026, 3, 1))]
Stay = tuple[int, Project, date, date]


@pytest.fixture
def stays(rows_of_a_new_portal: Rows, db: None) -> list[Stay]:
    """Who was in which of two projects, from which to which day."""
    copy_rows(rows_of_awards(rows_of_a_new_portal))
    projects = list(Project.objects.order_by("pk"))
    for project, (starts_on, ends_on) in zip(projects, SPANS, strict=True):
        Allocation.objects.filter(project=project).update(starts_on=starts_on, ends_on=ends_on)
    Membership.objects.all().delete()
    chance, written, found = random.Random(7), [], []
    people = [make_person(f"Guest{number}") for number in range(40)]
    for person in people:
        day = date(2024, 10, 1) + timedelta(days=chance.randrange(500))
        for _again in range(chance.randrange(4)):
            left = day + timedelta(days=chance.choice([0, 3, 40, 200, 700]))
            project = chance.choice(projects)
            found.append((person.pk, project, day, left))
            written.append(
                Membership(
                    project=project, user=person, joined_at=_noon(day),
                    left_at=_noon(left) if left.year < 2026 else None,
                )
            )  # fmt: skip
            day = left + timedelta(days=chance.randrange(1, 90))
            if left.year >= 2026:
                break
    Membership.objects.bulk_create(written)
    return found


@pytest.mark.parametrize("by", [Division.MONTH, Division.TRACK])
def test_people_count_once_in_each_part_and_are_new_where_they_first_came(
    stays: list[Stay], by: Division
) -> None:
    found = in_projects(ProgrammeSelection(FIRST, LAST, by=by))
    there, new = _expected(stays, by)
    assert len(there[None]) > 10
    assert len(new[None]) > 5
    for part in {part for part, _key in found}:
        assert found[part, "people"].number == len(there[part]), part
        assert found[part, "first_time_people"].number == len(new[part]), part


def _expected(
    stays: list[Stay], by: Division
) -> tuple[dict[str | None, set[int]], dict[str | None, set[int]]]:
    """Day by day, as slowly as it is plain."""
    span_of = dict(zip(sorted({p.pk for _who, p, *_ in stays}), SPANS, strict=True))
    there, new = defaultdict[str | None, set[int]](set), defaultdict[str | None, set[int]](set)
    for who, project, joined, left in stays:
        since, until = span_of[project.pk]
        first_of_all = min(day for other, _project, day, _left in stays if other == who)
        for month, days in _months_or_all(by).items():
            could_run = any(since <= day <= until for day in days)
            if not (could_run and any(joined <= day <= left for day in days)):
                continue
            for part in (part_key(month) if month else project.track.code, None):
                there[part].add(who)
                if first_of_all in days:
                    new[part].add(who)
    return there, new


def _months_or_all(by: Division) -> dict[date | None, list[date]]:
    """The days of each month of the period; where it is divided otherwise, all of them."""
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    if by != Division.MONTH:
        return {None: days}
    months = months_between(FIRST, LAST)
    return {month: [day for day in days if day.replace(day=1) == month] for month in months}


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
