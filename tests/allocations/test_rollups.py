"""Outcomes and waits by day, as runs come, change and move."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.models import Job, JobOutcome, Project, QueueWait, Site
from allocations.rules.waits import wait_bucket
from tests.allocations.usage_world import DAY, MIDNIGHT, push, row, told_waits

NINTH, TENTH = date(2026, 3, 9), date(2026, 3, 10)


def outcomes(project: Project) -> dict[tuple[date, str], tuple[int, int]]:
    found = JobOutcome.objects.filter(project=project)
    return {(item.day, item.state): (item.jobs, item.gpu_seconds) for item in found}


def waits(project: Project) -> dict[tuple[date, int], int]:
    return told_waits(QueueWait.objects.filter(project=project))


@pytest.fixture
def zellik(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


def test_run_is_an_outcome_of_the_day_on_which_it_ended_with_all_that_it_used(
    project: Project, zellik: Site
) -> None:
    push(zellik, row(1, project), row(2, project), row(3, project, state="FAILED", gpus=1))
    assert outcomes(project) == {
        (TENTH, "COMPLETED"): (2, 2 * 2 * 5400),
        (TENTH, "FAILED"): (1, 5400),
    }


def test_run_that_never_began_is_an_outcome_without_seconds(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project, started_at=None, state="CANCELLED"))
    assert outcomes(project) == {(TENTH, "CANCELLED"): (1, 0)}
    assert waits(project) == {}


def test_running_job_is_no_outcome_until_it_ends(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project, ended_at=None, state="RUNNING"), read_at=MIDNIGHT + 100)
    assert outcomes(project) == {}
    push(zellik, row(1, project, state="TIMEOUT"), read_at=MIDNIGHT + 2000)
    assert outcomes(project) == {(TENTH, "TIMEOUT"): (1, 2 * 5400)}


def test_outcome_that_changes_its_word_or_its_day_moves(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project, state="NODE_FAIL"), row(2, project))
    push(zellik, row(1, project, ended_at=MIDNIGHT - 3000), read_at=MIDNIGHT + 6 * DAY)
    assert outcomes(project) == {
        (NINTH, "COMPLETED"): (1, 2 * 600),
        (TENTH, "COMPLETED"): (1, 2 * 5400),
    }


def test_wait_is_counted_on_the_day_of_the_start_from_when_the_job_could_have_begun(
    project: Project, zellik: Site
) -> None:
    push(
        zellik,
        row(1, project),
        row(2, project, eligible_at=MIDNIGHT - 3660),
        row(3, project, eligible_at=MIDNIGHT - 9000),
    )
    assert waits(project) == {(NINTH, wait_bucket(3600)): 2, (NINTH, wait_bucket(60)): 1}


def test_wait_of_a_start_that_is_corrected_moves(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project), row(2, project))
    push(zellik, row(1, project, started_at=MIDNIGHT + 60), read_at=MIDNIGHT + 6 * DAY)
    assert waits(project) == {(NINTH, wait_bucket(3600)): 1, (TENTH, wait_bucket(7260)): 1}


def test_day_without_waits_has_no_row(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project))
    push(zellik, row(1, project, started_at=None, state="CANCELLED"), read_at=MIDNIGHT + 6 * DAY)
    assert not QueueWait.objects.exists()


def test_programs_read_how_many_jobs_of_a_project_have_begun_at_each_site(
    project: Project, zellik: Site, applicant: User, client: Client
) -> None:
    times = {"submitted_at": MIDNIGHT - 60 * DAY, "ended_at": MIDNIGHT - 59 * DAY}
    push(
        zellik,
        row(1, project),
        row(2, project, started_at=MIDNIGHT - 60),
        row(3, project, started_at=MIDNIGHT - 60 * DAY, **times),
        row(4, project, started_at=None, state="CANCELLED"),
    )
    client.force_login(applicant)
    usage = client.get(reverse("project_usage", args=[project.name])).json()
    jobs = {row["site"]: row["jobs"] for row in usage["allocations"]}
    assert jobs == {"zellik": 3, "charleroi": 0}


def test_telling_it_all_again_changes_nothing(project: Project, zellik: Site) -> None:
    rows = [row(number, project, eligible_at=MIDNIGHT - 4000) for number in range(5)]
    push(zellik, *rows)
    before = (outcomes(project), waits(project))
    push(zellik, *rows)
    push(zellik, *rows, read_at=MIDNIGHT + 6 * DAY)
    assert (outcomes(project), waits(project)) == before


def test_nodes_and_the_moment_of_eligibility_are_kept(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project, eligible_at=MIDNIGHT - 4000, nodes_used="gpu[1-2]"))
    job = Job.objects.get()
    assert job.nodes_used == "gpu[1-2]"
    assert job.eligible_at is not None
    assert job.eligible_at.timestamp() == MIDNIGHT - 4000


def test_job_that_is_read_anew_gets_the_qos_that_it_lacked(project: Project, zellik: Site) -> None:
    push(zellik, row(1, project))
    push(zellik, row(1, project, qos="aif_q"), read_at=MIDNIGHT + 6 * DAY)
    assert Job.objects.get().qos == "aif_q"
