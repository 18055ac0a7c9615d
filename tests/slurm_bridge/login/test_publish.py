"""What the bridge writes for login nodes, for whom, and what it never trusts."""

import json
import os
import pwd
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from slurm_bridge.errors import StoppedError, TransientSlurmError
from slurm_bridge.login import publish
from slurm_bridge.login.ledger import ledger_from_json
from slurm_bridge.login.publish import LoginFiles
from slurm_bridge.slurm.budgets import SiteFigures
from tests.slurm_bridge.login.worlds import FIGURES, open_project, world
from tests.slurm_bridge.test_plan_dedicated import dedicated
from tests.slurm_bridge.worlds import ADA, BOB, MemorySite, desired_state, project

ME = pwd.getpwuid(os.geteuid())
# Only root, as which the testbed runs, may give files away.
NEEDS_ROOT = pytest.mark.slurm


@dataclass
class Source:
    """Slurm's counters, which may fail."""

    figures: SiteFigures = FIGURES
    error: Exception | None = None
    asked: int = field(default=0)

    def __call__(self) -> SiteFigures:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.figures


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "login"


@pytest.fixture
def files(folder: Path, source: Source) -> LoginFiles:
    return LoginFiles(folder, source, "zellik", "https://portal", ME.pw_name)


def ledgers(folder: Path) -> dict[str, list[str]]:
    """Accounts by the name of each member's file."""
    return {
        path.name: [item.account for item in ledger_from_json(path.read_text()).projects]
        for path in (folder / "users").iterdir()
    }


@NEEDS_ROOT
def test_each_member_gets_a_file_of_their_own_projects_only(
    files: LoginFiles, folder: Path
) -> None:
    files.publish(*world(open_project(), open_project("p2", members=("ada", "bob"))))

    assert ledgers(folder) == {
        f"{ADA.uid}.json": ["aif26fl0001", "p2"],
        f"{BOB.uid}.json": ["p2"],
    }


@NEEDS_ROOT
def test_nobody_but_the_member_can_read_it_and_nobody_can_list_the_others(
    files: LoginFiles, folder: Path
) -> None:
    files.publish(*world(open_project()))

    status = (folder / "users" / f"{ADA.uid}.json").stat()
    assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (ADA.uid, 0o400)
    assert stat.S_IMODE((folder / "users").stat().st_mode) == 0o711
    assert stat.S_IMODE((folder / "submit.tsv").stat().st_mode) == 0o640
    assert stat.S_IMODE((folder / "as_of.json").stat().st_mode) == 0o644


@NEEDS_ROOT
def test_ledger_holds_what_slurm_has_counted(files: LoginFiles, folder: Path) -> None:
    files.publish(*world(open_project()))

    ledger = ledger_from_json((folder / "users" / f"{ADA.uid}.json").read_text())
    found = ledger.projects[0]
    assert (found.granted_gpu_minutes, found.used_gpu_minutes) == (600, 120)
    assert (found.reserved_gpu_minutes, found.left_gpu_minutes) == (60, 420)
    assert (found.ends_on, found.closed_because) == ("2027-03-31", "")
    assert (found.partitions, found.members) == (("h200",), ("ada",))
    assert (ledger.site, ledger.username) == ("zellik", "ada")


@NEEDS_ROOT
def test_file_of_somebody_who_left_is_taken_away(files: LoginFiles, folder: Path) -> None:
    files.publish(*world(open_project(members=("ada", "bob"))))
    files.publish(*world(open_project()))

    assert list(ledgers(folder)) == [f"{ADA.uid}.json"]


@NEEDS_ROOT
def test_unchanged_ledger_is_not_written_again(
    files: LoginFiles, folder: Path, source: Source
) -> None:
    files.publish(*world(open_project()))
    path = folder / "users" / f"{ADA.uid}.json"
    before = path.stat().st_ino
    files.refresh()
    same = path.stat().st_ino
    source.figures = SiteFigures()
    files.refresh()

    assert same == before
    assert ledger_from_json(path.read_text()).projects[0].used_gpu_minutes == 0


@NEEDS_ROOT
def test_ledger_that_somebody_removed_is_written_again(files: LoginFiles, folder: Path) -> None:
    files.publish(*world(open_project()))
    path = folder / "users" / f"{ADA.uid}.json"
    path.unlink()
    files.refresh()

    assert path.exists()


@NEEDS_ROOT
def test_name_that_is_somebody_else_on_this_host_is_told_nothing(
    files: LoginFiles, folder: Path
) -> None:
    desired, actual = world(open_project())
    stranger = actual.users[0].model_copy(update={"uid": 999_999})
    files.publish(desired, actual.model_copy(update={"users": (stranger,)}))

    assert ledgers(folder) == {}
    assert "999999" not in (folder / "submit.tsv").read_text()


def test_account_that_is_not_belfrys_is_not_judged(files: LoginFiles, folder: Path) -> None:
    desired, actual = world(open_project(members=()))
    foreign = [
        item.model_copy(update={"description": "physics"}) if item.name == "aif26fl0001" else item
        for item in actual.accounts
    ]
    files.publish(desired, actual.model_copy(update={"accounts": tuple(foreign)}))

    assert "aif26fl0001" not in (folder / "submit.tsv").read_text()


