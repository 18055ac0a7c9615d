"""Of two bridges of one site one may write, and the portal says which."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.models import SiteLease, SyncCycle
from slurm_bridge.bridge import Bridge, build_bridge
from slurm_bridge.config import load_config
from slurm_bridge.errors import TransientLeaseError
from slurm_bridge.wire import DesiredState, LeaseAnswer
from tests.allocations.bridge_caller import BridgeCaller, refusal, token_of
from tests.slurm_bridge.fake_portal import FakePortal
from tests.slurm_bridge.installations import install
from tests.slurm_bridge.worlds import desired_state


def ask(caller: BridgeCaller, holder: str, host: str) -> LeaseAnswer:
    answer = caller.post("/lease", {"holder": holder, "host": host})
    assert answer.status_code == 200
    return LeaseAnswer.model_validate_json(answer.content)


def test_first_bridge_that_asks_has_the_lease_and_keeps_it(zellik: BridgeCaller) -> None:
    assert ask(zellik, "a", "mgmt1") == LeaseAnswer(granted=True, host="mgmt1", seconds_left=60)
    assert ask(zellik, "a", "mgmt1").granted


def test_second_bridge_is_told_who_has_it_and_how_long(zellik: BridgeCaller) -> None:
    ask(zellik, "a", "mgmt1")
    answer = ask(zellik, "b", "mgmt2")
    assert (answer.granted, answer.host) == (False, "mgmt1")
    assert 0 < answer.seconds_left <= 60


def test_lease_that_has_run_out_goes_to_whoever_asks(zellik: BridgeCaller) -> None:
    ask(zellik, "a", "mgmt1")
    SiteLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(zellik, "b", "mgmt2").granted
    assert not ask(zellik, "a", "mgmt1").granted


def test_sites_have_leases_of_their_own(zellik: BridgeCaller, charleroi: BridgeCaller) -> None:
    assert ask(zellik, "a", "mgmt1").granted
    assert ask(charleroi, "b", "mgmt2").granted


def test_lease_for_nobody_is_refused(zellik: BridgeCaller) -> None:
    refusal(zellik.post("/lease", {"holder": "", "host": "mgmt1"}), 422)


def test_staff_see_where_the_bridge_runs(zellik: BridgeCaller, client: Client, staff: User) -> None:
    ask(zellik, "a", "mgmt1.zellik")
    client.force_login(staff)
    for page in (reverse("sites"), reverse("site", args=["zellik"])):
        assert "mgmt1.zellik" in client.get(page).content.decode()


@pytest.fixture
def bridges(
    transactional_db: None, seeded: None, live_server: object, tmp_path: Path
) -> Iterator[tuple[Bridge, Bridge]]:
    """Two bridges with one token on two hosts, both speaking to this portal."""
    token = token_of("zellik")
    made = []
    for host in ("mgmt1", "mgmt2"):
        folder = tmp_path / host
        folder.mkdir()
        site = install(folder, FakePortal(desired_state(), address=str(live_server)))
        (folder / "token").write_text(token, encoding="ascii")
        bridge = build_bridge(load_config(site.config))
        bridge.lease.host = host
        made.append(bridge)
    first, second = made
    yield first, second
    first.portal.close()
    second.portal.close()


def wanted(bridge: Bridge) -> DesiredState:
    desired = bridge.portal.desired_state(known_revision=None, wait_seconds=0)
    assert desired is not None
    return desired


def test_second_bridge_writes_nothing_and_names_the_first(bridges: tuple[Bridge, Bridge]) -> None:
    first, second = bridges
    first.reconcile(wanted(first))
    programs = second.commands.started

    report = second.reconcile(wanted(second))

    assert "another bridge, on mgmt1, serves this site; this one, on mgmt2" in report.refused
    assert second.commands.started == programs
    assert SyncCycle.objects.filter(refused=report.refused).count() == 1


def test_second_bridge_takes_over_and_the_first_stops_in_the_middle(
    bridges: tuple[Bridge, Bridge],
) -> None:
    first, second = bridges
    first.reconcile(wanted(first))
    first.lease.check()
    SiteLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert "another bridge" not in second.reconcile(wanted(second)).refused
    assert "on mgmt2" in first.lease.renew()
    with pytest.raises(TransientLeaseError):
        first.lease.check()
