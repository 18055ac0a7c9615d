"""What the bridge tells the portal after each cycle."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from slurm_bridge.bridge import Bridge, build_bridge
from slurm_bridge.config import load_config
from slurm_bridge.errors import FatalConfigError, FatalPortalError, TransientPortalError
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import Installation, install
from tests.slurm_bridge.worlds import desired_state, project


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    with serving(FakePortal(desired_state(users=()))) as portal:
        yield portal


@pytest.fixture
def site(tmp_path: Path, portal: FakePortal) -> Installation:
    return install(tmp_path, portal)


@pytest.fixture
def bridge(site: Installation) -> Iterator[Bridge]:
    bridge = build_bridge(load_config(site.config))
    yield bridge
    bridge.portal.close()


def test_state_is_sent_first_and_then_only_when_it_has_changed(
    bridge: Bridge, site: Installation, portal: FakePortal
) -> None:
    bridge.reconcile(portal.desired)
    bridge.reconcile(portal.desired)
    site.replace_program("scontrol", "echo PartitionName=h200 AllowAccounts=root,physics")
    bridge.reconcile(portal.desired)

    assert [report.actual is not None for report in portal.reports] == [True, False, True]


def test_report_of_an_outage_is_sent_after_it(bridge: Bridge, portal: FakePortal) -> None:
    portal.refuses = {"/sync-results": 503}
    with pytest.raises(TransientPortalError):
        bridge.reconcile(desired_state(users=(), revision="during"))
    portal.refuses = {}

    bridge.reconcile(desired_state(users=(), revision="after"))

    assert [report.revision for report in portal.reports] == ["during", "after"]
    assert portal.reports[0].actual is not None


def test_report_that_the_portal_refuses_for_good_does_not_block_the_next(
    bridge: Bridge, portal: FakePortal
) -> None:
    portal.refuses = {"/sync-results": 422}
    with pytest.raises(FatalPortalError):
        bridge.reconcile(desired_state(users=(), revision="bad"))
    portal.refuses = {}

    bridge.reconcile(desired_state(users=(), revision="good"))

    assert [report.revision for report in portal.reports] == ["good"]
    assert portal.reports[0].actual is not None


def test_jobs_wait_until_it_is_known_whose_accounts_are_belfrys(
    bridge: Bridge, portal: FakePortal
) -> None:
    assert bridge.push_jobs() is None
    assert portal.batches == []


def test_two_bridges_of_one_site_never_write_at_once(
    bridge: Bridge, site: Installation, portal: FakePortal
) -> None:
    other = build_bridge(load_config(site.config))
    began = threading.Event()
    with bridge._only_one():
        thread = threading.Thread(target=lambda: (began.set(), other.reconcile(portal.desired)))
        thread.start()
        began.wait()
        thread.join(timeout=0.3)
        assert portal.reports == []
    thread.join()
    other.portal.close()
    assert len(portal.reports) == 1


def test_state_folder_that_cannot_be_written_is_named(bridge: Bridge, site: Installation) -> None:
    (site.folder / "state").rmdir()
    with pytest.raises(FatalConfigError, match="state"):
        bridge.reconcile(desired_state(project()))


def test_idle_cycle_starts_five_slurm_programs(bridge: Bridge, portal: FakePortal) -> None:
    before = bridge.commands.started
    bridge.reconcile(portal.desired)
    assert bridge.commands.started - before == 5
