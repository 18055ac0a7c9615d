"""`slurm-bridge adopt` as an administrator types it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slurm_bridge.cli import app
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import Installation, install
from tests.slurm_bridge.worlds import desired_state, project

NONE = "|" * 9
LIMITS = rf"root||||{NONE}\nlab||7||cpu=100{NONE}\nlab|lea|1||{NONE}\n"
ASSOCIATIONS = (
    r"zellik|root|||||||normal\nzellik|lab|||root||||normal\nzellik|lab|lea||||||normal\n"
)
SACCTMGR = rf"""case "$*" in
*GrpTRESMins,GrpTRESRunMins*) printf '{LIMITS}';;
*assoc*) printf '{ASSOCIATIONS}';;
*account*) printf 'root|x\nlab|the \033[31mbell lab\n';;
*qos*) echo 'normal|||Normal';;
esac"""


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    with serving(FakePortal(desired_state(project()))) as portal:
        yield portal


@pytest.fixture
def site(tmp_path: Path, portal: FakePortal) -> Installation:
    installation = install(tmp_path, portal)
    installation.replace_program("sacctmgr", SACCTMGR)
    return installation


def call(site: Installation, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["adopt", *words, "--config", str(site.config)])
    return result.exit_code, result.stdout


def test_accounts_are_listed_with_members_limits_and_what_speaks_against_them(
    site: Installation, portal: FakePortal
) -> None:
    code, said = call(site, "--json")

    assert code == 0
    assert json.loads(said) == [
        {
            "account": "lab",
            "parent": "root",
            "members": [{"username": "lea", "uid": None}],
            "limits": {"Fairshare": "7", "GrpTRESMins": "cpu=100"},
            "refusal": "",
        },
        {
            "account": "root",
            "parent": "",
            "members": [],
            "limits": {},
            "refusal": "is Slurm's own",
        },
    ]
    assert portal.offers == []


def test_table_names_the_same_and_moves_no_cursor(site: Installation) -> None:
    code, said = call(site)

    assert code == 0
    assert "lab" in said
    assert "lea" in said
    assert "\033" not in said


def test_chosen_account_is_offered_to_staff(site: Installation, portal: FakePortal) -> None:
    code, said = call(site, "lab")

    assert code == 0
    assert said.startswith("lab: waits for staff at http://127.0.0.1:")
    (offer,) = portal.offers[0].accounts
    assert (offer.account, offer.limits["GrpTRESMins"]) == ("lab", "cpu=100")


def test_what_cannot_be_offered_is_said_and_the_rest_is_offered(
    site: Installation, portal: FakePortal
) -> None:
    code, said = call(site, "lab", "root", "nowhere")

    assert code == 3
    assert "root: not offered: is Slurm's own" in said
    assert "nowhere: not offered: is not there, or is in Belfry already" in said
    assert [item.account for item in portal.offers[0].accounts] == ["lab"]


def test_very_long_lists_are_refused(site: Installation, portal: FakePortal) -> None:
    code, _ = call(site, *(f"a{number}" for number in range(201)))

    assert code == 1
    assert portal.offers == []
