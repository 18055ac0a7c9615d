"""A name that a site's Slurm has already: the project's account there is called otherwise."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.desired_state import desired_state
from allocations.models import Allocation, Application, Job, Project, Site, SlurmState
from allocations.slurm_states import by_name
from slurm_bridge.plan import plan
from slurm_bridge.wire import ActualAccount, ActualQos, ActualState, DesiredState
from tests.allocations.bridge_caller import BridgeCaller, job_row, now
from tests.domain import make_draft, make_project


def at(project: Project, code: str = "zellik") -> Allocation:
    return project.allocations.get(site__code=code)


def name_of(project: Project, code: str = "zellik") -> str:
    return at(project, code).account_name


def slurm_with(*accounts: ActualAccount, qos: tuple[ActualQos, ...] = ()) -> ActualState:
    root = ActualAccount(name="root", parent="")
    return ActualState(cluster="zellik", read_at=now(), accounts=(root, *accounts), qos=qos)


def report_of(desired: DesiredState, actual: ActualState, **changes: Any) -> dict[str, Any]:
    """What a bridge says of a cycle that planned and changed nothing."""
    wanted = plan(desired, actual)
    return {
        "revision": desired.revision,
        "plan_id": wanted.plan_id,
        "started_at": now(),
        "finished_at": now(),
        "conflicts": [item.model_dump(mode="json") for item in wanted.conflicts],
        **changes,
    }


def say_conflicts(bridge: BridgeCaller, actual: ActualState) -> None:
    desired = desired_state(Site.objects.get(code="zellik"))
    answer = bridge.post("/sync-results", report_of(desired, actual))
    assert answer.status_code == 204, answer.content


def foreign(name: str) -> ActualAccount:
    return ActualAccount(name=name, parent="root", description="somebody else's")


def test_account_is_called_as_its_project_where_nothing_is_in_the_way(project: Project) -> None:
    assert name_of(project) == name_of(project, "charleroi") == project.name


def test_foreign_account_makes_the_portal_choose_another_name_at_that_site_only(
    project: Project, zellik: BridgeCaller
) -> None:
    before = zellik.get("/desired-state")

    say_conflicts(zellik, slurm_with(foreign(project.name)))

    assert name_of(project) == f"{project.name}b"
    assert name_of(project, "charleroi") == project.name
    after = zellik.get("/desired-state")
    assert after["ETag"] != before["ETag"]
    account = next(item for item in after.json()["accounts"] if item["qos"])
    assert (account["name"], account["qos"]) == (f"{project.name}b", f"{project.name}b_zellik")


def test_next_name_is_tried_while_one_after_the_other_is_taken(
    project: Project, zellik: BridgeCaller
) -> None:
    taken = slurm_with(foreign(project.name), foreign(f"{project.name}b"))

    say_conflicts(zellik, taken)
    say_conflicts(zellik, taken)

    assert name_of(project) == f"{project.name}c"


def test_foreign_qos_of_that_name_is_in_the_way_as_well(
    project: Project, zellik: BridgeCaller
) -> None:
    taken = ActualQos(name=f"{project.name}_zellik", description="nightly")

    say_conflicts(zellik, slurm_with(qos=(taken,)))

    assert name_of(project) == f"{project.name}b"


@pytest.mark.parametrize("description", ["belfry-qos", "made by {mark}"])
def test_belfrys_own_qos_is_not_in_the_way(
    project: Project, zellik: BridgeCaller, description: str
) -> None:
    ours = description.format(mark=project.owner_mark)

    say_conflicts(
        zellik, slurm_with(qos=(ActualQos(name=f"{project.name}_zellik", description=ours),))
    )

    assert name_of(project) == project.name


def test_same_report_sent_twice_renames_once(project: Project, zellik: BridgeCaller) -> None:
    desired = desired_state(Site.objects.get(code="zellik"))
    report = report_of(desired, slurm_with(foreign(project.name)))

    for _ in range(2):
        assert zellik.post("/sync-results", report).status_code == 204

    assert name_of(project) == f"{project.name}b"


def test_account_that_has_worked_keeps_its_name_when_its_mark_is_gone(
    project: Project, zellik: BridgeCaller
) -> None:
    Allocation.objects.filter(project=project).update(confirmed_at=timezone.now())

    say_conflicts(zellik, slurm_with(foreign(project.name)))

    assert name_of(project) == project.name


def test_account_that_has_run_jobs_keeps_its_name(project: Project, zellik: BridgeCaller) -> None:
    batch = {"read_at": now(), "rows": [job_row(project.name)]}
    assert zellik.post("/jobs", batch).status_code == 200

    say_conflicts(zellik, slurm_with(foreign(project.name)))

    assert name_of(project) == project.name


def test_foreign_track_account_renames_no_project(project: Project, zellik: BridgeCaller) -> None:
    say_conflicts(zellik, slurm_with(foreign("aif_rs")))

    assert name_of(project) == project.name


def test_site_renames_nothing_elsewhere(project: Project, charleroi: BridgeCaller) -> None:
    desired = desired_state(Site.objects.get(code="charleroi"))
    conflict = {"subject": "account x", "reason": "-", "taken_account": project.name}

    answer = charleroi.post("/sync-results", report_of(desired, slurm_with(), conflicts=[conflict]))

    assert answer.status_code == 204
    assert name_of(project) == project.name
    assert name_of(project, "charleroi") == f"{project.name}b"


def test_when_every_name_is_taken_the_last_one_stays_a_conflict(
    project: Project, zellik: BridgeCaller
) -> None:
    Allocation.objects.filter(pk=at(project).pk).update(account_name=f"{project.name}z")

    say_conflicts(zellik, slurm_with(foreign(f"{project.name}z")))

    assert name_of(project) == f"{project.name}z"


def test_renaming_is_audited_as_the_bridges_deed(project: Project, zellik: BridgeCaller) -> None:
    say_conflicts(zellik, slurm_with(foreign(project.name)))

    trail = apps.get_model("allocations", "AllocationEvent").objects.filter(pgh_obj=at(project))
    event = trail.select_related("pgh_context").latest("pgh_id")
    assert event.account_name == f"{project.name}b"
    assert event.pgh_context.metadata == {
        "actor": "bridge@zellik",
        "action": "rename_taken_accounts",
    }


def test_name_that_the_site_is_known_to_have_is_avoided_at_the_approval(
    submitted: Application, staff: User
) -> None:
    year = timezone.localdate().year % 100
    taken = f"aif{year:02d}rs0001"
    SlurmState.objects.create(
        site=Site.objects.get(code="zellik"),
        state=by_name(slurm_with(foreign(taken))),
        read_at=timezone.now(),
    )

    project = make_project(submitted, staff)

    assert project.name == taken
    assert name_of(project) == f"{taken}b"
    assert name_of(project, "charleroi") == taken


def test_name_in_use_by_an_account_is_never_given_to_a_later_project(
    project: Project, applicant: User, staff: User
) -> None:
    later = f"{project.name[:-4]}0007"
    Allocation.objects.filter(pk=at(project).pk).update(account_name=later)

    draft = make_draft(applicant, title="More bells")
    Application.objects.filter(pk=draft.pk).update(state="submitted", submitted_at=timezone.now())

    assert make_project(draft, staff).name == f"{project.name[:-4]}0008"


def test_one_site_never_has_one_account_for_two_projects(
    project: Project, applicant: User, staff: User
) -> None:
    draft = make_draft(applicant, title="More bells")
    Application.objects.filter(pk=draft.pk).update(state="submitted", submitted_at=timezone.now())
    other = make_project(draft, staff)

    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(pk=at(other).pk).update(account_name=project.name)


def test_jobs_and_readiness_are_told_by_the_accounts_own_name(
    project: Project, zellik: BridgeCaller
) -> None:
    say_conflicts(zellik, slurm_with(foreign(project.name)))
    ours, theirs = f"{project.name}b", project.name
    verdict = {
        "account": ours,
        "username": "apeeters",
        "partition": "h200",
        "accepted": True,
        "checked_at": now(),
    }
    desired = desired_state(Site.objects.get(code="zellik"))

    rows = [job_row(ours, db_index=1), job_row(theirs, db_index=2)]
    answer = zellik.post("/jobs", {"read_at": now(), "rows": rows}).json()
    zellik.post("/sync-results", report_of(desired, slurm_with(), readiness=[verdict]))

    assert answer["unknown_accounts"] == [theirs]
    assert list(Job.objects.values_list("project", "db_index")) == [(project.pk, 1)]
    assert at(project).active_since is not None


def test_project_page_says_the_other_name_and_its_script_uses_it(
    project: Project, zellik: BridgeCaller, applicant: User, client: Client
) -> None:
    say_conflicts(zellik, slurm_with(foreign(project.name)))
    client.force_login(applicant)

    page = client.get(project.get_absolute_url()).content.decode()
    script = client.get(reverse("sbatch_script", args=[project.name, "zellik"])).content.decode()
    usage = client.get(reverse("project_usage", args=[project.name])).json()

    assert (
        f"The name <code>{project.name}</code> was taken at Zellik, so its account is called"
        f" <code>{project.name}b</code> there." in page
    )
    assert f"{project.name} was taken at Zellik; the account there is {project.name}b." in page
    assert f"#SBATCH --account={project.name}b\n" in script
    accounts = {row["site"]: row["account"] for row in usage["allocations"]}
    assert accounts == {"zellik": f"{project.name}b", "charleroi": project.name}


def test_staff_read_it_on_the_sites_page(
    project: Project, zellik: BridgeCaller, staff: User, client: Client
) -> None:
    say_conflicts(zellik, slurm_with(foreign(project.name)))
    client.force_login(staff)

    page = client.get(reverse("site", args=["zellik"])).content.decode()

    assert f"its account is called <code>{project.name}b</code> there." in page
