"""What one cycle does to a site, and what it says about it."""

import pytest

from slurm_bridge.errors import StoppedError, TransientSlurmError, TransientSlurmTimeoutError
from slurm_bridge.slurm.interface import NewAccount
from slurm_bridge.wire import DesiredAccount, SyncReport
from tests.slurm_bridge.worlds import ADA, BOB, MemorySite, desired_state, project


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


def outcomes(report: SyncReport) -> dict[str, str]:
    return {str(result.change): result.outcome for result in report.results}


def test_new_project_is_granted_and_verified_in_one_cycle(site: MemorySite) -> None:
    report = site.cycle.run(desired_state(project()))

    assert set(outcomes(report).values()) == {"applied"}
    (verdict,) = report.readiness
    assert (verdict.account, verdict.username, verdict.accepted) == ("aif26fl0001", "ada", True)
    assert report.actual is not None
    assert site.slurm.partitions["h200"] == {"root", "physics", "aif26fl0001"}


def test_second_cycle_changes_nothing(site: MemorySite) -> None:
    site.cycle.run(desired_state(project()))
    writes = site.slurm.writes

    report = site.cycle.run(desired_state(project(confirmed=True)))

    assert report.results == ()
    assert report.readiness == ()
    assert site.slurm.writes == writes


def test_failed_change_is_reported_and_independent_ones_are_made(site: MemorySite) -> None:
    site.directory.uids["somebody"] = ADA.uid

    report = site.cycle.run(desired_state(project(members=("ada", "bob"))))

    found = outcomes(report)
    assert found["create UNIX user ada (uid 20001)"] == "failed"
    assert found["add ada to account aif26fl0001"] == "deferred"
    assert found["add bob to account aif26fl0001"] == "applied"
    assert [verdict.username for verdict in report.readiness] == ["bob"]


def test_one_refused_entity_does_not_stop_the_others_of_its_command(site: MemorySite) -> None:
    create_qos = site.slurm.create_qos

    def refuse_second(names: list[str], *rest: object) -> None:
        if "p2_zellik" in names:
            raise TransientSlurmError("this one is bad")
        create_qos(names, *rest)  # type: ignore[arg-type]

    site.slurm.create_qos = refuse_second  # type: ignore[method-assign, assignment]
    projects = [project(name, owner_mark="belfry-all") for name in ("p1", "p2", "p3")]

    found = outcomes(site.cycle.run(desired_state(*projects)))

    assert found["create QOS p1_zellik with 600 GPU-minutes"] == "applied"
    assert found["create QOS p2_zellik with 600 GPU-minutes"] == "failed"
    assert found["create QOS p3_zellik with 600 GPU-minutes"] == "applied"
    assert found["create account p2 under aif_fl with QOS p2_zellik"] == "failed"
    assert found["create account p3 under aif_fl with QOS p3_zellik"] == "applied"


def many_projects(count: int) -> list[DesiredAccount]:
    return [project(f"p{n}", members=("ada", "bob")) for n in range(count)]


def test_many_new_projects_are_loaded_at_once(site: MemorySite) -> None:
    for user in (ADA, BOB):
        site.directory.create(user)

    report = site.cycle.run(desired_state(*many_projects(50)))

    assert set(outcomes(report).values()) == {"applied"}
    # QOS of different marks by a command each; then all accounts, all members, the partition.
    assert site.slurm.writes == 50 + 3


def test_one_bad_entry_of_a_load_stops_none_of_the_others(site: MemorySite) -> None:
    load = site.slurm.load

    def refuse_bad(accounts: list[NewAccount], pairs: list[tuple[str, str]]) -> None:
        if "p7" in {account.name for account in accounts} | {account for account, _ in pairs}:
            raise TransientSlurmError("Problem with line(9)")
        load(accounts, pairs)

    def refuse_create(names: list[str], *rest: object) -> None:
        if "p7" in names:
            raise TransientSlurmError("bad account")
        create_accounts(names, *rest)  # type: ignore[arg-type]

    create_accounts = site.slurm.create_accounts
    site.slurm.load = refuse_bad  # type: ignore[method-assign, assignment]
    site.slurm.create_accounts = refuse_create  # type: ignore[method-assign, assignment]

    found = outcomes(site.cycle.run(desired_state(*many_projects(40))))

    bad = {change for change, outcome in found.items() if outcome != "applied"}
    assert bad == {
        "create account p7 under aif_fl with QOS p7_zellik",
        "add ada to account p7",
        "add bob to account p7",
    }


