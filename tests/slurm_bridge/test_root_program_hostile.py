"""A bridge that somebody has taken over asks root for what it should not get."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from slurm_bridge.root_program import REFUSED, partitions_refusal
from tests.slurm_bridge.private_etc import (
    ADMINISTRATORS,
    GIDS,
    UIDS,
    PrivateHost,
    private_host,
    some_system_group,
    some_system_user,
)
from tests.slurm_bridge.programs import write_program
from tests.slurm_bridge.test_root_program import ADA, GROUP, OWN

UID, GID = str(UIDS[0] + 7), str(GIDS[0] + 7)
NAMES = (
    *("", "-", "-D", "--help", "--root=/tmp", ".", "..", "../ada", "/etc/passwd", "a/b", "a b"),
    *("Ada", "0ada", "_ada", "ada\n", "ada\nroot", "\nada", "ada:x:0:0", "ada,root", "a" * 32),
    *("ada$", "ada;id", "$(id)", "ada\t", "adá", "ａｄａ", "ada\x7f", "root", "sudo", "wheel"),
    *("admin", "docker", "shadow", "slurm", "nobody", some_system_user()),
)
NUMBERS = (
    *("", "0", "-1", "+70001", "1", "999", "1000", "60001", "65534", "65535", "69999", "80000"),
    *("070001", "0x11171", "7e4", "70001.0", " 70001", "70001\n", "70001 0", "７０００１"),
    *("4294967295", "4294967296", "99999999999999999999"),
)
CALLS: list[tuple[str | bytes, ...]] = [
    (),
    ("",),
    ("help",),
    ("--help",),
    ("--config=/tmp/mine.toml", "check"),
    ("check", "--config=/tmp/mine.toml"),
    ("check", ""),
    ("exec", "id"),
    ("useradd", "--uid=0", "evil"),
    ("add-user",),
    ("add-user", "newcomer"),
    ("add-user", "newcomer", UID, "0"),
    ("add-user", "newcomer", UID, "--gid=0"),
    ("add-user", "newcomer", UID),  # Its group is missing.
    (b"add-user", b"ad\xff", UID.encode()),
    *(("add-user-group", name, UID) for name in NAMES),
    *(("add-user", name, UID) for name in NAMES),
    *(("add-group", name, GID) for name in NAMES),
    *(("add-user-group", "newcomer", number) for number in NUMBERS),
    *(("add-user", "newcomer", number) for number in NUMBERS),
    *(("add-group", "newgroup", number) for number in NUMBERS),
    ("add-group", "newgroup", str(UIDS[0] + 1)),  # Somebody's private number.
    ("add-group", "newgroup", str(GIDS[0])),  # Another group's number.
    ("add-group", GROUP, GID),  # Another number of a group that is there.
    ("add-group", some_system_group(), GID),
    ("add-user-group", ADA, UID),
    ("add-user-group", "newcomer", str(GIDS[0])),
    ("add-user-group", "newcomer", str(UIDS[0])),
    ("add-user", ADA, str(UIDS[0])),
    ("add-user", "foreign", UID),
    *(("set-members", name, ADA) for name in (*NAMES, some_system_group(), ADA)),
    *(("set-members", GROUP, name) for name in NAMES if name),
    ("set-members", GROUP, f"{ADA},root"),
    ("set-members", GROUP, f"{ADA},,"),
    ("set-members", GROUP, f"{ADA},foreign"),
    ("set-members", GROUP, "ghost"),
    ("set-members", GROUP, ADA, "--root=/tmp"),
    *(("test-submission", name, ADA, "p1", "h200") for name in ("", "..", "../zellik", "ghost")),
    *(("test-submission", "zellik", name, "p1", "h200") for name in (*NAMES, "foreign", "ghost")),
    *(
        ("test-submission", "zellik", ADA, name, "h200")
        for name in ("", "-x", "--uid=0", "a b", "a\nb", "a,b", "../a", "$(id)", "A" * 64)
    ),
    *(
        ("test-submission", "zellik", ADA, "p1", name)
        for name in ("", "-x", "--wrap=id", "a b", "a\n", "a,b", "../a", "$(id)", "x" * 64)
    ),
    ("test-submission", "zellik", ADA, "p1", "h200", "--wrap=id"),
    ("test-submission", "zellik", ADA, "p1"),
    ("keep-partitions",),
    ("keep-partitions", "../zellik"),
    ("keep-partitions", "ghost"),
    ("keep-partitions", "zellik", "/etc/passwd"),
]


@pytest.fixture(scope="module")
def host() -> Iterator[PrivateHost]:
    """With a person and a project of Belfry's, and somebody who is not."""
    with private_host() as host:
        prepare(host)
        yield host


