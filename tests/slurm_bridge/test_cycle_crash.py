"""A bridge that dies at any step is repaired by the next cycle of a new one."""

import pytest

from slurm_bridge.plan import plan
from slurm_bridge.wire import DesiredState, DesiredUser
from tests.slurm_bridge.worlds import MemorySite, desired_state, project, read_state

BEFORE = desired_state(project("p1", members=("ada", "bob")), project("p2", suspended=True))
AFTER = desired_state(
    project("p1", members=("ada",), partitions=()),
    project("p2", members=("ada", "bob")),
    project("p3"),
    gpu_minutes=900,
    revision="r2",
)


class Killed(BaseException):
    """kill -9: nothing of the bridge runs after it."""


class Fuse:
    """Burns before the nth write, to users and to Slurm alike."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def __call__(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


def arm(site: MemorySite, fuse: Fuse) -> None:
    create = site.directory.create
    site.slurm.before_write = fuse

    def create_or_die(user: DesiredUser) -> None:
        fuse()
        create(user)

    site.directory.create = create_or_die  # type: ignore[method-assign]


def disarm(site: MemorySite) -> None:
    del site.directory.create
    site.slurm.before_write = lambda: None
    site.cycle = site.new_cycle()


def killed_at(site: MemorySite, desired: DesiredState, writes: int) -> bool:
    arm(site, Fuse(writes))
    try:
        site.cycle.run(desired)
    except Killed:
        return True
    else:
        return False
    finally:
        disarm(site)


@pytest.mark.parametrize("start", [None, BEFORE], ids=["new site", "site with projects"])
def test_next_cycle_repairs_whatever_step_the_bridge_died_at(start: DesiredState | None) -> None:
    steps = 0
    while True:
        site = MemorySite()
        if start is not None:
            site.cycle.run(start)
        was_killed = killed_at(site, AFTER, steps)

        report = site.cycle.run(AFTER)

        assert all(result.outcome == "applied" for result in report.results), steps
        assert plan(AFTER, read_state(site.slurm, site.directory, AFTER)).is_empty
        assert all(verdict.accepted for verdict in report.readiness)
        if not was_killed:
            break
        steps += 1
    assert steps >= 6


def test_no_step_of_a_suspension_lets_new_jobs_in() -> None:
    site = MemorySite()
    site.cycle.run(BEFORE)
    suspended = desired_state(project("p1", suspended=True), project("p2", suspended=True))

    assert killed_at(site, suspended, 1)

    assert site.slurm.accounts["p1"].grp_submit_jobs == 0
