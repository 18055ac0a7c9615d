"""Which plans and answers are refused."""

from dataclasses import replace
from datetime import date

import pytest

from slurm_bridge.cycle import PlanMovedError, RefusedError
from slurm_bridge.guard import (
    GuardLimits,
    refusal_of_desired,
    refusal_of_plan,
    refusal_of_reading,
)
from slurm_bridge.plan import plan
from slurm_bridge.wire import DesiredAccount
from tests.slurm_bridge.worlds import (
    ADA,
    CLUSTER,
    MemorySite,
    desired_state,
    memory_slurm,
    project,
    read_state,
)

MEMBERS = tuple(f"m{number}" for number in range(20))
NAMES = tuple(f"p{number}" for number in range(20))
USERS = tuple(
    ADA.model_copy(update={"username": n, "uid": 3000 + i}) for i, n in enumerate(MEMBERS)
)


@pytest.fixture
def site() -> MemorySite:
    """A site with one project of twenty members."""
    site = MemorySite()
    site.cycle.run(desired_state(project(members=MEMBERS), users=USERS))
    assert len(site.slurm.members) == 20
    return site


def refusal(site: MemorySite, members: tuple[str, ...], limits: GuardLimits) -> str:
    desired = desired_state(project(members=members), users=USERS)
    actual = read_state(site.slurm, site.directory, desired)
    return refusal_of_plan(plan(desired, actual), desired, actual, limits)


def test_a_few_members_may_always_go(site: MemorySite) -> None:
    assert refusal(site, MEMBERS[:15], GuardLimits(max_removed_share=0)) == ""


def test_more_than_a_share_of_all_members_may_not_go(site: MemorySite) -> None:
    assert "25%" in refusal(site, MEMBERS[:14], GuardLimits(max_removed_share=0.25))
    assert refusal(site, MEMBERS[:14], GuardLimits(max_removed_share=0.3)) == ""


def test_more_than_a_number_of_members_may_not_go(site: MemorySite) -> None:
    limits = GuardLimits(max_removals=5, always_allowed_removals=2, max_removed_share=1)
    assert "at most 5" in refusal(site, MEMBERS[:14], limits)


def projects(**changes: object) -> list[DesiredAccount]:
    return [project(name, members=("ada",), **changes) for name in NAMES]


@pytest.fixture
def many() -> MemorySite:
    """A site with twenty projects."""
    site = MemorySite()
    site.cycle.run(desired_state(*projects()))
    return site


def test_most_accounts_may_not_be_suspended_at_once(many: MemorySite) -> None:
    report = many.cycle.run(desired_state(*projects(suspended=True)))

    assert report.refused == "it would suspend 20 of 20 projects, more than 25%"
    assert not any(row.grp_submit_jobs == 0 for row in many.slurm.accounts.values())


def test_many_projects_may_end_on_one_day(many: MemorySite) -> None:
    report = many.cycle.run(desired_state(*projects(suspended=True, ends_on=date(2020, 1, 1))))

    assert report.refused == ""


def test_most_accesses_may_not_be_closed_at_once(many: MemorySite) -> None:
    report = many.cycle.run(desired_state(*projects(partitions=())))

    assert report.refused == "it would close 20 of 20 accesses to partitions, more than 25%"


def test_desired_state_that_was_made_long_ago_is_refused(site: MemorySite) -> None:
    old = desired_state(project()).model_copy(update={"generated_at": int(site.clock()) - 90_000})

    report = site.cycle.run(old)

    assert "made 25 h ago" in report.refused
    assert len(site.slurm.members) == 20


def test_desired_state_that_the_portal_confirms_for_days_stays_good(site: MemorySite) -> None:
    desired = desired_state(project(members=MEMBERS), users=USERS)
    site.cycle.run(desired)
    site.clock.sleep(500_000)

    assert site.cycle.run(desired).refused == ""


def test_guard_is_waived_for_one_reviewed_plan_only(site: MemorySite) -> None:
    few = desired_state(project(members=MEMBERS[:2]), users=USERS)
    wanted, _ = site.cycle.preview(few)
    with pytest.raises(RefusedError, match="more than 25%"):
        site.cycle.apply_reviewed(few, wanted.plan_id)

    report = site.cycle.apply_reviewed(few, wanted.plan_id, allows_removals=True)

    assert {result.outcome for result in report.results} == {"applied"}
    assert len(site.slurm.members) == 2


def test_no_waiver_lets_the_portal_want_nothing(site: MemorySite) -> None:
    wanted, _ = site.cycle.preview(desired_state())
    with pytest.raises(RefusedError, match="no account at all"):
        site.cycle.apply_reviewed(desired_state(), wanted.plan_id, allows_removals=True)


def test_reviewed_plan_is_refused_when_the_world_has_moved(site: MemorySite) -> None:
    fewer = desired_state(project(members=MEMBERS[:18]), users=USERS)
    wanted, _ = site.cycle.preview(fewer)
    site.slurm.remove_members(["aif26fl0001"], [MEMBERS[19]])
    writes = site.slurm.writes

    with pytest.raises(PlanMovedError, match=f"no longer {wanted.plan_id}"):
        site.cycle.apply_reviewed(fewer, wanted.plan_id)

    assert site.slurm.writes == writes


def test_empty_desired_state_is_refused_where_belfry_has_accounts(site: MemorySite) -> None:
    report = site.cycle.run(desired_state())

    assert "no account at all" in report.refused
    assert report.results == ()
    assert len(site.slurm.members) == 20


def test_empty_desired_state_is_fine_on_a_new_site() -> None:
    report = MemorySite().cycle.run(desired_state())
    assert report.refused == ""


def test_desired_state_of_another_cluster_is_refused_before_slurm_is_asked() -> None:
    site = MemorySite()
    site.slurm.read = None  # type: ignore[method-assign, assignment]

    report = site.cycle.run(desired_state(project(), cluster="charleroi"))

    assert "charleroi" in report.refused
    assert refusal_of_desired(desired_state(project()), CLUSTER) == ""


@pytest.mark.parametrize(
    ("lost", "word"),
    [
        ({"associations": ()}, "no association"),
        ({"accounts": ()}, "does not list"),
        ({"qos": ()}, "QOS"),
        ({"partitions": ()}, "partition"),
    ],
)
def test_half_an_answer_is_refused(lost: dict[str, tuple[()]], word: str) -> None:
    reading = replace(memory_slurm().read(), **lost)
    assert word in refusal_of_reading(reading, CLUSTER)


def test_answer_without_the_root_account_is_refused() -> None:
    slurm = memory_slurm()
    slurm.create_accounts(["aif"], "root", "belfry-x", None)
    del slurm.accounts["root"]
    assert "root" in refusal_of_reading(slurm.read(), CLUSTER)


def test_answer_about_another_cluster_is_refused() -> None:
    assert "charleroi" in refusal_of_reading(memory_slurm().read(), "charleroi")


def test_whole_answer_is_accepted() -> None:
    assert refusal_of_reading(memory_slurm().read(), CLUSTER) == ""
