"""What a system administrator types, and what comes of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slurm_bridge.cli import app
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import Installation, install
from tests.slurm_bridge.worlds import desired_state, project


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    with serving(FakePortal(desired_state(project()))) as portal:
        yield portal


@pytest.fixture
def site(tmp_path: Path, portal: FakePortal) -> Installation:
    return install(tmp_path, portal)


def call(site: Installation, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*words, "--config", str(site.config)])
    return result.exit_code, result.stdout, result.stderr


def test_plan_prints_what_would_change_and_changes_nothing(
    site: Installation, portal: FakePortal
) -> None:
    site.replace_program("sudo", "exit 9")

    code, said, _ = call(site, "plan")

    assert code == 2
    assert "create account aif26fl0001 under aif_fl with QOS aif26fl0001_zellik" in said
    assert portal.reports == []


def test_plan_without_changes_ends_with_zero(site: Installation, portal: FakePortal) -> None:
    portal.desired = desired_state(users=())
    assert call(site, "plan")[:2] == (0, "nothing to change\n")


def test_plan_as_json_carries_its_id(site: Installation) -> None:
    code, said, _ = call(site, "plan", "--json")
    plan = json.loads(said)
    assert code == 2
    assert len(plan["plan_id"]) == 16
    assert 1 <= plan["commands"] <= len(plan["changes"]) == len(plan["jobs"])
    assert (plan["jobs_in_all"], plan["refused"]) == (0, "")
    assert plan["changes"][0] == {"kind": "create_user", "username": "ada", "uid": 20001}


def test_plan_says_how_to_apply_exactly_this(site: Installation) -> None:
    plan = json.loads(call(site, "plan", "--json")[1])

    _, said, _ = call(site, "plan")

    cost = f"by {plan['commands']} commands in about {plan['seconds']} s"
    assert f"{len(plan['changes'])} changes {cost}" in said
    assert f"slurm-bridge apply --config {site.config} --plan-id {plan['plan_id']}\n" in said


def test_plan_that_has_moved_on_is_not_applied(site: Installation, portal: FakePortal) -> None:
    plan_id = json.loads(call(site, "plan", "--json")[1])["plan_id"]
    portal.desired = desired_state(project(), gpu_minutes=700)

    code, _, told = call(site, "apply", "--plan-id", plan_id)

    assert code == 4
    assert f"no longer {plan_id}: nothing was changed" in told
    assert portal.reports == []


def test_reviewed_plan_is_tried_and_what_failed_is_told(
    site: Installation, portal: FakePortal
) -> None:
    plan_id = json.loads(call(site, "plan", "--json")[1])["plan_id"]

    code, said, _ = call(site, "apply", "--plan-id", plan_id)

    assert code == 3
    assert "0 applied" in said
    assert [report.plan_id for report in portal.reports] == [plan_id]


def test_reviewed_plan_is_not_applied_to_a_slurm_that_answers_half(
    site: Installation, portal: FakePortal
) -> None:
    plan_id = json.loads(call(site, "plan", "--json")[1])["plan_id"]
    site.replace_program("scontrol", "true")

    code, _, told = call(site, "apply", "--plan-id", plan_id)

    assert code == 3
    assert "slurmctld answered without any partition" in told
    assert portal.reports == []


def test_plan_that_the_guard_would_refuse_says_so(site: Installation, portal: FakePortal) -> None:
    site.replace_program(
        "sacctmgr",
        """case "$*" in
*assoc*) printf 'zellik|root|||||||normal\\nzellik|aif|||root||||normal\\n';;
*account*) printf 'root|x\\naif|belfry-tree\\n';;
*qos*) echo 'normal|||Normal';;
esac""",
    )
    portal.desired = desired_state(users=())

    code, said, _ = call(site, "plan")

    assert code == 3
    assert "refused: the portal wants no account at all" in said


def test_plan_for_another_cluster_is_a_fault(site: Installation, portal: FakePortal) -> None:
    portal.desired = desired_state(project(), cluster="charleroi")
    code, _, told = call(site, "plan")
    assert code == 1
    assert "charleroi" in told


def test_once_reports_everything_in_one_go(site: Installation, portal: FakePortal) -> None:
    portal.desired = desired_state(users=())

    code, said, _ = call(site, "once")

    assert code == 0
    assert "0 applied, 0 deferred, 0 failed; 0 conflicts" in said
    assert [report.refused for report in portal.reports] == [""]
    assert portal.complete_until > 0
    (beat,) = portal.heartbeats
    assert (beat.nodes_total, beat.nodes_available) == (2, 1)
    assert (beat.gpus_total, beat.gpus_allocated) == (8, 1)
    assert (beat.jobs_running, beat.jobs_pending, beat.slurm_release) == (3, 2, "22.05.8")


def test_once_that_could_not_do_everything_ends_with_three(
    site: Installation, portal: FakePortal
) -> None:
    code, said, _ = call(site, "once", "--json")

    assert code == 3
    results = json.loads(said)["report"]["results"]
    assert {item["outcome"] for item in results} == {"failed", "deferred"}
    assert "not in this site's directory" in results[0]["reason"]
    assert len(portal.reports) == 1


def test_once_with_a_silent_slurm_still_reports(site: Installation, portal: FakePortal) -> None:
    site.replace_program("sacctmgr", "echo 'slurmdbd is away' >&2; exit 1")

    code, _, _ = call(site, "once")

    assert code == 3
    assert "slurmdbd is away" in portal.reports[0].refused
    assert {item.check: item.level for item in portal.heartbeats[0].findings}["slurmdbd"] == "error"


def test_doctor_needs_no_portal(site: Installation, portal: FakePortal) -> None:
    code, said, _ = call(site, "doctor")

    assert code == 3
    assert "AccountingStorageEnforce: lacks associations,limits,qos,safe" in said
    assert portal.questions == 0


def test_doctor_speaks_json(site: Installation) -> None:
    _, said, _ = call(site, "doctor", "--json")
    findings = json.loads(said)
    assert {"check", "level", "found", "advice"} == set(findings[0])


def test_wrong_token_ends_in_one_sentence(site: Installation) -> None:
    (site.folder / "token").write_text("another", encoding="ascii")

    code, _, told = call(site, "once")

    assert code == 1
    assert "does not accept this site's token (401): Unknown token." in told
    assert "another" not in told


def test_unknown_key_ends_in_one_sentence_that_names_it(site: Installation) -> None:
    with site.config.open("a", encoding="utf-8") as config:
        config.write("\ncolour = 'red'\n")

    code, _, told = call(site, "doctor")

    assert code == 1
    assert "unknown key colour" in told.replace("\n", " ")


def test_absent_portal_is_named(site: Installation) -> None:
    text = site.config.read_text(encoding="utf-8").splitlines()
    text = ["portal_url = 'http://127.0.0.1:9'" if "portal_url" in line else line for line in text]
    site.config.write_text("\n".join(text), encoding="utf-8")

    code, _, told = call(site, "plan")

    assert code == 1
    assert "the portal does not answer" in told
