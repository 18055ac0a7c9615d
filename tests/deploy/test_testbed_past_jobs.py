"""Jobs that could have been."""

from collections import Counter
from itertools import pairwise

import pytest

from deploy.testbed.past_jobs import History, Member, PastPartition, PastRun, State, past_runs

NOW = 1_790_000_000
MEMBERS = [Member(7, "aif26fl0001", 2, "ada", 2001, 2001), Member(8, "aif26pg0002", 3, "bo", 2, 2)]
PARTITION = PastPartition("h200", "zellik-gpu", 22, 8)


def history(jobs: int = 3000, days: int = 30, seed: int = 1) -> History:
    return History(
        members=MEMBERS,
        partitions=[PARTITION],
        jobs=jobs,
        starts=NOW - days * 86400,
        ends=NOW,
        first_job_id=1000,
        seed=seed,
    )


@pytest.fixture(scope="module")
def runs() -> list[PastRun]:
    return list(past_runs(history()))


def test_the_same_seed_makes_the_same_jobs() -> None:
    assert list(past_runs(history(jobs=50))) == list(past_runs(history(jobs=50)))
    assert list(past_runs(history(jobs=50))) != list(past_runs(history(jobs=50, seed=2)))


@pytest.mark.parametrize("jobs", [1, 7, 3000])
def test_there_are_exactly_as_many_jobs_as_asked(jobs: int) -> None:
    ids = {run.job_id for run in past_runs(history(jobs=jobs))}
    assert ids == set(range(1000, 1000 + jobs))


def test_every_kind_of_job_occurs(runs: list[PastRun]) -> None:
    assert {run.state for run in runs} == set(State)
    assert any(run.array_job_id for run in runs)
    assert any(run.started is None for run in runs)
    assert any(run.suspended_seconds for run in runs)
    assert {0, 1, 8, 32} <= {run.gpus for run in runs}
    assert max(run.nodes for run in runs) == 4
    assert {run.member.user for run in runs} == {"ada", "bo"}


def test_a_requeued_job_has_runs_one_after_another_under_one_id(runs: list[PastRun]) -> None:
    counted = Counter(run.job_id for run in runs)
    twice = [job_id for job_id, count in counted.items() if count > 1]
    assert twice
    for job_id in twice:
        several = [run for run in runs if run.job_id == job_id]
        assert all(
            run.state in (State.REQUEUED, State.NODE_FAIL) or run is several[-1] for run in several
        )
        for earlier, later in pairwise(several):
            assert earlier.ended < later.submitted


def test_nobody_is_suspended_over_midnight(runs: list[PastRun]) -> None:
    over = [run for run in runs if run.started and run.started // 86400 < run.ended // 86400]
    assert over
    assert not any(run.suspended_seconds for run in over)


@pytest.mark.parametrize("days", [1, 30])
def test_everything_happened_inside_the_span(days: int) -> None:
    for run in past_runs(history(jobs=1000, days=days)):
        assert NOW - days * 86400 <= run.submitted <= (run.started or run.submitted) <= run.ended
        assert run.ended < NOW
        assert run.suspended_seconds <= run.ended - (run.started or 0)


def test_jobs_fit_on_the_cluster_however_many_they_are() -> None:
    used = sum(run.gpu_seconds for run in past_runs(history(jobs=20_000, days=3)))
    assert used < 22 * 8 * 3 * 86400