def test_account_that_the_cluster_has_not_is_not_judged(files: LoginFiles, folder: Path) -> None:
    desired, _ = world(open_project(members=()))
    _, actual = world()
    files.publish(desired, actual)

    assert "aif26fl0001" not in (folder / "submit.tsv").read_text()


def test_slurm_that_does_not_answer_leaves_the_old_files_to_grow_old(
    files: LoginFiles, folder: Path, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    files.publish(*world(open_project(members=())))
    before = (folder / "submit.tsv").read_text()
    source.error = TransientSlurmError("scontrol failed")

    files.refresh()

    assert (folder / "submit.tsv").read_text() == before
    assert "login nodes are not told what is left: scontrol failed" in caplog.text


def test_bridge_that_is_told_to_stop_stops(files: LoginFiles, source: Source) -> None:
    source.error = StoppedError("stop")
    with pytest.raises(StoppedError):
        files.publish(*world())


def test_cycle_without_news_asks_slurm_nothing(files: LoginFiles, source: Source) -> None:
    desired, actual = world(open_project(members=()))
    files.publish(desired, actual)
    files.publish(desired, actual.model_copy(update={"read_at": 99}))
    assert source.asked == 1
    files.publish(desired.model_copy(update={"revision": "r2"}), actual)
    assert source.asked == 2


@NEEDS_ROOT
def test_two_thousand_projects_of_ten_are_written_in_seconds(
    files: LoginFiles, source: Source, folder: Path
) -> None:
    users = [
        ADA.model_copy(update={"username": f"user{number}", "uid": 20_000 + number})
        for number in range(5000)
    ]
    projects = [
        open_project(
            f"aif26fl{number:04}",
            members=tuple(users[(number * 10 + step) % 5000].username for step in range(10)),
        )
        for number in range(2000)
    ]
    worlds = world(*projects, users=users)
    began = time.perf_counter()
    files.publish(*worlds)
    first = time.perf_counter() - began
    files.refresh()
    again = time.perf_counter() - began - first

    assert len(list((folder / "users").iterdir())) == 5000
    assert first < 10
    assert again < 5


def test_nothing_is_written_before_the_first_cycle(files: LoginFiles, folder: Path) -> None:
    files.refresh()
    assert not folder.exists()


@pytest.mark.parametrize("kind", ["link", "file", "open to all"])
def test_folder_that_others_could_change_is_refused(
    files: LoginFiles, folder: Path, kind: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    match kind:
        case "link":
            folder.symlink_to(elsewhere)
        case "file":
            folder.touch()
        case "open to all":
            folder.mkdir()
            folder.chmod(0o777)

    files.publish(*world(open_project(members=())))

    assert "for login nodes" in caplog.text
    assert list(elsewhere.iterdir()) == []
    assert folder.is_file() or list(folder.iterdir()) == []


def test_link_in_the_place_of_a_file_is_replaced_and_not_followed(
    files: LoginFiles, folder: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder.mkdir(mode=0o755)
    (folder / "submit.tsv").symlink_to(victim)
    (folder / f".as_of.json.{os.getpid()}").symlink_to(victim)

    files.publish(*world(open_project(members=())))

    assert victim.read_text() == "precious"
    assert not (folder / "submit.tsv").is_symlink()
    assert json.loads((folder / "as_of.json").read_text())["site"] == "zellik"


def test_slurm_user_that_does_not_exist_is_named(
    folder: Path, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    files = LoginFiles(folder, source, "zellik", "https://portal", "no-such-user")
    files.publish(*world())
    assert "slurm_user no-such-user does not exist on this host" in caplog.text


def test_reason_of_staff_stays_one_field_on_one_line(files: LoginFiles, folder: Path) -> None:
    because = "line\nend\nproject\tfoo\topen \x1b[31m\u202e"
    files.publish(*world(open_project(suspended=True, closed_because=because, members=())))

    lines = (folder / "submit.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in lines] == [
        "belfry",
        *["partition"] * 3,
        "project",
        "end",
    ]
    assert "\x1b" not in lines[-2]


def test_partition_of_a_projects_own_is_known_to_be_closed_to_others(
    files: LoginFiles, folder: Path
) -> None:
    desired, actual = world(open_project())
    own, ended = dedicated("own"), dedicated("ended", closed=True)

    files.publish(desired.model_copy(update={"dedicated": (own, ended)}), actual)

    lines = (folder / "submit.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line.startswith("partition\t")]
    assert ["own", "1"] in [row[1:3] for row in rows]
    assert "ended" not in {row[1] for row in rows}


def test_cycle_tells_before_it_tests_and_only_what_it_carried_out() -> None:
    site = MemorySite()
    told: list[tuple[str, int]] = []
    site.cycle.publish = lambda desired, actual: told.append(
        (desired.revision, len(actual.accounts))
    )
    site.directory.uids = {"ada": ADA.uid, "bob": BOB.uid}

    site.cycle.run(desired_state(project(), revision="good"))
    site.cycle.run(desired_state(project(), revision="strange", cluster="elsewhere"))
    site.cycle.run(desired_state(revision="empty"))

    assert [revision for revision, _ in told] == ["good"]
    assert told[0][1] > 0


def test_files_are_names_that_readers_know() -> None:
    assert (publish.SUBMIT_FILE, publish.AS_OF_FILE, publish.USERS_FOLDER) == (
        "submit.tsv",
        "as_of.json",
        "users",
    )
