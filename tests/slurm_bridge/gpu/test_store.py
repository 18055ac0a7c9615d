"""What was counted outlasts the exporter, whatever becomes of its files."""

import json
from pathlib import Path

import pytest

from slurm_bridge.gpu.ledger import Ledger
from slurm_bridge.gpu.store import Store
from tests.slurm_bridge.gpu.test_ledger import fed, sample


def counted(folder: Path) -> Ledger:
    ledger = fed((sample(at, utilisation=0.5, memory_used_bytes=5) for at in range(0, 200, 10)), 7)
    Store(folder).save_counters(ledger)
    Store(folder).save_minutes(ledger)
    return ledger


def loaded(folder: Path) -> Ledger:
    ledger = Ledger(longest_gap_seconds=30)
    Store(folder).load(ledger)
    return ledger


def test_restart_goes_on_with_the_same_counter(tmp_path: Path) -> None:
    before = counted(tmp_path)
    after = loaded(tmp_path)
    assert after.counters == before.counters
    assert [item.minutes for item in after.series.values()] == [
        item.minutes for item in before.series.values()
    ]
    fed((sample(at, utilisation=0.5) for at in (210, 220)), 7, ledger=after)
    (counter,) = after.counters.values()
    assert counter.observed_seconds == 200
    assert counter.utilisation.total == 100


def test_no_files_is_a_fresh_start(tmp_path: Path) -> None:
    assert loaded(tmp_path).counters == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe garbage",
        b'{"form": 1, "counters": [{"job_id": 7}], "running": []}',
        b'{"form": 1, "counters": 5, "running": []}',
        b'{"form": 2, "counters": [], "running": []}',
        b'{"form": 1, "counters": [], "running": [["a", 1, "b"]]}',
        b"[" * 100_000,
    ],
)
def test_file_that_cannot_be_used_is_put_aside_and_said(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "counters.json").write_bytes(content)
    ledger = loaded(tmp_path)
    assert ledger.counters == {}
    assert (tmp_path / "counters.unreadable").read_bytes() == content
    assert "cannot be used" in caplog.text
    counted(tmp_path)
    assert len(loaded(tmp_path).counters) == 1


def test_wrong_number_in_a_counter_is_noticed_at_the_start(tmp_path: Path) -> None:
    counted(tmp_path)
    path = tmp_path / "counters.json"
    content = json.loads(path.read_text())
    content["counters"][0]["utilisation"]["seconds"] = "many"
    path.write_text(json.dumps(content))
    assert loaded(tmp_path).counters == {}


def test_spoilt_minutes_cost_no_counter(tmp_path: Path) -> None:
    counted(tmp_path)
    (tmp_path / "minutes.json").write_text('{"form": 1, "series": [[7]]}')
    ledger = loaded(tmp_path)
    assert len(ledger.counters) == 1
    assert (tmp_path / "minutes.unreadable").exists()


def test_half_written_file_never_takes_the_place_of_a_whole_one(tmp_path: Path) -> None:
    ledger = counted(tmp_path)
    (tmp_path / "counters.json.new").write_text('{"form": 1, "coun')
    assert loaded(tmp_path).counters == ledger.counters
