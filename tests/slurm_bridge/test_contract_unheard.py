"""Accounts that a starting slurmctld was not told of, in memory and for real."""

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.interface import TestSubmission
from slurm_bridge.unheard import UnheardAccounts
from slurm_bridge.wire import DesiredAccount
from tests.slurm_bridge.clusters import PARTITION, ClusterUnderTest


def test_account_that_slurmctld_was_not_told_of_obeys_no_limit_until_it_is_made_once_more(
    cluster: ClusterUnderTest,
) -> None:
    name, username = cluster.name(), cluster.make_user()
    mark = f"belfry-{name}"
    cluster.slurm.create_qos([name], mark, 60, ["NoDecay", "DenyOnLimit"])
    with cluster.untold():
        cluster.slurm.create_accounts([name], "root", mark, name)
    cluster.slurm.add_members([name], [username])
    cluster.slurm.change_access(PARTITION, [name], [])
    member = TestSubmission(name, username, PARTITION)
    is_unheard = cluster.slurm.accounts_unheard_of([name]) == {name}
    assert is_unheard is cluster.can_be_untold
    assert cluster.slurm.would_accept(member).accepted
    cluster.slurm.suspend_accounts([name])
    assert cluster.slurm.would_accept(member).accepted is is_unheard
    cluster.slurm.resume_accounts([name])
    before = cluster.account(name)
    wanted = DesiredAccount(name=name, parent="root", owner_mark=mark, qos=name)

    assert UnheardAccounts(cluster.slurm).mend([wanted], cluster.state()) == {}

    assert cluster.slurm.accounts_unheard_of([name]) == set()
    assert cluster.account(name) == before
    assert cluster.slurm.would_accept(member).accepted
    cluster.slurm.suspend_accounts([name])
    assert not cluster.slurm.would_accept(member).accepted


def test_deletion_of_an_account_that_is_not_there_is_refused(cluster: ClusterUnderTest) -> None:
    with pytest.raises(TransientSlurmError):
        cluster.slurm.delete_accounts([cluster.name("ghost")])