def prepare(host: PrivateHost) -> None:
    host.make_person(ADA, UIDS[0])
    host.add_foreign("foreign", 5000)
    assert host.ask("add-group", GROUP, str(GIDS[0])).returncode == 0
    write_program(host.folder / "bin", "sbatch", f"touch {host.folder}/slurm/submitted")
    (host.folder / "slurm").chmod(0o777)


@pytest.mark.slurm
def test_nothing_hostile_is_done_whatever_the_arguments(host: PrivateHost) -> None:
    before = host.everything()
    calls = list(dict.fromkeys(CALLS))
    done = dict(zip(calls, host.ask_each(calls, text=ADMINISTRATORS), strict=True))
    assert {words: code for words, (code, _) in done.items()} == dict.fromkeys(done, REFUSED)
    assert all(said.startswith("belfry-root: refused: ") for _, said in done.values())
    assert all(said.count("\n") == 1 for _, said in done.values())
    assert host.everything() == before
    assert len(done) > 200


@pytest.mark.slurm
def test_environment_and_folder_of_the_caller_run_nothing_of_theirs(
    host: PrivateHost, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    mark = tmp_path / "was-here"
    for module in ("tomllib", "pwd", "grp", "sitecustomize", "usercustomize", "contextlib"):
        (tmp_path / f"{module}.py").write_text(f"open({str(mark)!r}, 'w')\n")
    for name in ("groupadd", "useradd", "python3", "sbatch"):
        write_program(tmp_path, name, f"touch {mark}")
    hostile = PrivateHost.__new__(PrivateHost)
    hostile.__dict__.update(host.__dict__)
    hostile.environment = {
        "PATH": f"{tmp_path}:{os.defpath}",
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "pwd.py"),
        "HOME": str(tmp_path),
        "BASH_ENV": str(tmp_path / "groupadd"),
        "ENV": str(tmp_path / "groupadd"),
        "BELFRY_ROOT_CONFIG": str(tmp_path / "mine.toml"),
    }
    done = hostile.ask("add-user-group", "eve", str(UIDS[0] + 3), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert host.lines("group")["eve"][2] == str(UIDS[0] + 3)
    assert not mark.exists()


@pytest.mark.slurm
def test_a_limit_on_the_size_of_files_cannot_cut_off_those_of_the_system(
    host: PrivateHost,
) -> None:
    before = host.everything()
    done = host.ask("add-user-group", "newcomer", UID, largest_file=4096)
    assert done.returncode == REFUSED
    assert host.everything() == before


@pytest.mark.slurm
def test_a_link_in_place_of_the_file_of_partitions_is_not_followed(host: PrivateHost) -> None:
    real = host.partitions_file.rename(host.partitions_file.with_name("real.conf"))
    host.partitions_file.symlink_to(real)
    try:
        done = host.ask("keep-partitions", "zellik", text=ADMINISTRATORS + OWN)
        assert done.returncode != 0
        assert real.read_text() == ADMINISTRATORS
    finally:
        real.rename(host.partitions_file)


@pytest.mark.slurm
def test_a_text_that_slurm_would_read_otherwise_is_not_written(host: PrivateHost) -> None:
    done = host.ask("keep-partitions", "zellik", text=ADMINISTRATORS + "Prolog=/tmp/evil\n")
    assert done.returncode == REFUSED
    assert host.partitions_file.read_text() == ADMINISTRATORS


def hostile_texts() -> Iterator[tuple[str, str]]:
    """Each with what is wrong with it."""
    for line in (
        "Prolog=/tmp/evil",
        "Include /tmp/evil.conf",
        "SlurmdUser=evil",
        "PartitionName=p9 Nodes=n1 AllowAccounts=p9",
        "NodeName=n9",
        "# a comment",
        " ",
    ):
        yield "added", f"{ADMINISTRATORS}{line}\n"
        yield "put first", f"{line}\n{ADMINISTRATORS}"
        yield "smuggled in by a mark", f"{ADMINISTRATORS}{line} # belfry-12ab\n"
    own = OWN.removesuffix("\n")
    yield "a program on a line of ours", f"{ADMINISTRATORS}{own} Prolog=/tmp/evil\n"
    for word in ("Prolog=/tmp/evil", "AllowGroups=ALL", "Hidden=YES"):
        yield "more on it", ADMINISTRATORS + own.replace("State=UP", f"State=UP {word}") + "\n"
    yield "a line in a line", ADMINISTRATORS + own.replace("State=UP", "State=UP\nProlog=/x") + "\n"
    yield "no end", ADMINISTRATORS + own
    yield "goes on", ADMINISTRATORS + own + " \\\n"
    yield "the next line is swallowed", ADMINISTRATORS.replace("MaxTime=60\n", "MaxTime=60\\\n")
    for other in ("\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r", "\x00"):
        yield "no end that Slurm knows", ADMINISTRATORS.replace("\nPartition", f"{other}Partition")
        yield "in a line", ADMINISTRATORS + own.replace("n[1-2]", f"n1{other}Prolog=/x") + "\n"
    yield "an access list is lost", ADMINISTRATORS.replace("AllowAccounts=root ", "")
    for accounts in ("", "root Prolog=/x", "root,\tx", "-x", "(null)", "root;x", "root\\"):
        yield (
            "another list",
            ADMINISTRATORS.replace("AllowAccounts=root M", f"AllowAccounts={accounts} M"),
        )
    yield "another value", ADMINISTRATORS.replace("MaxTime=60", "MaxTime=61")
    yield "another node", ADMINISTRATORS.replace("Nodes=n3", "Nodes=n4")
    yield "another order", "".join(reversed(ADMINISTRATORS.splitlines(keepends=True)))
    yield "twice", ADMINISTRATORS * 2
    yield "all is gone", ""
    yield "almost all is gone", "# Ours.\n"
    yield "ours alone", OWN


@pytest.mark.parametrize(("what", "text"), list(hostile_texts()))
def test_no_line_but_belfrys_own_comes_goes_or_changes(what: str, text: str) -> None:
    assert partitions_refusal(ADMINISTRATORS, text), what


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ADMINISTRATORS, ADMINISTRATORS),
        (ADMINISTRATORS, ADMINISTRATORS + OWN),
        (ADMINISTRATORS + OWN, ADMINISTRATORS),
        (ADMINISTRATORS + OWN, ADMINISTRATORS + OWN.replace("State=UP", "State=DRAIN")),
        (ADMINISTRATORS, ADMINISTRATORS.replace("AllowAccounts=root\n", "AllowAccounts=p1,root\n")),
        (f"{OWN[:-1]} \n", f"{OWN[:-1]} \n"),  # As an administrator's editor left it.
        ("", OWN),
        (OWN, ""),
    ],
)
def test_all_that_the_bridge_writes_is_let_through(before: str, after: str) -> None:
    assert partitions_refusal(before, after) == ""
