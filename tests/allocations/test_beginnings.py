"""Jobs are found by how their names begin, and an index alone decides which."""

import pytest
from django.db import connection
from django.db.models import F
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.lists import MOST_COUNTED
from accounts.models import User
from allocations.beginnings import BeginsInAnyCase
from allocations.forms.jobs import JobFilter
from allocations.models import Job, Project
from allocations.queries import jobs_of
from tests.portal.member_world import live_project

LAST = "\U0010ffff"
LONGEST = 200

# Few letters, so that names begin alike: both cases in several alphabets, and letters with none or
# with three; what means something to LIKE; and the ends of each length in UTF-8.
_LETTERS = st.sampled_from(
    "aAzéÉßẞſıIiİǆǅǄσςΣжЖ%_\\'\"; \x01\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff𐐀𐐨"
)
_ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS = st.text(_LETTERS | st.just(LAST) | _ANY, min_size=1, max_size=4)


@pytest.fixture
def live(project: Project, staff: User) -> Project:
    return live_project(project, staff)


def named(*names: str) -> None:
    for job, name in zip(Job.objects.order_by("pk"), names, strict=False):
        Job.objects.filter(pk=job.pk).update(name=name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(names=st.lists(_TEXTS, min_size=6, max_size=6), text=_TEXTS, cut=st.integers(1, 4))
@example(names=[LAST * LONGEST, LAST * 2, LAST, "a", "b", "c"], text=LAST, cut=1)
@example(names=["a" + LAST * (LONGEST - 1), "A" + LAST, "a", "b", LAST, "á"], text="A", cut=1)
def test_what_begins_so_is_what_like_finds(
    live: Project, names: list[str], text: str, cut: int
) -> None:
    named(*names)
    for begin in (text, names[0][:cut], names[0].swapcase()[:cut]):
        found = Job.objects.filter(BeginsInAnyCase(F("name"), begin))
        like = Job.objects.filter(name__istartswith=begin)
        assert set(found.values_list("pk")) == set(like.values_list("pk"))


@pytest.mark.parametrize("name", ["100%", "a_b", "a\\b", "it's", 'say "x"', "Überlauf", "ΣΊΣΥΦΟΣ"])
def test_each_character_of_a_search_means_itself(live: Project, name: str) -> None:
    named(name, name + "-2", "x" + name, "100x", "axb", "ab")
    found = JobFilter({"q": f" {name.lower()} "}, queryset=jobs_of(live), project=live).qs
    assert {job.name for job in found} == {name, name + "-2"}


def test_jobs_of_a_name_are_counted_by_an_index_and_no_row_is_asked_again(live: Project) -> None:
    found = JobFilter({"q": "train"}, queryset=jobs_of(live), project=live).qs
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = found.order_by().values("pk")[: MOST_COUNTED + 1].explain()
    assert "Index Cond" in plan
    assert "~>=~" in plan
    assert "Filter" not in plan
