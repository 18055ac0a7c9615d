"""Every answer that was recorded of a real Slurm, of each release, is understood."""

import os
import pwd
from pathlib import Path

import pytest

from slurm_bridge.as_root import AsRoot
from slurm_bridge.doctor import parse_settings
from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.normalise import actual_state
from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.budgets import BudgetReader
from slurm_bridge.slurm.interface import Answer, TestSubmission
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.wire_accounting import JobRow
from tests.slurm_bridge.clusters import PARTITION, SITE
from tests.slurm_bridge.portions import rows_of
from tests.slurm_bridge.recorded.answers import RecordedCommands, read_answer, release_folders
from tests.slurm_bridge.recorded.questions import PROJECT, USER, Questions

FOLDERS = release_folders()
# 26.05 says that the parent does not exist, changes nothing, and calls that a success.
FORGIVEN = {"26.05": {"parent"}}


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def release(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def commands(release: Path) -> RecordedCommands:
    return RecordedCommands(folder=release)


@pytest.fixture
def slurm(commands: RecordedCommands) -> SlurmSite:
    as_root = AsRoot(commands, user_id=0, works=True)
    return SlurmSite(commands, SITE, as_root=as_root, partitions_by="scontrol")


@pytest.fixture
def _user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwnam", lambda _name: pwd.getpwuid(os.getuid()))


def test_two_releases_are_recorded() -> None:
    assert [folder.name for folder in FOLDERS] == ["22.05", "26.05"]


def test_the_project_is_found_as_it_was_made(slurm: SlurmSite) -> None:
    state = actual_state(cluster=SITE, reading=slurm.read(), users=(), read_at=1)

    (account,) = [item for item in state.accounts if item.name == PROJECT]
    (qos,) = [item for item in state.qos if item.name == PROJECT]
    (partition,) = [item for item in state.partitions if item.name == PARTITION]
    assert (account.parent, account.members, account.suspended) == ("root", {USER}, False)
    assert (qos.gpu_minutes, qos.flags) == (600, {"NoDecay", "DenyOnLimit"})
    assert PROJECT in (partition.allow_accounts or ())


def test_each_run_is_counted_with_its_gpus_and_its_hostile_name(
    commands: RecordedCommands,
) -> None:
    reader = JobReader(commands, SITE)
    found = rows_of(reader.portions_between(0, None, [PROJECT]))
    rows = [row for row in found if isinstance(row, JobRow)]

    assert reader.invalid_rows == 0
    assert sorted((row.state, row.gpus) for row in rows) == [
        *[("COMPLETED", 1)] * 2,
        ("COMPLETED", 2),
        ("FAILED", 1),
        ("RUNNING", 1),
    ]
    (hostile,) = [row for row in rows if row.gpus == 2]
    assert hostile.name.split()[-1] == "99|99|99|physics|1|1|2|00:00:00|COMPLETED"
    assert {row.array_task_id for row in rows if row.array_task_id} == {3, 4}
    assert {row.exit_code for row in rows if row.state == "FAILED"} == {"3:0"}
    assert all(-(2**63) <= row.db_index < 2**63 for row in rows)


def test_live_state_and_budgets_are_read(slurm: SlurmSite) -> None:
    nodes = slurm.live.nodes()
    assert (nodes.nodes_total, nodes.gpus_total, nodes.gpus_allocated) == (2, 8, 1)
    controller = slurm.live.controller()
    assert controller.records_held_back is not None
    assert controller.counts_since > 0
    assert slurm.live.jobs_by_member() == {(PROJECT, USER): 2}
    assert slurm.live.gpu_types()[PARTITION] == ("h200",)
    figures = BudgetReader(slurm.commands).figures()
    assert figures.counters[PROJECT].reserved > 0
    assert figures.gpu_types[PARTITION] == ("h200",)


def test_jobs_are_told_one_by_one(slurm: SlurmSite) -> None:
    jobs = slurm.queued_jobs([PROJECT])[PROJECT, USER]
    assert [(job.state, job.name, job.gpus) for job in jobs] == [
        ("RUNNING", "long", 1),
        ("PENDING", "later", 1),
    ]


@pytest.mark.usefixtures("_user")
def test_what_slurmctld_knows_of_the_project_lets_its_member_submit(slurm: SlurmSite) -> None:
    assert slurm.accounts_unheard_of([PROJECT]) == set()
    assert slurm.default_accounts([USER]) == {USER: PROJECT}
    assert slurm.would_accept(TestSubmission(PROJECT, USER, PARTITION)).accepted


def test_settings_name_the_release(commands: RecordedCommands, release: Path) -> None:
    settings = parse_settings(commands.read("scontrol", "show", "config"))
    assert settings["SLURM_VERSION"].startswith(release.name)
    assert settings["ClusterName"] == SITE


@pytest.mark.usefixtures("_user")
def test_what_cannot_be_is_refused_in_slurms_own_words(slurm: SlurmSite, release: Path) -> None:
    reasons = {}
    for wrong, question in Questions(slurm).refusals(PROJECT, USER).items():
        try:
            answer = question()
        except TransientSlurmError as error:
            reasons[wrong] = str(error).partition(" failed: ")[2]
        else:
            refused = isinstance(answer, Answer) and not answer.accepted
            reasons[wrong] = answer.reason if refused else "accepted"
    assert all(reasons.values())
    accepted = {wrong for wrong, reason in reasons.items() if reason == "accepted"}
    assert accepted == FORGIVEN.get(release.name, set())


@pytest.mark.usefixtures("_user")
def test_no_answer_is_kept_that_nothing_reads(
    commands: RecordedCommands, slurm: SlurmSite, release: Path
) -> None:
    for question in Questions(slurm).all(PROJECT, USER):
        try:
            question()
        except TransientSlurmError:
            continue
    assert commands.used == {path.name for path in release.glob("*.txt")}


@pytest.mark.parametrize("path", [p for f in FOLDERS for p in f.glob("*.txt")], ids=str)
def test_nothing_of_the_machine_that_recorded_is_kept(path: Path) -> None:
    text = read_answer(path).as_text()
    assert text == path.read_bytes().decode()
    assert "/var/tmp" not in text
