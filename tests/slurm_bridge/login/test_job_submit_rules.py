"""What job_submit.lua says to each job, and when it says nothing."""

import os
import pwd
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slurm_bridge.login.publish import LoginFiles
from tests.slurm_bridge.login.lua_host import PORTAL, LuaHost
from tests.slurm_bridge.login.worlds import FIGURES, open_project, world
from tests.slurm_bridge.worlds import ADA, BOB, project

# It needs the Lua that comes with Slurm.
pytestmark = pytest.mark.slurm

ACCOUNT = "aif26fl0001"
OTHER = "aif26fl0002"
JOB = {
    "user_id": ADA.uid,
    "account": ACCOUNT,
    "default_account": ACCOUNT,
    "partition": "h200",
    "time_limit": 60,
    "tres_per_node": "gres:gpu:h200:1",
    "min_nodes": 4294967294,
    "num_tasks": 4294967294,
}
HOSTILE = "\x1b[31mred\x07\ttab\nnewline" + "x" * 500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "login"


@pytest.fixture
def lua(folder: Path) -> Iterator[LuaHost]:
    host = LuaHost(folder)
    yield host
    host.close()


def files_in(folder: Path, clock: Callable[[], float] = time.time) -> LoginFiles:
    user = pwd.getpwuid(os.geteuid()).pw_name
    return LoginFiles(folder, lambda: FIGURES, "zellik", PORTAL, user, clock)


@pytest.fixture
def site(folder: Path) -> LoginFiles:
    """Ada's open project, one of both that is suspended, and Bob's that has expired."""
    files = files_in(folder)
    files.publish(
        *world(
            open_project(),
            open_project(
                OTHER, members=("ada", "bob"), suspended=True, closed_because="report is late"
            ),
            open_project("aif26fl0003", members=("bob",), suspended=True),
        )
    )
    return files


def test_ordinary_job_passes(site: LoginFiles, lua: LuaHost) -> None:
    assert lua.submit(**JOB).passes


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"account": ""},
            f"--account=PROJECT, or set SBATCH_ACCOUNT. Your projects here: {ACCOUNT}.",
        ),
        ({"account": OTHER}, "takes no new jobs: suspended: report is late."),
        (
            {"account": "aif26fl0003", "user_id": BOB.uid},
            "Project aif26fl0003 expired; its last day was 2027-03-31.",
        ),
        ({"user_id": BOB.uid}, f"no member of project {ACCOUNT}."),
        ({"user_id": 4242}, "You have no project here."),
        ({"partition": "mixed"}, f"not open to project {ACCOUNT}. Its partitions: h200."),
        ({"partition": "h200,mixed"}, "Partition mixed is not open"),
        ({"tres_per_node": "gres:gpu:a100:1"}, "no GPUs of type a100. Write --gres=gpu:h200:N"),
        ({"time_limit": 481}, "has 8 of 10 GPU-hours left, and this job could need 8.1 "),
        ({"tres_per_node": "", "tres_per_job": "gres:gpu:9"}, "could need 9 (9 GPUs for 1 h)"),
        ({"min_nodes": 9}, "could need 9 "),
        ({"tres_per_node": "", "tres_per_task": "gres/gpu:3", "num_tasks": 4}, "could need 12 "),
        ({"tres_per_node": "gres:gpu:9", "time_limit": 4294967294}, "could need 9 "),
        ({"account": ACCOUNT.upper(), "time_limit": 6000}, "could need 100 "),
    ],
)
def test_each_refusal_says_why_and_where_to_go(
    site: LoginFiles, lua: LuaHost, changes: dict[str, object], told: str
) -> None:
    verdict = lua.submit(**(JOB | changes))

    assert verdict.code == 2050, verdict
    assert told in verdict.told
    assert f"\n{PORTAL}/projects/" in verdict.told


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "physics"},
        {"account": "", "default_account": "physics"},
        {"account": "", "default_account": "", "user_id": 4242},
        {"user_id": 0, "account": ""},
        {"partition": "debug"},
        {"partition": "unheard-of"},
        {"tres_per_node": "gres:gpu:1"},
        {"tres_per_node": "gres/gpu:h200:8"},
        {"tres_per_node": "gres/gpu=2"},
        {"tres_per_node": "gres:gpu", "time_limit": 480},
        {"tres_per_node": "", "time_limit": 1_000_000},
        {"time_limit": 4294967295},
        {"tres_per_node": "gres:gpu:9", "time_limit": 4294967294, "partition": "unheard-of"},
    ],
)
def test_what_is_foreign_or_fits_or_cannot_be_judged_passes(
    site: LoginFiles, lua: LuaHost, changes: dict[str, object]
) -> None:
    assert lua.submit(**(JOB | changes)).passes


