"""What is missing is installed once, whoever else asks for it or uses apt."""

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.testbed import packages

HOLD = "import fcntl, sys, time; f = open(sys.argv[1], 'r+'); fcntl.lockf(f, fcntl.LOCK_EX);"


@contextmanager
def held_by_another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    script = f"{HOLD} print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_an_update_of_the_package_lists_waits_until_another_one_is_over(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    with held_by_another_process(lock) as holder:
        waiting = threading.Thread(target=packages.wait_for_lock, args=(lock,))
        waiting.start()
        waiting.join(1)
        assert waiting.is_alive()
        holder.kill()
        waiting.join(10)
        assert not waiting.is_alive()


def test_waiting_for_another_update_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    with held_by_another_process(lock):
        begun = time.monotonic()
        packages.wait_for_lock(lock, seconds=1)
        assert 1 <= time.monotonic() - begun < 10


def test_no_list_of_packages_was_ever_fetched(tmp_path: Path) -> None:
    packages.wait_for_lock(tmp_path / "none")


def test_testbeds_that_start_together_install_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []
    calls: list[Sequence[str]] = []

    def apt_get(arguments: Sequence[str], log: Path) -> None:
        with (tmp_path / "apt").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # Raises where another one runs.
            time.sleep(0.2)
            calls.append(arguments)
            if arguments[0] == "install":
                installed.extend(arguments[4:])

    monkeypatch.setattr(packages, "INSTALLING", tmp_path / "installing")
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy")
    monkeypatch.setattr(packages, "POLICY_SAVED", tmp_path / "saved")
    monkeypatch.setattr(packages, "apt_get", apt_get)
    monkeypatch.setattr(packages, "keep_disabled", lambda _names: None)
    monkeypatch.setattr(
        packages, "missing_packages", lambda names: [n for n in names if n not in installed]
    )
    starts = [
        threading.Thread(target=packages.install_missing, args=(["a-package"], tmp_path / "log"))
        for _ in range(3)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert [call[0] for call in calls] == ["update", "install"]
