"""What the bridge believes of its nodes, and how it brings that to the portal."""

from pathlib import Path

import pytest

from slurm_bridge.errors import TransientPortalError
from slurm_bridge.gpu.faults import NodeFaultError
from tests.slurm_bridge.gpu.sites import NOW, SiteUnderTest, counter, series
from tests.slurm_bridge.gpu.test_ledger import fed, sample


@pytest.fixture
def site(tmp_path: Path) -> SiteUnderTest:
    return SiteUnderTest(tmp_path)


def test_counters_of_all_nodes_of_a_job_arrive_with_their_minutes(site: SiteUnderTest) -> None:
    at = range(-1000, -700, 10)
    ledger = fed((sample(s, utilisation=0.5, power_watts=200) for s in at), 7)
    site.serve_ledger("n1", ledger)
    site.serve("n2", counter(7, gpu="GPU-b"))
    assert site.run(0) == 2
    first, second = (site.portal.counters[key] for key in sorted(site.portal.counters))
    assert (first.node, second.node) == ("n1", "n2")
    assert first.observed_seconds == 290
    assert first.utilisation_seconds == pytest.approx(145)
    assert sum(len(piece.utilisation_percent) for piece in first.minutes) == 5
    assert (second.idle_seconds, second.energy_joules) == (25, 30_000)


def test_what_has_not_changed_is_not_sent_again_and_the_whole_once_an_hour(
    site: SiteUnderTest,
) -> None:
    site.serve("n1", counter())
    site.serve("n2")
    assert site.run(0) == 1
    assert site.run() == 0
    site.serve("n1", counter(seconds=160))
    assert site.run() == 1
    site.serve("n1", counter(seconds=160))
    assert site.run(0) == 0
    site.at += 3600
    site.serve("n1", counter(seconds=160))
    site.serve("n2")
    assert site.run(0) == 1


def test_restarted_bridge_and_repeated_messages_change_nothing(site: SiteUnderTest) -> None:
    site.serve("n1", counter())
    site.run(0)
    before = dict(site.portal.counters)
    site.push = site.fresh()
    site.run(1)
    assert site.portal.counters == before


def test_outage_of_the_portal_loses_nothing(site: SiteUnderTest) -> None:
    site.serve("n1", counter())
    site.pages.pages["http://n1:9417/minutes"] = series()
    site.portal.is_away = True
    with pytest.raises(TransientPortalError):
        site.run(0)
    site.portal.is_away = False
    assert site.run(1) == 1
    (stored,) = site.portal.counters.values()
    assert stored.minutes[0].utilisation_percent == (50, None)
    assert site.portal.findings() == [("n2", "unreachable", 2)]
    site.run(1)
    assert site.pages.asked[-1].startswith("http://n2")
    (asked,) = [a for a in site.pages.asked[-3:] if "n1:9417/minutes" in a]
    assert asked.endswith(f"since={NOW - 960 + 120 - 180}")


def test_jobs_of_others_are_not_the_portals_business(site: SiteUnderTest) -> None:
    site.serve("n1", counter(9, gpu="GPU-c"), counter(8, gpu="GPU-d"), counter(777, gpu="GPU-e"))
    assert site.run(0) == 1
    assert {key[0] for key in site.portal.counters} == {8}


def test_slurm_is_asked_once_for_a_job_that_it_knows(site: SiteUnderTest) -> None:
    site.serve("n1", counter(7), counter(9, gpu="GPU-c"))
    for _number in range(20):
        site.run()
        site.serve("n1", counter(7), counter(9, gpu="GPU-c"))
    assert 10 <= site.jobs.questions <= 12  # For ten minutes slurmdbd may be late.


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (counter(seconds=50), "went_back"),
        (counter(seconds=110, observed_seconds=105.0, energy_joules=5.0), "went_back"),
        (counter(seconds=110, energy_joules=1e12), "impossible"),
        (counter(seconds=5000, observed_seconds=5000.0), "wrong_clock"),
    ],
)
def test_lie_is_refused_counted_and_told(site: SiteUnderTest, said: object, kind: str) -> None:
    site.serve("n1", counter())
    site.run(0)
    before = dict(site.portal.counters)
    site.serve("n1", said)  # type: ignore[arg-type]
    for _number in range(2):
        site.run(1)
    assert site.portal.counters == before
    assert ("n1", kind, 1) in site.portal.findings()


def test_utilisation_over_a_hundred_per_cent_is_refused(site: SiteUnderTest) -> None:
    said = counter()
    said.utilisation.seconds = 101
    site.serve("n1", said)
    site.run(0)
    assert site.portal.counters == {}
    assert ("n1", "impossible", 1) in site.portal.findings()


def test_job_that_never_ran_on_a_node_is_refused_there(site: SiteUnderTest) -> None:
    site.serve("n1", counter(8, gpu="GPU-a"))
    site.serve("n2", counter(8, gpu="GPU-b"))
    site.run(0)
    assert {key[1] for key in site.portal.counters} == {"n1"}
    assert site.portal.findings() == [("n2", "wrong_node", 1)]