def test_changes_that_slurm_takes_side_by_side_are_all_made(site: MemorySite) -> None:
    site.slurm.simultaneous_changes = 4
    projects = many_projects(20)
    site.cycle.run(desired_state(*projects))
    site.slurm.jobs = {("p3", "bob")}
    fewer = [project(item.name) for item in projects[:5]]

    report = site.cycle.run(desired_state(*fewer, *projects[5:], gpu_minutes=900))

    deferred = [change for change, outcome in outcomes(report).items() if outcome != "applied"]
    assert deferred == ["remove bob from account p3"]
    assert {site.slurm.qos[item.qos or ""].gpu_minutes for item in projects} == {900}
    gone = {item.name for item in projects} - {
        name for name, who in site.slurm.members if who == "bob"
    }
    assert gone == {"p0", "p1", "p2", "p4"}


def test_load_that_takes_too_long_ends_the_attempt_and_the_next_cycle_goes_on(
    site: MemorySite,
) -> None:
    load = site.slurm.load

    def hang(*_: object) -> None:
        raise TransientSlurmTimeoutError("sacctmgr did not answer within 600 s")

    site.slurm.load = hang  # type: ignore[method-assign]
    failed = outcomes(site.cycle.run(desired_state(*many_projects(40))))
    site.slurm.load = load  # type: ignore[method-assign]

    report = site.cycle.run(desired_state(*many_projects(40)))

    assert "failed" in failed.values()
    assert set(outcomes(report).values()) == {"applied"}
    assert len(site.slurm.members) == 80


def test_what_slurm_has_decides_and_not_what_it_said(site: MemorySite) -> None:
    add_members = site.slurm.add_members

    def add_and_complain(accounts: list[str], usernames: list[str]) -> None:
        add_members(accounts, usernames)
        raise TransientSlurmError("connection lost")

    site.slurm.add_members = add_and_complain  # type: ignore[method-assign, assignment]

    found = outcomes(site.cycle.run(desired_state(project())))

    assert found["add ada to account aif26fl0001"] == "applied"


def test_association_that_was_silently_lost_is_made_in_the_same_cycle(site: MemorySite) -> None:
    add_members, lost = site.slurm.add_members, []

    def lose_first(accounts: list[str], usernames: list[str]) -> None:
        if lost:
            add_members(accounts, usernames)
        lost.append(usernames)

    site.slurm.add_members = lose_first  # type: ignore[method-assign, assignment]

    report = site.cycle.run(desired_state(project()))

    assert outcomes(report)["add ada to account aif26fl0001"] == "applied"
    assert [verdict.accepted for verdict in report.readiness] == [True]


def test_second_pass_makes_no_change_that_was_not_planned(site: MemorySite) -> None:
    add_members = site.slurm.add_members

    def somebody_interferes(accounts: list[str], usernames: list[str]) -> None:
        site.slurm.set_qos_budget(["aif26fl0001_zellik"], 1)
        if "bob" in usernames:
            add_members(accounts, ["ada", "bob"])

    site.cycle.run(desired_state(project(members=())))
    site.slurm.add_members = somebody_interferes  # type: ignore[method-assign, assignment]

    site.cycle.run(desired_state(project(members=("ada", "bob"))))

    assert site.slurm.qos["aif26fl0001_zellik"].gpu_minutes == 1


def test_slurm_that_does_not_answer_is_asked_once_only(site: MemorySite) -> None:
    asked = []

    def hang() -> None:
        asked.append(1)
        raise TransientSlurmTimeoutError("sacctmgr did not answer within 30 s")

    site.slurm.before_write = hang

    report = site.cycle.run(desired_state(*[project(f"p{n}") for n in range(9)], users=()))

    assert len(asked) <= 2
    assert {result.outcome for result in report.results} <= {"failed", "deferred"}
    assert "not tried" in report.results[-1].reason


def test_command_that_succeeded_and_did_nothing_is_a_failure(site: MemorySite) -> None:
    site.slurm.change_access = lambda *_: None  # type: ignore[method-assign]

    report = site.cycle.run(desired_state(project()))

    assert outcomes(report)["open partition h200 to account aif26fl0001"] == "failed"
    assert not any(verdict.accepted for verdict in report.readiness)


def test_unreadable_slurm_is_reported_as_refused_and_nothing_is_changed(site: MemorySite) -> None:
    def unreadable() -> None:
        raise TransientSlurmError("slurmdbd is down")

    site.slurm.read = unreadable  # type: ignore[method-assign, assignment]

    report = site.cycle.run(desired_state(project()))

    assert report.refused == "slurmdbd is down"
    assert report.actual is None
    assert site.slurm.writes == 0


def test_stop_is_never_swallowed(site: MemorySite) -> None:
    def stop() -> None:
        raise StoppedError("stopping")

    site.slurm.before_write = stop

    with pytest.raises(StoppedError):
        site.cycle.run(desired_state(project()))


def test_accounts_that_are_belfrys_are_known_for_accounting(site: MemorySite) -> None:
    assert site.cycle.owned_accounts is None
    site.make_foreign_account("p2")

    site.cycle.run(desired_state(project("p1"), project("p2"), users=[ADA, BOB]))

    assert site.cycle.owned_accounts == {"aif", "aif_fl", "p1"}