def test_job_waits_for_running_ones_instead_of_being_refused(
    site: LoginFiles, lua: LuaHost
) -> None:
    # 10 hours were granted and 2 are used; 1 more is held by a job that may end early.
    assert lua.submit(**(JOB | {"time_limit": 480})).passes
    assert not lua.submit(**(JOB | {"time_limit": 481})).passes


def test_news_of_the_bridge_count_from_the_next_job_on(site: LoginFiles, lua: LuaHost) -> None:
    assert lua.submit(**JOB).passes
    site.publish(*world(open_project(suspended=True, closed_because="payment")))
    assert "payment" in lua.submit(**JOB).told
    site.publish(*world(open_project()))
    assert lua.submit(**JOB).passes


@pytest.mark.parametrize(("age", "passes"), [(599, False), (602, True), (-120, True)])
def test_old_file_lets_every_job_pass(
    folder: Path, lua: LuaHost, age: int, *, passes: bool
) -> None:
    written_at = time.time() - age
    files_in(folder, lambda: written_at).publish(*world(open_project(suspended=True)))

    assert lua.submit(**JOB).passes is passes


def test_file_that_is_missing_lets_every_job_pass(lua: LuaHost) -> None:
    assert lua.submit(**(JOB | {"account": ""})).passes


DAMAGES: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text[:0],
    "only a line break": lambda text: text[:0] + "\n",
    "half of it": lambda text: text[: len(text) // 2],
    "without its end": lambda text: text.removesuffix("end\n"),
    "of another release": lambda text: text.replace("belfry\t1", "belfry\t2"),
    "only its head": lambda text: text.splitlines()[0],
    "one long line": lambda text: "x" * 100_000 + text,
    "binary": lambda text: "\0\xff\n" * 1000 + text,
    "far too much": lambda text: text + "y" * 17 * 1024 * 1024,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_lets_every_job_pass(
    site: LoginFiles, folder: Path, lua: LuaHost, damage: str
) -> None:
    path = folder / "submit.tsv"
    path.write_text(DAMAGES[damage](path.read_text()))

    verdict = lua.submit(**(JOB | {"account": OTHER}))

    assert verdict.passes, verdict


def test_fault_in_the_script_is_logged_and_the_job_passes(site: LoginFiles, lua: LuaHost) -> None:
    verdict = lua.submit(
        **(JOB | {"partition": 5, "account": "{}"[0:0] or ACCOUNT, "min_nodes": 1})
    )
    assert verdict.code == 0
    broken = lua.submit(**(JOB | {"tres_per_node": "\0", "account": 5}))

    assert broken.passes
    assert "the job passes" in broken.logged


def test_what_users_and_staff_type_cannot_reach_the_terminal(folder: Path, lua: LuaHost) -> None:
    files_in(folder).publish(
        *world(open_project(suspended=True, closed_because=HOSTILE[:400]), project(OTHER))
    )

    reason = lua.submit(**JOB).told
    partition = lua.submit(**(JOB | {"account": OTHER, "partition": f"h200,{HOSTILE}"})).told
    gpu = lua.submit(**(JOB | {"account": OTHER, "tres_per_node": f"gres:gpu:{HOSTILE}:1"})).told

    for told in (reason, partition, gpu):
        assert not set(told) & set("\x1b\x07\t"), told
        assert told.count("\n") <= 1
        assert len(told) < 1000
    assert "[31mred" in reason
    assert "has no GPUs of type ?[31mred" in gpu


def test_five_hundred_projects_cost_next_to_nothing(folder: Path, lua: LuaHost) -> None:
    names = [f"aif26fl{number:04}" for number in range(500)]
    users = [
        ADA.model_copy(update={"username": f"user{number}", "uid": 20_000 + number})
        for number in range(100)
    ]
    members = tuple(user.username for user in users[:10])
    files_in(folder).publish(
        *world(*(open_project(name, members=members) for name in names), users=users)
    )
    job = JOB | {"user_id": 20_000, "account": names[-1]}
    began = time.perf_counter()
    assert lua.submit(**job).passes
    first = time.perf_counter() - began

    began = time.perf_counter()
    assert lua.submit(**job, times=1000).passes
    each = (time.perf_counter() - began) / 1000

    assert first < 0.1
    assert each < 0.001
