"""What documents say of the room of tables is what was measured."""

from pathlib import Path

import pytest

from bench.reports import summed_up
from bench.results import stored

SCALING = Path(__file__).parents[2] / "docs" / "scaling.md"


@pytest.mark.parametrize(
    "table", ["job", "dailyusage", "joboutcome", "queuewait", "projectwait", "projectyearwait"]
)
def test_the_room_of_tables_is_what_was_measured(table: str) -> None:
    found = stored("reports")["tables"][table]
    row = (
        f"| `{table}` | {found['rows']:,} | {found['bytes_a_row']} | {found['index_bytes_a_row']} |"
    )
    assert row in SCALING.read_text()


def test_the_slowest_page_and_the_one_that_grew_most_are_told_but_no_export() -> None:
    pages = {
        "list": {"p95_ms": 40.0, "queries": 7, "growth_ratio": 1.2},
        "use": {"p95_ms": 12.0, "queries": 9, "growth_ratio": 4.0},
        "export_csv": {"p95_ms": 900.0, "queries": 30, "growth_ratio": 90.0},
    }
    found = summed_up(pages, jobs=1_000_000)
    assert found["jobs"] == 1_000_000
    assert (found["p95_ms"], found["max_queries"], found["growth_ratio"]) == (40.0, 9, 4.0)
    assert found["export_csv"] == pages["export_csv"]
