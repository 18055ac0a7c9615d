"""Jobs of leaving members: told, and cancelled only where staff have confirmed exactly these."""

import pytest
from pydantic import ValidationError

from slurm_bridge import changes as ch
from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.guard import GuardLimits
from slurm_bridge.wire import DesiredState, SyncReport
from slurm_bridge.wire_leaving import MOST_JOBS, ConfirmedCancel, QueuedJob
from tests.slurm_bridge.worlds import MemorySite, desired_state, project

ACCOUNT = "aif26fl0001"
BOB = (ACCOUNT, "bob")


def job(number: str, state: str = "RUNNING", name: str = "train") -> QueuedJob:
    return QueuedJob(job_id=number, state=state, name=name, gpus=4, started_at=1, limit_minutes=60)


def without_bob(*confirmed: str, username: str = "bob") -> DesiredState:
    state = desired_state(project(ACCOUNT))
    cancel = ConfirmedCancel(account=ACCOUNT, username=username, job_ids=confirmed or ("1",))
    return state.model_copy(update={"confirmed_cancels": (cancel,) if confirmed else ()})


@pytest.fixture
def site() -> MemorySite:
    """Bob has left the project, and two of his jobs are there."""
    site = MemorySite()
    site.cycle.run(desired_state(project(ACCOUNT, members=("ada", "bob"))))
    site.slurm.queue[BOB] = (job("7"), job("8", "PENDING"))
    site.cycle.run(without_bob())
    return site


def outcomes(report: SyncReport) -> dict[str, str]:
    return {result.change.kind: result.outcome for result in report.results}


def told(report: SyncReport) -> dict[str, list[str]]:
    return {m.username: [job.job_id for job in m.jobs] for m in report.leaving or ()}


def left(site: MemorySite, member: tuple[str, str] = BOB) -> list[str]:
    return [job.job_id for job in site.slurm.queue.get(member, ())]


def test_removal_that_waits_tells_its_jobs_each_cycle(site: MemorySite) -> None:
    report = site.cycle.run(without_bob())
    assert outcomes(report) == {"remove_member": "deferred"}
    assert told(report) == {"bob": ["7", "8"]}
    assert report.actual is not None
    assert report.actual.leaving == (), "told once, beside the state"


def test_first_cycle_of_a_removal_tells_its_jobs_already() -> None:
    site = MemorySite()
    site.cycle.run(desired_state(project(ACCOUNT, members=("ada", "bob"))))
    site.slurm.queue[BOB] = (job("7"),)
    assert told(site.cycle.run(without_bob())) == {"bob": ["7"]}


def test_confirmed_jobs_are_cancelled_and_the_member_leaves_in_one_cycle(site: MemorySite) -> None:
    site.slurm.queue[ACCOUNT, "ada"] = (job("9"),)

    report = site.cycle.run(without_bob("7", "8"))

    assert outcomes(report) == {"cancel_jobs": "applied", "remove_member": "applied"}
    assert BOB not in site.slurm.members
    assert left(site, (ACCOUNT, "ada")) == ["9"]
    assert told(report) == {}
    assert site.cycle.run(without_bob("7", "8")).results == ()


def test_job_that_nobody_confirmed_goes_on_and_is_told(site: MemorySite) -> None:
    site.slurm.queue[BOB] += (job("10", "PENDING"),)

    report = site.cycle.run(without_bob("7", "8"))

    assert outcomes(report) == {"cancel_jobs": "applied", "remove_member": "deferred"}
    assert left(site) == ["10"]
    assert told(report) == {"bob": ["10"]}


def test_confirmation_without_a_removal_cancels_nothing(site: MemorySite) -> None:
    """Somebody who was taken back keeps their jobs, whatever was confirmed before."""
    both = without_bob("7", "8").model_copy(
        update={"accounts": desired_state(project(ACCOUNT, members=("ada", "bob"))).accounts}
    )
    report = site.cycle.run(both)
    assert "cancel_jobs" not in outcomes(report)
    assert left(site) == ["7", "8"]


def test_confirmation_names_a_job_of_another_member_in_vain(site: MemorySite) -> None:
    site.slurm.queue[ACCOUNT, "ada"] = (job("9"),)
    site.cycle.run(without_bob("7", "9"))
    assert left(site, (ACCOUNT, "ada")) == ["9"]
    assert left(site) == ["8"]


