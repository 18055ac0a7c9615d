"""What the portal is told about the site's health."""

import logging
from dataclasses import dataclass, field

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.heartbeat import Pulse
from slurm_bridge.slurm.live import ControllerFigures, NodeFigures
from slurm_bridge.wire import Finding, Heartbeat, HeartbeatAnswer
from tests.slurm_bridge.worlds import Clock


@dataclass
class Site:
    """A cluster, its doctor and the portal in one."""

    clock: Clock = field(default_factory=Clock)
    answers: bool = True
    examined: int = 0
    portal_is_ahead: int = 0
    beats: list[Heartbeat] = field(default_factory=list)

    def nodes(self) -> NodeFigures:
        if not self.answers:
            raise TransientSlurmError("slurmctld is down")
        return NodeFigures(5, 4, 40, 8, "n[1-5]")

    def gpu_types(self) -> dict[str, tuple[str, ...]]:
        if not self.answers:
            raise TransientSlurmError("slurmctld is down")
        return {"h200": ("h200",)}

    def controller(self) -> ControllerFigures:
        return ControllerFigures(3, 2, 0)

    def findings(self) -> tuple[Finding, ...]:
        self.examined += 1
        state = "ok" if self.answers else "error"
        return (
            Finding.model_validate({"check": "slurmctld", "level": state, "found": "x"}),
            Finding(check="release", level="ok", found="22.05.8"),
        )

    def heartbeat(self, heartbeat: Heartbeat) -> HeartbeatAnswer:
        self.beats.append(heartbeat)
        return HeartbeatAnswer(portal_time=int(self.clock()) + self.portal_is_ahead)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def pulse(site: Site) -> Pulse:
    return Pulse("zellik", site, site, site, doctor_interval_seconds=300, clock=site.clock)  # type: ignore[arg-type]


def test_doctor_looks_at_first_and_then_each_few_minutes(site: Site, pulse: Pulse) -> None:
    for _ in range(12):
        pulse.beat()
        site.clock.sleep(30)

    assert site.examined == 2
    assert all(beat.gpu_types == {"h200": ("h200",)} for beat in site.beats)
    assert {beat.slurm_release for beat in site.beats} == {"22.05.8"}


def test_silent_slurm_is_told_at_once(site: Site, pulse: Pulse) -> None:
    pulse.beat()
    site.answers = False

    pulse.beat()

    last = site.beats[-1]
    assert last.nodes_total == 0
    assert last.gpu_types == {"h200": ("h200",)}, "as it was last known"
    assert last.findings[0].level == "error"


@pytest.mark.parametrize(("ahead", "warned"), [(61, True), (-61, True), (60, False), (0, False)])
def test_clock_that_is_off_is_warned_about(
    site: Site, pulse: Pulse, caplog: pytest.LogCaptureFixture, ahead: int, warned: bool
) -> None:
    site.portal_is_ahead = ahead
    with caplog.at_level(logging.WARNING):
        pulse.beat()
    assert ("clock" in caplog.text) is warned


def test_finding_is_logged_once_while_it_lasts(
    site: Site, pulse: Pulse, caplog: pytest.LogCaptureFixture
) -> None:
    pulse.beat()
    site.answers = False
    with caplog.at_level(logging.WARNING):
        pulse.beat()
        pulse.beat()
    assert sum("slurmctld: x" in record.getMessage() for record in caplog.records) == 1


def test_portal_learns_the_names_of_the_nodes(site: Site, pulse: Pulse) -> None:
    pulse.beat()

    assert site.beats[0].nodes == "n[1-5]"
