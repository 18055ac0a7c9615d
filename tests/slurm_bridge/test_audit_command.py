"""`slurm-bridge audit` as an administrator types it, against a portal over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slurm_bridge.cli import app
from slurm_bridge.config import load_config
from slurm_bridge.wire_audit import UsageDays, UsedSeconds
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import Installation, install
from tests.slurm_bridge.worlds import desired_state

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
STATS = """Internal DBD rollup last ran x (5)
Cluster 'other' rollup statistics
Hour  last ran x (77)
Cluster 'zellik' rollup statistics
Day   last ran x (99)
Hour  last ran 1795626000 (1795626000)
	Last cycle:   0
"""
SACCTMGR = f"""case "$*" in
*stats*) cat <<'END'
{STATS}END
;;
*assoc*) echo '7|ada|p1';;
esac"""


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    used = UsedSeconds(account="p1", username="ada", gpu_seconds=7200, cpu_seconds=14400)
    portal = FakePortal(desired_state(users=()))
    portal.usage = UsageDays(
        first_day=YESTERDAY, last_day=YESTERDAY, since=YESTERDAY, accounts=("p1",), rows=(used,)
    )
    with serving(portal):
        yield portal


@pytest.fixture
def site(tmp_path: Path, portal: FakePortal) -> Installation:
    installed = install(tmp_path, portal)
    installed.replace_program("sacctmgr", SACCTMGR)
    sreport_says(installed, "p1||gres/gpu|7200", "p1|ada|gres/gpu|7200", "p1|ada|cpu|14400")
    return installed


def sreport_says(site: Installation, *lines: str) -> None:
    words = "\n".join(lines)
    site.replace_program(
        "sreport", f"echo \"$TZ $*\" >> {site.folder}/asked; cat <<'END'\n{words}\nEND"
    )


def audit(site: Installation, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["audit", *words, "--config", str(site.config)])
    return result.exit_code, result.stdout, result.stderr


def test_equal_figures_end_with_zero(site: Installation, portal: FakePortal) -> None:
    code, said, _ = audit(site, "--days", "1")
    assert code == 0, said
    assert "2.00 GPU-hours, Slurm says 2.00" in said
    (check,) = portal.checks
    assert check.rolled_up_until == 1795626000
    asked = (site.folder / "asked").read_text().splitlines()[0]
    for words in ("UTC", "AccountUtilizationByUser", "-t Seconds", "Clusters=zellik"):
        assert words in asked
    assert f"start={YESTERDAY}T00:00:00" in asked


def test_a_difference_ends_with_one_and_is_told_to_the_portal(
    site: Installation, portal: FakePortal
) -> None:
    sreport_says(site, "p1|ada|gres/gpu|3600", "p1|ada|cpu|14400", "physics|eve|cpu|9")
    code, said, _ = audit(site, "--days", "1", "--json")
    assert code == 1
    (found,) = json.loads(said)["differences"]
    assert (found["account"], found["username"], found["slurm_gpu_seconds"]) == ("p1", "ada", 3600)
    assert found["reason"] == "records_differ", "sacct has nothing"
    assert portal.checks[0].differences[0].username == "ada"


@pytest.mark.parametrize(
    ("line", "words"),
    [("p1|ada|gres/gpu|many", "not whole"), ("p1|ada", "not whole"), ("a|b|c|d|e|", "not whole")],
)
def test_half_an_answer_of_sreport_is_a_fault_and_no_difference(
    site: Installation, portal: FakePortal, line: str, words: str
) -> None:
    sreport_says(site, line)
    code, said, complaint = audit(site)
    assert (code, said) == (3, "")
    assert words in complaint
    assert portal.checks == []


def test_sreport_that_fails_is_a_fault(site: Installation, portal: FakePortal) -> None:
    site.replace_program("sreport", "echo no database >&2; exit 1")
    code, _, complaint = audit(site)
    assert code == 3
    assert "no database" in complaint
    assert portal.checks == []


def test_a_portal_that_refuses_is_a_fault(site: Installation, portal: FakePortal) -> None:
    portal.refuses["/usage-days"] = 503
    assert audit(site)[0] == 3


@pytest.mark.parametrize("days", ["0", "-1", "99999", "x"])
def test_days_that_are_none_are_refused(site: Installation, days: str) -> None:
    assert audit(site, "--days", days)[0] == 2


@pytest.mark.parametrize("text", ["03:30:00", '"03:30"'])
def test_the_time_of_the_check_may_be_written_as_toml_or_as_text(
    site: Installation, text: str
) -> None:
    with site.config.open("a") as file:
        file.write(f"\naudit_at = {text}\n")
    assert load_config(site.config).audit_at.hour == 3
    assert load_config(site.config).audit_at.minute == 30
