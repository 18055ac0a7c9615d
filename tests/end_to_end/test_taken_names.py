"""A name that somebody made by hand in Slurm: the project works under another."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deploy.demo.stack import Stack
from deploy.demo.steps import sbatch, wait_for_end
from deploy.testbed.layout import ZELLIK
from tests.end_to_end.conftest import GiveProject
from tests.end_to_end.reports import assert_exact, query, wait_for_accounting
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm
TRACK = "pg"
PARTITION = ("zellik", "scontrol", "-o", "show", "partition", "h200")


def next_name(stack: Stack) -> str:
    prefix = f"aif{datetime.now(UTC).year % 100:02d}{TRACK}"
    rows = query(
        stack,
        "SELECT COALESCE(MAX(RIGHT(name, 4)), '0') FROM allocations_project WHERE name LIKE %s",
        f"{prefix}%",
    )
    return f"{prefix}{int(rows[0][0]) + 1:04d}"


def everything_about(testbed: Testbed, account: str) -> str:
    show = ("sacctmgr", "-nP", "show")
    in_all = testbed.slurm("zellik", *show, "account", account, "withassoc")
    on_clusters = testbed.slurm("zellik", *show, "assoc", "where", f"account={account}")
    allowed = re.search(r"AllowAccounts=(\S+)", testbed.slurm(*PARTITION))
    assert allowed
    return f"{in_all}{on_clusters}{account in allowed[1].split(',')}"


@pytest.fixture
def taken(testbed: Testbed, stack: Stack) -> Iterator[str]:
    """The next project's name, given to an account by hand before there is any project."""
    name = next_name(stack)
    change = ("zellik", "sacctmgr", "-i")
    here = (f"account={name}", "cluster=zellik")
    own = ("description=the physicists' own", "organization=physics", "fairshare=7")
    testbed.slurm(*change, "add", "account", name, "cluster=zellik", *own)
    testbed.slurm(*change, "add", "user", "nobody", *here)
    yield name
    testbed.slurm(*change, "delete", "user", "where", "name=nobody", *here)
    testbed.slurm(*change, "delete", "account", name)


def test_a_foreign_account_keeps_its_name_and_the_project_works_under_another(
    give_project: GiveProject, testbed: Testbed, taken: str
) -> None:
    before = everything_about(testbed, taken)

    project = give_project({ZELLIK: 10}, track=TRACK, months=1)

    assert project.name == taken
    account = f"{taken}b"
    assert project.figures()["zellik"]["account"] == account
    project.leader.open(f"/projects/{taken}/")
    assert f"#SBATCH --account={account}" in project.leader.text()
    assert f"The name {taken} was taken at Zellik" in " ".join(project.leader.text().split())
    answer = testbed.as_user(
        "zellik", project.username, *sbatch(ZELLIK, account, command="sleep 2")
    )
    assert answer.returncode == 0, answer.stderr
    wait_for_end(project.stack, ZELLIK, answer.stdout.strip())
    wait_for_accounting(project.stack)
    assert assert_exact(project.stack, testbed, ZELLIK, taken, account=account) > 0
    assert everything_about(testbed, taken) == before
    assert before.count("nobody") == 2
