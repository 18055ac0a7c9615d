"""A budget that slurmctld was not told of, since it was starting, is made once more."""

from dataclasses import replace

import pytest

from tests.slurm_bridge.worlds import MemorySite, desired_state, project


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


def test_qos_that_a_starting_slurmctld_did_not_hear_of_is_made_once_more(site: MemorySite) -> None:
    site.cycle.run(desired_state(project(members=())))
    (name,) = site.slurm.qos.keys() - {"normal"}
    before = site.slurm.qos[name]
    site.slurm.unheard_qos.add(name)

    report = site.cycle.run(desired_state(project()))

    assert [verdict.accepted for verdict in report.readiness] == [True]
    assert site.slurm.qos[name] == before


def test_bridge_that_dies_while_it_makes_a_qos_once_more_is_repaired_by_the_next_cycle(
    site: MemorySite,
) -> None:
    wanted = desired_state(project())
    site.cycle.run(wanted)
    before = site.slurm.read()
    (name,) = site.slurm.qos.keys() - {"normal"}
    site.slurm.suspend_accounts(["aif26fl0001"])
    del site.slurm.qos[name]
    row = site.slurm.accounts["aif26fl0001"]
    site.slurm.accounts["aif26fl0001"] = replace(row, qos=frozenset({"normal"}), default_qos="")

    site.cycle.run(wanted)

    assert site.slurm.read() == before
