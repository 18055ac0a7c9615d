"""An account that was at a site before Belfry comes under a project and goes back, untouched."""

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.browser import Browser
from deploy.demo.people import Person, sign_in
from deploy.demo.stack import Stack
from deploy.demo.steps import sbatch, wait_for_end, wait_until
from deploy.testbed.history import make_history
from deploy.testbed.layout import ZELLIK
from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.wire import DesiredUser
from tests.end_to_end.reports import assert_exact, query
from tests.slurm_bridge.root_programs import FEWEST_UID, installed_as_root
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

ADD = ("zellik", "sacctmgr", "-i", "add")
SHOW = ("zellik", "sacctmgr", "-nP", "show")
DELETE = ("zellik", "sacctmgr", "-i", "delete")
PARTITION = ("zellik", "scontrol", "-o", "show", "partition", "h200")


@dataclass(frozen=True)
class OldAccount:
    """An account of the site's own with two users, limits, and a past."""

    testbed: Testbed
    stack: Stack
    name: str
    users: tuple[str, str]

    def all_of_it(self) -> list[str]:
        """Everything that Slurm says of it."""
        associations = self.testbed.slurm(*SHOW, "assoc", "where", f"account={self.name}")
        return [
            self.testbed.slurm(*SHOW, "account", self.name, "withassoc"),
            associations,
            self.testbed.slurm(*SHOW, "qos", "normal"),
            str(self.name in _allowed(self.testbed)),
            str(self.testbed.slurm(*SHOW, "user", ",".join(self.users), "withassoc")),
        ]

    def bridge(self, *command: str) -> Any:
        """What the bridge's command prints as JSON."""
        config = ["--config", str(self.stack.bridge_config(ZELLIK)), "--json"]
        finished = subprocess.run(
            self.stack.bridge_command(*command, *config),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert finished.returncode in (0, 2), finished.stderr
        return json.loads(finished.stdout)

    def run_job(self, user: str) -> None:
        """A real job with GPUs, to its end."""
        answer = self.testbed.as_user(
            "zellik", user, *sbatch(ZELLIK, self.name, "--gres=gpu:2", command="sleep 2")
        )
        assert answer.returncode == 0, answer.stderr
        wait_for_end(self.stack, ZELLIK, answer.stdout.strip())


def _allowed(testbed: Testbed) -> list[str]:
    found = re.search(r"AllowAccounts=(\S+)", testbed.slurm(*PARTITION))
    assert found
    return found[1].split(",")


def _allow(testbed: Testbed, names: list[str]) -> None:
    accounts = f"AllowAccounts={','.join(names)}"
    testbed.slurm("zellik", "scontrol", "update", "PartitionName=h200", accounts)


@pytest.fixture
def old_account(testbed: Testbed, stack: Stack, tmp_path: Path) -> Iterator[OldAccount]:
    """Made by hand, as sites do; removed afterwards, whatever the test did."""
    key = secrets.token_hex(3)
    name, users = f"lab{key}", (f"la{key}", f"lb{key}")
    commands = Commands(slurm_conf=testbed.layout.slurm_conf(ZELLIK))
    as_root = installed_as_root(tmp_path, commands)
    directory = LocalDirectory(as_root, record_file=testbed.layout.unix_users)
    first_uid = FEWEST_UID + int(key, 16) % 100_000 * 2
    for number, user in enumerate(users):
        directory.create(DesiredUser(username=user, uid=first_uid + number))
    here = (f"account={name}", "cluster=zellik")
    own = ("description=the bell lab", "organization=bells", "fairshare=7", "maxjobs=40")
    testbed.slurm(*ADD, "account", name, "cluster=zellik", *own, "GrpTRESMins=gres/gpu=600000")
    testbed.slurm(*ADD, "user", ",".join(users), *here)
    _allow(testbed, [*_allowed(testbed), name])
    yield OldAccount(testbed, stack, name, users)
    _allow(testbed, [item for item in _allowed(testbed) if item != name])
    testbed.slurm(*DELETE, "user", "where", f"name={','.join(users)}", *here)
    testbed.slurm(*DELETE, "account", "where", f"name={name}", "cluster=zellik")


def organisation_of(stack: Stack, browser: Browser) -> str:
    """An organisation's number in the portal; made if there is none yet."""
    browser.open("/organisations/new")
    browser.submit(
        "/organisations/new",
        {
            "enterprise_number": "0403.019.261",
            "name": "Klokken NV",
            "kind": "public",
            "postcode": "1731",
        },
    )
    rows = query(
        stack, "SELECT id FROM accounts_organisation WHERE enterprise_number = %s", "0403019261"
    )
    return str(rows[0][0])


def adopt_in_the_portal(staff: Browser, old: OldAccount, leader: Person, organisation: str) -> str:
    """Staff adopt what the site offered; the name of the new project."""
    offer = query(
        old.stack, "SELECT id FROM allocations_offeredaccount WHERE account = %s", old.name
    )
    track = query(old.stack, "SELECT id FROM allocations_track WHERE code = 'rs'")
    address = f"/staff/adoptions/{offer[0][0]}/"
    staff.open(address)
    assert "GrpTRESMins=gres/gpu=600000" in staff.text()
    staff.submit(
        address,
        {
            "title": "The bell lab",
            "track": str(track[0][0]),
            "organisation": organisation,
            "leader": old.users[0],
            "email_0": leader.email,
            "reason": "It was there before us.",
        },
    )
    project = staff.address.rstrip("/").rsplit("/", 1)[-1]
    assert project.startswith("aif"), staff.text()[:500]
    return project


def test_an_account_is_adopted_with_its_past_and_given_back_and_slurm_never_notices(
    testbed: Testbed, stack: Stack, staff_browser: Browser, old_account: OldAccount
) -> None:
    old = old_account
    make_history(testbed.layout, ZELLIK, jobs=40, days=20, seed=3, account_prefix=old.name)
    old.run_job(old.users[1])
    before = old.all_of_it()
    leader = Person(f"Otto{old.name}", "Klok")
    browser = sign_in(stack, leader)
    organisation = organisation_of(stack, browser)

    listed = {item["account"]: item for item in old.bridge("adopt")}
    assert listed[old.name]["refusal"] == ""
    assert listed["root"]["refusal"] == "is Slurm's own"
    assert old.bridge("adopt", old.name) == {"waiting": [old.name], "refused": {}}
    project = adopt_in_the_portal(staff_browser, old, leader, organisation)

    def figures() -> dict[str, Any]:
        rows = browser.client.get(f"/projects/{project}/usage.json").json()["allocations"]
        found: dict[str, Any] = rows[0]
        return found

    wait_until(lambda: figures()["state"] == "active", 60, "not active", "Read the bridge's log.")
    assert old.name not in json.dumps(old.bridge("plan"))
    assert old.all_of_it() == before
    wait_until(
        lambda: history_has_come(old),
        60,
        "the past did not come",
        "Read the bridge's log.",
    )
    used = assert_exact(stack, testbed, ZELLIK, project, days=25, account=old.name)
    assert used > 40 * 60
    assert figures()["used_gpu_seconds"] == used
    old.run_job(old.users[0])

    give_back(staff_browser, stack, old)
    assert old.name not in json.dumps(old.bridge("plan"))
    assert old.all_of_it() == before
    old.run_job(old.users[1])


def history_has_come(old: OldAccount) -> bool:
    wanted = "SELECT history_wanted FROM allocations_allocation WHERE account_name = %s"
    return query(old.stack, wanted, old.name) == [(False,)]


def give_back(staff: Browser, stack: Stack, old: OldAccount) -> None:
    rows = query(stack, "SELECT id FROM allocations_allocation WHERE account_name = %s", old.name)
    address = f"/allocations/{rows[0][0]}/release"
    staff.open(address)
    staff.submit(address, {"reason": "It was a test."})
    assert "Given back to the site" in staff.text()