def test_page_of_another_node_or_another_time_is_refused(site: SiteUnderTest) -> None:
    site.serve("n1", counter(), name="n2")
    site.serve("n2", counter(), late=4000)
    site.run(0)
    assert site.portal.counters == {}
    assert site.portal.findings() == [("n1", "wrong_node", 1), ("n2", "wrong_clock", 1)]


def test_restart_of_an_exporter_is_none_of_two_exporters(site: SiteUnderTest) -> None:
    site.serve("n2")
    site.serve("n1", counter())
    site.run(0)
    site.serve("n1", counter(seconds=120), instance="second")
    assert site.run(30) == 1
    assert site.portal.findings() == []


def test_two_exporters_that_answer_in_turns_are_noticed(site: SiteUnderTest) -> None:
    site.serve("n2")
    for number, instance in enumerate(("first", "second", "first", "second", "first")):
        site.serve("n1", counter(seconds=100 + number), instance=instance)
        site.run(1)
    assert [kind for _node, kind, _count in site.portal.findings()] == ["two_exporters"] * 2


def test_two_exporters_that_count_the_same_time_count_once(site: SiteUnderTest) -> None:
    other = counter(first_sample_at=NOW - 990)
    site.serve("n2")
    site.serve("n1", counter(), other)
    site.run(0)
    assert len(site.portal.counters) == 1
    assert site.portal.findings() == [("n1", "two_exporters", 1)]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (b"", "cut_off"),
        (b'belfry_gpu_job_samples_total{job="7"', "cut_off"),
        (b"\xff\xfe\n# EOF\n", "unreadable"),
        (b"<html>\n# EOF\n", "unreadable"),
        (b"# EOF\n", "unreadable"),
        (b'belfry_gpu_job_samples_total{job="x",gpu="a",since="1"} 5\n# EOF\n', "unreadable"),
        (b'belfry_gpu_job_samples_total{job="7,gpu="a",since="1"} 5\n# EOF\n', "unreadable"),
        (b'belfry_gpu_job_samples_total{job="7",gpu="a",since="1"} many\n# EOF\n', "unreadable"),
        (
            b'belfry_gpu_job_energy_joules_total{job="7",gpu="a",since="1"} NaN\n# EOF\n',
            "impossible",
        ),
        (b"a" * 5000 + b"\n# EOF\n", "unreadable"),
    ],
)
def test_garbage_costs_its_own_node_only(site: SiteUnderTest, page: bytes, kind: str) -> None:
    site.serve("n1", counter())
    site.serve("n2", counter(gpu="GPU-b"))
    site.pages.pages["http://n2:9417/metrics"] = page
    site.run(0)
    assert {key[1] for key in site.portal.counters} == {"n1"}
    assert site.portal.findings() == [("n2", kind, 1)]


@pytest.mark.parametrize("page", [b"", b"{}", b'{"series": [{"job": 7}]}', b"[" * 100_000])
def test_minutes_that_cannot_be_read_are_a_finding(site: SiteUnderTest, page: bytes) -> None:
    site.serve("n1", counter())
    site.serve("n2")
    site.pages.pages["http://n1:9417/minutes"] = page
    site.run(0)
    assert site.portal.findings() == [("n1", "unreadable", 1)]


def test_minutes_that_cannot_be_are_refused(site: SiteUnderTest) -> None:
    site.serve("n1", counter())
    site.serve("n2")
    site.pages.pages["http://n1:9417/minutes"] = series(utilisation_percent=[101, 5])
    site.run(0)
    assert site.portal.findings() == [("n1", "impossible", 1)]


def test_node_is_asked_until_it_has_told_all_after_its_last_job(site: SiteUnderTest) -> None:
    site.serve("n1", counter())
    site.run(0)  # n2 cannot be reached.
    site.busy = {"n1": False, "n2": False}
    for _number in range(5):
        site.serve("n1", counter())
        site.run()
    site.push = site.fresh()
    assert asked(site, 60) == ["http://n1:9417", "http://n2:9417"]
    assert asked(site, 60) == ["http://n2:9417"]
    assert asked(site, 90_000) == []


def asked(site: SiteUnderTest, seconds_later: float) -> list[str]:
    """The nodes that are asked in one round."""
    site.pages.asked.clear()
    site.serve("n1", counter())
    site.run(seconds_later)
    pages = (address.partition("/metrics") for address in sorted(site.pages.asked))
    return [node for node, is_first_page, _rest in pages if is_first_page]


def test_at_the_very_first_every_node_with_gpus_is_asked(site: SiteUnderTest) -> None:
    site.busy = {"n1": False, "n2": False, "n3": False}
    site.run(0)
    assert len(site.pages.asked) == 3


def test_spoilt_memory_of_nodes_only_costs_questions(site: SiteUnderTest) -> None:
    (site.folder / "gpu-nodes.json").write_text("[1, 2")
    site.serve("n1", counter())
    site.run(0)
    assert len(site.portal.counters) == 1


def test_fault_says_one_short_line() -> None:
    assert NodeFaultError("unreadable", "a\0b\nc" + "d" * 1000).detail.startswith("a b cddd")
    assert len(NodeFaultError("unreadable", "d" * 1000).detail) == 300
