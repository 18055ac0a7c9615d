"""What may be done as root for a bridge, done for real on an /etc of the test's own."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from slurm_bridge.root_program import CONFIG, MISCONFIGURED, OPERATIONS, REFUSED
from tests.slurm_bridge.private_etc import ADMINISTRATORS, GIDS, UIDS, PrivateHost, private_host
from tests.slurm_bridge.programs import write_program

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.

ADA, BOB, GROUP = "ada", "bob", "aif26fl0042"
OWN = (
    "PartitionName=p1 Nodes=n[1-2] AllowAccounts=p1 DefaultTime=60 MaxTime=UNLIMITED MaxNodes=2"
    " PriorityTier=10 DefMemPerCPU=2000 State=UP # belfry-12ab\n"
)


@pytest.fixture
def host() -> Iterator[PrivateHost]:
    with private_host() as host:
        yield host


def test_the_program_says_what_it_is_set_up_for(host: PrivateHost) -> None:
    answer = json.loads(host.ask("check").stdout)
    assert answer["partitions_files"] == {"zellik": str(host.partitions_file), "bare": ""}


def test_a_person_is_made_with_a_home_and_without_a_password(host: PrivateHost) -> None:
    host.make_person(ADA, UIDS[0])
    fields = host.lines("passwd")[ADA]
    home = str(host.folder / "homes" / ADA)
    assert fields[2:4] == [str(UIDS[0])] * 2
    assert fields[5:] == [home, "/bin/bash"]
    assert host.lines("shadow")[ADA][1] == "*"
    assert Path(home).stat().st_uid == UIDS[0]


def test_a_group_is_made_once_and_has_the_members_that_are_asked_for(host: PrivateHost) -> None:
    for number, name in enumerate((ADA, BOB)):
        host.make_person(name, UIDS[0] + number)
    for _ in range(2):
        assert host.ask("add-group", GROUP, str(GIDS[0])).returncode == 0
    assert host.ask("set-members", GROUP, f"{ADA},{BOB}").returncode == 0
    assert host.lines("group")[GROUP][2:] == [str(GIDS[0]), f"{ADA},{BOB}"]
    assert host.ask("set-members", GROUP, "").returncode == 0
    assert host.lines("group")[GROUP][3] == ""


def test_a_submission_is_tried_as_the_member_with_nothing_of_the_callers(
    host: PrivateHost,
) -> None:
    host.make_person(ADA, UIDS[0])
    write_program(host.folder / "bin", "sbatch", 'id; echo "$@"; env; pwd; exit 5')
    host.environment = {"SLURM_CONF": "/tmp/theirs", "SBATCH_UID": "0", "HOME": "/root"}

    done = host.ask("test-submission", "zellik", ADA, "aif26fl0042", "h200")

    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"uid={UIDS[0]}({ADA}) gid={UIDS[0]}({ADA}) groups={UIDS[0]}({ADA})")
    assert lines[1].startswith("--test-only --account=aif26fl0042 --partition=h200 ")
    assert f"SLURM_CONF={host.folder}/slurm/slurm.conf" in lines
    assert "/tmp/theirs" not in done.stdout
    assert not [line for line in lines if line.startswith(("SBATCH_", "HOME="))]
    assert (lines[-1], done.returncode) == ("/", 5)


def test_the_file_of_partitions_is_replaced_with_its_owner_and_mode(host: PrivateHost) -> None:
    host.partitions_file.chmod(0o640)
    os.chown(host.partitions_file, 1, 1)
    text = ADMINISTRATORS.replace("AllowAccounts=root MaxTime", "AllowAccounts=p1,root MaxTime")

    done = host.ask("keep-partitions", "zellik", text=text + OWN)

    assert done.returncode == 0, done.stderr
    assert host.partitions_file.read_text() == text + OWN
    status = host.partitions_file.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o640, 1, 1)
    assert [path.name for path in host.partitions_file.parent.iterdir()] == ["kept.conf"]


def test_a_prefix_is_demanded_of_everybody(host: PrivateHost) -> None:
    host.program = host.install(name_prefix="aif-")
    assert host.ask("add-user-group", ADA, str(UIDS[0])).returncode == REFUSED
    host.make_person(f"aif-{ADA}", UIDS[0])


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda path: path.chmod(0o664), "root's own"),
        (lambda path: os.chown(path, 4242, -1), "root's own"),
        (lambda path: path.parent.chmod(0o777), "root's own"),
        (lambda path: path.unlink(), "No such file"),
        (lambda path: path.write_text("uids = [70000, 79999"), "TOMLDecodeError"),
        (lambda path: path.write_text("uids = [70000, 79999]"), "gids"),
        (lambda path: path.write_text("uids = [0, 79999]\ngids = [90000, 90009]"), "between"),
        (lambda path: path.write_text("uids = [70000, 79999]\ngids = [75000, 90000]"), "overlap"),
        (lambda path: path.write_text("uids = 7\ngids = [90000, 90009]"), "TypeError"),
        (
            lambda path: path.write_text(
                "uids = [70000, 79999]\ngids = [90000, 90009]\nsurprise = 'x'"
            ),
            "surprise",
        ),
    ],
)
def test_a_file_that_cannot_be_believed_allows_nothing(
    host: PrivateHost, damage: object, complaint: str
) -> None:
    damage(host.config)  # type: ignore[operator]
    done = host.ask("add-user-group", ADA, str(UIDS[0]))
    assert done.returncode == MISCONFIGURED
    assert complaint in done.stderr
    assert ADA not in host.lines("group")


def test_root_makes_nobody_where_its_file_names_people_only(host: PrivateHost) -> None:
    lines = host.config.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("uids", "gids"))]
    assert json.loads(host.ask("check").stdout)["makes_people"] is True
    host.config.write_text("\n".join(kept))

    assert json.loads(host.ask("check").stdout)["makes_people"] is False
    for operation, number in (("add-user-group", UIDS[0]), ("add-group", GIDS[0])):
        assert host.ask(operation, "newcomer", str(number)).returncode == REFUSED
    host.config.write_text("\n".join(line for line in kept if not line.startswith("people")))
    assert host.ask("check").returncode == MISCONFIGURED


def test_a_file_elsewhere_behind_a_link_is_not_believed(host: PrivateHost, tmp_path: Path) -> None:
    elsewhere = host.config.rename(tmp_path / "elsewhere.toml")
    host.config.symlink_to(elsewhere)
    assert host.ask("check").returncode == MISCONFIGURED


def test_the_installed_program_is_the_one_of_the_package_but_for_its_file(
    host: PrivateHost,
) -> None:
    text = host.program.read_text()
    assert text.startswith("#!/usr/bin/python3 -I\n")
    assert str(host.config) in text
    assert CONFIG == "/etc/belfry/root.toml"
    assert len(OPERATIONS) == 7