def test_jobs_that_are_ending_already_are_not_cancelled_again(site: MemorySite) -> None:
    site.slurm.queue[BOB] = (job("7", "COMPLETING"),)
    assert outcomes(site.cycle.run(without_bob("7"))) == {"remove_member": "deferred"}


def test_refused_cancel_is_a_failure_and_the_member_stays(site: MemorySite) -> None:
    def refuse(*_: object) -> None:
        raise TransientSlurmError("scancel failed: Access denied")

    site.slurm.cancel_jobs = refuse  # type: ignore[method-assign]
    report = site.cycle.run(without_bob("7", "8"))
    assert outcomes(report) == {"cancel_jobs": "failed", "remove_member": "deferred"}
    assert "Access denied" in report.results[0].reason


def test_queue_that_does_not_answer_cancels_nothing_and_says_nothing(site: MemorySite) -> None:
    def silent(_: object) -> None:
        raise TransientSlurmError("squeue failed")

    site.slurm.queued_jobs = silent  # type: ignore[method-assign,assignment]
    report = site.cycle.run(without_bob("7", "8"))
    assert report.leaving is None
    assert outcomes(report) == {"remove_member": "deferred"}
    assert left(site) == ["7", "8"]


def test_queue_is_read_only_where_somebody_leaves() -> None:
    site = MemorySite()
    site.slurm.queued_jobs = lambda _: pytest.fail("read in vain")  # type: ignore[method-assign]
    report = site.cycle.run(desired_state(project(ACCOUNT)))
    assert report.leaving == ()


def test_cancel_waits_for_an_approval_in_the_modes_that_ask(site: MemorySite) -> None:
    for mode in ("plan_only", "create_only"):
        site.cycle = site.new_cycle()
        site.cycle.mode = mode  # type: ignore[assignment]
        report = site.cycle.run(without_bob("7", "8"))
        assert left(site) == ["7", "8"]
        assert report.proposed is not None
        assert [change.kind for change in report.proposed.changes] == [
            "cancel_jobs",
            "remove_member",
        ]
        assert report.proposed.jobs == (2, 2)
    approved = without_bob("7", "8").model_copy(update={"approved_plans": (report.waiting,)})
    assert outcomes(site.cycle.run(approved))["cancel_jobs"] == "applied"
    assert left(site) == []


def test_plan_stays_the_same_while_confirmed_jobs_end_by_themselves(site: MemorySite) -> None:
    site.cycle.mode = "plan_only"
    before = site.cycle.run(without_bob("7", "8")).waiting
    site.slurm.queue[BOB] = (job("8", "PENDING"),)
    assert site.cycle.run(without_bob("7", "8")).waiting == before


def test_guard_stops_a_plan_that_cancels_too_many_jobs(site: MemorySite) -> None:
    site.cycle.limits = GuardLimits(max_cancelled_jobs=1)
    report = site.cycle.run(without_bob("7", "8"))
    assert report.refused == "it would cancel 2 jobs; at most 1 are allowed"
    assert left(site) == ["7", "8"]
    assert told(report) == {"bob": ["7", "8"]}


def test_cancel_is_no_drift(site: MemorySite) -> None:
    assert site.cycle.run(without_bob("7", "8")).drift == ()


def test_more_jobs_than_can_be_told_are_counted(site: MemorySite) -> None:
    site.slurm.queue[BOB] = tuple(job(f"5_{task}", "PENDING") for task in range(MOST_JOBS + 3))
    (member,) = site.cycle.run(without_bob()).leaving or ()
    assert len(member.jobs) == MOST_JOBS
    assert member.jobs_in_all == MOST_JOBS + 3


def test_sentence_names_the_first_jobs_and_counts_the_others() -> None:
    change = ch.CancelJobs(
        account=ACCOUNT, username="bob", job_ids=tuple(str(n) for n in range(12))
    )
    assert str(change) == (
        "cancel jobs 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more of bob in account aif26fl0001"
    )


@pytest.mark.parametrize("number", ["", "--user=root", "7 8", "7_[0-3]", "７", "7\n", "1" * 11])
def test_what_is_no_number_of_a_job_is_never_confirmed(number: str) -> None:
    with pytest.raises(ValidationError):
        ConfirmedCancel(account=ACCOUNT, username="bob", job_ids=(number,))
    with pytest.raises(ValidationError):
        ch.CancelJobs(account=ACCOUNT, username="bob", job_ids=(number,))
