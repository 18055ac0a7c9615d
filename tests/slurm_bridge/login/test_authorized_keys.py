"""Which keys sshd is told, and what it never believes."""

import os
import pwd
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.testbed.layout import REPOSITORY
from slurm_bridge.login import authorized_keys
from slurm_bridge.login.authorized_keys import main, valid_keys
from slurm_bridge.login.keys import KeyFiles, key_file
from slurm_bridge.wire import DesiredKey, DesiredUser
from tests.slurm_bridge.worlds import CLUSTER, desired_state, project

NOW = 1_800_000_000
FIRST = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFirst"
SECOND = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISecond="


class People:
    """The users of a host, as sshd and this program find them."""

    def __init__(self) -> None:
        self.uids = {"ada": 200_001, "bob": 200_002, "root": 0, "backup": 34, "nobody": 65_534}

    def getpwnam(self, name: str) -> pwd.struct_passwd:
        return pwd.struct_passwd((name, "*", self.uids[name], 0, "", "/", "/bin/sh"))


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> People:
    people = People()
    monkeypatch.setattr(authorized_keys.pwd, "getpwnam", people.getpwnam)
    return people


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "login"


def user(username: str = "ada", *keys: tuple[str, int | None], uid: int = 200_001) -> DesiredUser:
    wanted = tuple(DesiredKey(line=line, expires_at=expires_at) for line, expires_at in keys)
    return DesiredUser(username=username, uid=uid, keys=wanted)


def publish(files: KeyFiles, *users: DesiredUser) -> None:
    files.publish(desired_state(project(), users=users))


def told(folder: Path, username: str = "ada", now: float = NOW) -> list[str]:
    return valid_keys(str(folder), username, now)


def test_each_person_is_opened_by_their_own_keys(folder: Path, people: People) -> None:
    ada, bob = user("ada", (FIRST, None)), user("bob", (SECOND, None), uid=200_002)
    publish(KeyFiles(folder, CLUSTER), ada, bob)
    assert told(folder, "ada") == [FIRST]
    assert told(folder, "bob") == [SECOND]


def test_a_key_ends_by_itself_at_its_second(folder: Path, people: People) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, NOW), (SECOND, None)))
    assert told(folder, now=NOW - 1) == [FIRST, SECOND]
    assert told(folder, now=NOW) == [SECOND]


def test_where_keys_go_another_way_no_file_of_an_earlier_time_opens_anything(
    folder: Path, people: People
) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, None)))
    publish(KeyFiles(folder, CLUSTER, delivers=False), user("ada", (FIRST, None)))
    assert told(folder) == []


def test_what_the_portal_no_longer_wants_is_gone_after_the_next_cycle(
    folder: Path, people: People
) -> None:
    files = KeyFiles(folder, CLUSTER)
    publish(files, user("ada", (FIRST, None), (SECOND, None)))
    publish(files, user("ada", (SECOND, None)))
    assert told(folder) == [SECOND]
    publish(KeyFiles(folder, CLUSTER), user("ada"))
    assert told(folder) == []
    assert list((folder / "keys").iterdir()) == []


def test_a_file_is_written_only_when_there_is_news(folder: Path) -> None:
    files = KeyFiles(folder, CLUSTER)
    publish(files, user("ada", (FIRST, None)))
    before = (folder / "keys" / "ada").stat().st_ino
    publish(files, user("ada", (FIRST, None)))
    assert (folder / "keys" / "ada").stat().st_ino == before
    (folder / "keys" / "ada").unlink()
    publish(files, user("ada", (FIRST, None)))
    assert (folder / "keys" / "ada").exists()


def test_a_portal_without_any_account_or_of_another_cluster_removes_no_key(
    folder: Path, people: People
) -> None:
    files = KeyFiles(folder, CLUSTER)
    publish(files, user("ada", (FIRST, None)))
    files.publish(desired_state(users=()))
    files.publish(desired_state(project(), users=(), cluster="elsewhere"))
    assert told(folder) == [FIRST]


def test_a_folder_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    publish(KeyFiles(tmp_path / "file", CLUSTER), user("ada", (FIRST, None)))


@pytest.mark.parametrize("username", ["root", "backup", "nobody", "carol"])
def test_users_of_the_host_itself_are_never_opened(
    folder: Path, people: People, username: str
) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, None)))
    uid = people.uids.get(username, 200_009)
    text = key_file(user("ada", (FIRST, None))).replace("200001", str(uid))
    (folder / "keys" / username).write_text(text)
    assert told(folder, username) == []


def test_a_name_that_means_somebody_else_here_is_not_opened(folder: Path, people: People) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, None)))
    people.uids["ada"] = 1001
    assert told(folder) == []


@pytest.mark.parametrize(
    "username",
    ["", ".", "../ada", "ada/../ada", "ada\n", "ADA", "-ada", "ada\0", "a" * 5000, "ада"],
)
def test_a_hostile_name_opens_nothing(folder: Path, people: People, username: str) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, None)))
    people.uids[username] = 200_001
    assert told(folder, username) == []


@pytest.mark.parametrize(
    "line",
    [
        f'0\tcommand="sh" {FIRST}',
        f"0\t{FIRST}\tmore",
        f"-1\t{FIRST}",
        f"\t{FIRST}",
        FIRST,
        "0\t" + FIRST.replace(" ", "\r"),
    ],
)
def test_a_line_that_is_no_key_is_left_out(folder: Path, people: People, line: str) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, None)))
    with (folder / "keys" / "ada").open("a") as file:
        file.write(f"{line}\n")
    assert told(folder) == [FIRST]


def test_what_others_could_have_written_is_not_believed(folder: Path, people: People) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, None)))
    file = folder / "keys" / "ada"
    file.chmod(0o666)
    assert told(folder) == []
    file.chmod(0o644)
    folder.chmod(0o777)
    assert told(folder) == []
    folder.chmod(0o755)
    assert told(folder) == [FIRST]
    file.rename(folder / "elsewhere")
    file.symlink_to(folder / "elsewhere")
    assert told(folder) == []
    file.unlink()
    os.mkfifo(file)
    assert told(folder) == []


def test_wrong_usage_prints_no_key(
    capsys: pytest.CaptureFixture[str], folder: Path, people: People
) -> None:
    publish(KeyFiles(folder, CLUSTER), user("ada", (FIRST, None)))
    assert main([]) == main(["ada", "bob"]) == 2
    assert capsys.readouterr().out == ""
    assert main([f"--folder={folder}", "ada"]) == 0
    assert capsys.readouterr().out == f"{FIRST}\n"


def test_the_program_stands_alone_and_answers_at_once(tmp_path: Path) -> None:
    program = tmp_path / "belfry-authorized-keys"
    source = REPOSITORY / "slurm_bridge" / "login" / "authorized_keys.py"
    program.write_bytes(source.read_bytes())
    command = [sys.executable, "-I", str(program), f"--folder={tmp_path}", "nobody"]
    times = []
    for _ in range(20):
        began = time.monotonic()
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        times.append(time.monotonic() - began)
        assert (ended.stdout, ended.stderr) == ("", "")
    assert min(times) < 0.3
