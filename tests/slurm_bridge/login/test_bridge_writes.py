"""When a site's bridge writes for login nodes."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from slurm_bridge.bridge import Bridge, build_bridge
from slurm_bridge.config import load_config
from slurm_bridge.errors import TransientPortalError
from slurm_bridge.login.passing_by import CountersPassingBy, JobsPassingBy
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import install
from tests.slurm_bridge.worlds import desired_state

COUNTERS = """case "$*" in
*partition*) echo 'PartitionName=h200 AllowAccounts=root';;
*nodes*) echo 'NodeName=n1 Gres=gpu:h200:4 Partitions=h200';;
*assoc_mgr*) echo 'QOS=normal(1) GrpTRESMins=gres/gpu=N(0)';;
esac"""


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    with serving(FakePortal(desired_state(users=()))) as portal:
        yield portal


@pytest.fixture
def login(tmp_path: Path) -> Path:
    return tmp_path / "login"


@pytest.fixture
def bridge(tmp_path: Path, portal: FakePortal, login: Path) -> Iterator[Bridge]:
    site = install(
        tmp_path, portal, f'login_dir = "{login}"', f'slurm_user = "{getpass.getuser()}"'
    )
    site.replace_program("scontrol", COUNTERS)
    bridge = build_bridge(load_config(site.config))
    yield bridge
    bridge.portal.close()


def test_a_cycle_writes_and_each_reading_of_accounting_writes_again(
    bridge: Bridge, portal: FakePortal, login: Path
) -> None:
    bridge.push_jobs()
    assert not login.exists()
    bridge.reconcile(portal.desired)
    first = (login / "submit.tsv").stat().st_ino
    bridge.push_jobs()

    assert (login / "submit.tsv").stat().st_ino != first
    assert "partition\th200\t1\th200\n" in (login / "submit.tsv").read_text()


def test_figures_stay_fresh_while_the_portal_is_away(
    bridge: Bridge, portal: FakePortal, login: Path
) -> None:
    bridge.reconcile(portal.desired)
    (login / "as_of.json").unlink()
    portal.refuses = {"/jobs": 503}

    with pytest.raises(TransientPortalError):
        bridge.push_jobs()

    assert (login / "as_of.json").exists()


def test_files_that_cannot_be_written_fail_no_cycle(
    bridge: Bridge, portal: FakePortal, login: Path
) -> None:
    portal.desired = desired_state(users=(), revision="next")
    assert bridge.login is not None
    bridge.login.slurm_user = "no-such-user"

    report = bridge.reconcile(portal.desired)

    assert report.refused == ""
    assert not (login / "submit.tsv").exists()


def test_jobs_and_gpus_pass_by_the_login_nodes_where_both_are_asked_for(
    tmp_path: Path, portal: FakePortal, login: Path, bridge: Bridge
) -> None:
    assert not isinstance(bridge.push.receiver, JobsPassingBy)
    site = install(tmp_path, portal, f'login_dir = "{login}"', "[gpu]")
    with_gpus = build_bridge(load_config(site.config))
    assert with_gpus.gpus is not None
    assert isinstance(with_gpus.push.receiver, JobsPassingBy)
    assert isinstance(with_gpus.gpus.receiver, CountersPassingBy)
    assert with_gpus.push.receiver.files is with_gpus.gpus.receiver.files
    assert with_gpus.push.receiver.files.folder == login
    with_gpus.portal.close()
