"""A service is one recorded process: no other is ever taken for it, waited for, or stopped."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.testbed.errors import BusyPortError, StepError
from deploy.testbed.layout import Layout
from deploy.testbed.leftovers import end_leftovers, has_processes
from deploy.testbed.processes import Service, record_path, running, start, stop, wait_until_gone
from deploy.testbed.records import record_of, stat_fields, write_record
from deploy.testbed.sockets import is_listening

ME = "root"

LISTEN = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(600)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    layout = Layout(tmp_path, 20000)
    layout.processes.mkdir()
    layout.logs.mkdir()
    yield layout
    end_leftovers(layout)


@pytest.fixture
def listener() -> Service:
    port = free_port()
    return Service(
        name="listener",
        command=(sys.executable, "-c", LISTEN, str(port)),
        user=ME,
        port=port,
        is_ready=lambda: is_listening(port),
    )


def test_start_returns_when_the_service_answers_and_stop_when_it_is_gone(
    layout: Layout, listener: Service
) -> None:
    assert start(layout, listener)
    record = running(layout, "listener")
    assert record is not None
    assert is_listening(listener.port or 0)

    assert stop(layout, listener)
    assert running(layout, "listener") is None
    assert record_of(record.pid) is None
    assert not is_listening(listener.port or 0)


def test_starting_twice_leaves_the_first_process_alone(layout: Layout, listener: Service) -> None:
    start(layout, listener)
    first = running(layout, "listener")
    assert not start(layout, listener)
    assert running(layout, "listener") == first


def test_a_killed_service_starts_again(layout: Layout, listener: Service) -> None:
    start(layout, listener)
    first = running(layout, "listener")
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    wait_until_gone(first, 5)
    assert start(layout, listener)
    assert running(layout, "listener") != first


def test_a_process_lives_as_long_as_its_last_thread(layout: Layout, listener: Service) -> None:
    last_thread = f"""
import ctypes, threading
threading.Thread(target=exec, args=({LISTEN!r}, {{}})).start()
ctypes.CDLL(None).pthread_exit(None)
"""
    start(
        layout, replace(listener, command=(sys.executable, "-c", last_thread, str(listener.port)))
    )
    record = running(layout, "listener")
    assert record is not None
    assert stat_fields(record.pid)[0] == "Z", "of its first thread"
    assert stop(layout, listener, kill=True)
    assert not is_listening(listener.port or 0)


def test_a_reused_process_id_is_not_ours(layout: Layout, listener: Service) -> None:
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        record = record_of(stranger.pid)
        assert record is not None
        earlier = replace(record, started_ticks=record.started_ticks - 1)
        write_record(record_path(layout, "listener"), earlier)

        assert running(layout, "listener") is None
        assert not stop(layout, listener, kill=True)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_record_of_an_earlier_boot_is_not_ours(layout: Layout) -> None:
    record = record_of(os.getpid())
    assert record is not None
    write_record(record_path(layout, "me"), replace(record, boot_id="another"))
    assert running(layout, "me") is None


def test_a_broken_record_counts_as_none(layout: Layout) -> None:
    record_path(layout, "broken").write_text("{")
    assert running(layout, "broken") is None


def test_a_busy_port_names_port_service_owner_and_what_to_set(
    layout: Layout, listener: Service
) -> None:
    with (
        socket.create_server(("127.0.0.1", listener.port or 0)),
        pytest.raises(BusyPortError) as refused,
    ):
        start(layout, listener)
    assert f"Port {listener.port}" in refused.value.message
    assert "listener" in refused.value.message
    assert f"process {os.getpid()}" in refused.value.message
    assert "BELFRY_PORT_BASE" in refused.value.advice
    assert running(layout, "listener") is None


def test_a_service_that_ends_at_once_shows_the_end_of_its_log(
    layout: Layout, listener: Service
) -> None:
    broken = replace(
        listener, command=(sys.executable, "-c", "raise SystemExit('no such disk')"), port=None
    )
    with pytest.raises(StepError) as failed:
        start(layout, broken)
    assert "no such disk" in failed.value.message
    assert "listener.log" in failed.value.message


def test_a_service_that_ignores_the_polite_signal_is_killed(
    layout: Layout, listener: Service
) -> None:
    deaf = replace(
        listener,
        command=(
            sys.executable,
            "-c",
            f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{LISTEN}",
            str(listener.port),
        ),
        stop_seconds=0.3,
    )
    start(layout, deaf)
    stop(layout, deaf)
    assert not is_listening(listener.port or 0)


def test_children_that_outlive_their_service_are_found_and_ended(
    layout: Layout, listener: Service
) -> None:
    fork = (
        f"import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)\n{LISTEN}"
    )
    parent = replace(
        listener, command=(sys.executable, "-c", fork, str(listener.port)), leaves_children=True
    )
    start(layout, parent)
    stop(layout, parent, kill=True)
    assert has_processes(layout, "listener")
    assert end_leftovers(layout) == 1
