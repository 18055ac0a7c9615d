"""Whose files the login command believes, and what it does with any other."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from slurm_bridge.login.ledger import LedgerError, ledger_from_json
from slurm_bridge.login.read import NoLedgerError, own_reading

PROJECT = {
    "account": "p1",
    "qos": "p1_zellik",
    "partitions": ["h200"],
    "granted_gpu_minutes": 600,
    "used_gpu_minutes": 120,
    "reserved_gpu_minutes": 60,
    "ends_on": "2027-03-31",
    "closed_because": "",
    "members": ["ada"],
}
LEDGER = {
    "format": 1,
    "site": "zellik",
    "portal_url": "https://portal.example.org",
    "username": "ada",
    "gpu_types": {"h200": ["h200"]},
    "projects": [PROJECT],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the bridge has written for whoever runs this test."""
    (tmp_path / "users").mkdir()
    (tmp_path / "as_of.json").write_text(json.dumps({"format": 1, "written_at": 1_800_000_000}))
    own_file(tmp_path).write_text(json.dumps(LEDGER))
    return tmp_path


def own_file(folder: Path) -> Path:
    return folder / "users" / f"{os.getuid()}.json"


def test_own_file_is_read(folder: Path) -> None:
    reading = own_reading(folder)
    assert [project.account for project in reading.ledger.projects] == ["p1"]
    assert reading.ledger.projects[0].left_gpu_minutes == 420
    assert reading.written_at == 1_800_000_000


def test_equal_ledgers_are_equal_files(folder: Path) -> None:
    ledger = own_reading(folder).ledger
    assert ledger_from_json(ledger.to_json()) == ledger


def test_no_project_is_told_from_no_belfry(folder: Path) -> None:
    own_file(folder).unlink()
    with pytest.raises(NoLedgerError, match="you have no project at this site"):
        own_reading(folder)
    (folder / "as_of.json").unlink()
    with pytest.raises(NoLedgerError, match="there is no Belfry at this site"):
        own_reading(folder)


def _replaced_by_link(path: Path) -> None:
    target = path.with_name("elsewhere")
    path.rename(target)
    path.symlink_to(target)


def _replaced_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _replaced_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


IMPOSTORS: dict[str, Callable[[Path], object]] = {
    "a link": _replaced_by_link,
    "a pipe": _replaced_by_pipe,
    "a folder": _replaced_by_folder,
    "open to all": lambda path: path.chmod(0o666),
    "too large": lambda path: path.write_bytes(b" " * (4 * 1024 * 1024 + 1)),
    "binary": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "empty": lambda path: path.write_text(""),
    "half": lambda path: path.write_text(path.read_text()[:20]),
    "deep": lambda path: path.write_text("[" * 100_000),
    "a list": lambda path: path.write_text("[]"),
    "another format": lambda path: path.write_text(json.dumps(LEDGER | {"format": 2})),
}


@pytest.mark.parametrize("kind", IMPOSTORS)
@pytest.mark.parametrize("name", ["as_of.json", "users"])
def test_anything_but_a_file_of_the_bridge_is_refused(folder: Path, name: str, kind: str) -> None:
    path = own_file(folder) if name == "users" else folder / name
    IMPOSTORS[kind](path)
    with pytest.raises(LedgerError):
        own_reading(folder)


# Only root, as which the testbed runs, may give files away.
@pytest.mark.slurm
def test_file_of_another_user_is_refused(folder: Path) -> None:
    os.chown(own_file(folder), 4242, -1)
    with pytest.raises(LedgerError, match="was not written by Belfry"):
        own_reading(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"account": None},
        {"account": 5},
        {"granted_gpu_minutes": "600"},
        {"granted_gpu_minutes": True},
        {"used_gpu_minutes": -1},
        {"reserved_gpu_minutes": 10**30},
        {"used_gpu_minutes": 1.5},
        {"partitions": "h200"},
        {"members": [1]},
    ],
)
def test_project_with_a_wrong_field_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(LedgerError):
        ledger_from_json(json.dumps(LEDGER | {"projects": [PROJECT | changes]}))
    with pytest.raises(LedgerError):
        ledger_from_json(json.dumps(LEDGER | {"projects": [5]}))


def test_text_cannot_steer_the_terminal() -> None:
    values = LEDGER | {"projects": [PROJECT | {"closed_because": "\x1b[2J\u202egone\nnow"}]}
    assert ledger_from_json(json.dumps(values)).projects[0].closed_because == "[2Jgone now"
