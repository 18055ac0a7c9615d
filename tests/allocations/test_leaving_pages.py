"""The pages on which staff see the jobs of leaving members and have them cancelled."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.models import JobCancel, LeavingMember, Project, Site
from slurm_bridge import wire_leaving
from slurm_bridge.wire_leaving import MOST_JOBS
from tests.allocations.leaving_world import leaver, queued, report_leaving, waiting_removal


@pytest.fixture
def waiting(project: Project, staff: User) -> LeavingMember:
    """A removal that waits for two jobs."""
    return waiting_removal(project, staff)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def seen_on(client: Client, waiting: LeavingMember) -> str:
    """What the hidden field of the page holds."""
    answer = client.get(waiting.get_absolute_url())
    seen: str = answer.context["form"].initial["seen"]
    assert seen in answer.content.decode()
    return seen


def test_staff_see_each_job_with_its_figures(office: Client, waiting: LeavingMember) -> None:
    page = shown(office, waiting.get_absolute_url())
    for words in ("<code>7</code>", "<code>8_3</code>", "train", "Running", "120 min", "s ago"):
        assert words in page, words


def test_hostile_names_of_jobs_are_shown_as_text(office: Client, waiting: LeavingMember) -> None:
    page = shown(office, waiting.get_absolute_url())
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "x" * 60 not in page


def test_confirming_as_shown_cancels_exactly_these(office: Client, waiting: LeavingMember) -> None:
    address = waiting.get_absolute_url()
    sent = {"reason": "Urgent.", "seen": seen_on(office, waiting)}
    answer = office.post(address, sent, follow=True)
    assert "within seconds" in answer.content.decode()
    assert JobCancel.objects.get().job_ids == ["7", "8_3"]
    again = shown(office, address)
    assert "has not finished yet" in again
    assert 'name="reason"' not in again, "nothing is left to confirm"


def test_list_that_changed_meanwhile_comes_back_to_be_read(
    office: Client, waiting: LeavingMember
) -> None:
    seen = seen_on(office, waiting)
    member = wire_leaving.LeavingMember(
        account=waiting.allocation.account_name,
        username=waiting.username,
        jobs=(queued("7"), queued("9")),
        jobs_in_all=2,
    )
    report_leaving(waiting.allocation.site, member)
    answer = office.post(
        waiting.get_absolute_url(), {"reason": "Urgent.", "seen": seen}, follow=True
    )
    page = answer.content.decode()
    assert "Other jobs have come" in page
    assert "<code>9</code>" in page
    assert not JobCancel.objects.exists()


@pytest.mark.parametrize("seen", ["", "all", "7;8", "7,", "7" * 40_000, "７"])
def test_what_is_no_list_of_jobs_confirms_nothing(
    office: Client, waiting: LeavingMember, seen: str
) -> None:
    answer = office.post(waiting.get_absolute_url(), {"reason": "Urgent.", "seen": seen})
    assert answer.status_code in (302, 422)
    assert not JobCancel.objects.exists()


def test_without_a_reason_the_form_comes_back(office: Client, waiting: LeavingMember) -> None:
    answer = office.post(waiting.get_absolute_url(), {"seen": "7,8_3"})
    assert answer.status_code == 422
    assert not JobCancel.objects.exists()


def test_project_page_tells_members_and_leads_staff_to_the_list(
    client: Client, waiting: LeavingMember, project: Project, staff: User
) -> None:
    link = waiting.get_absolute_url()
    client.force_login(project.application.applicant)
    page = shown(client, project.get_absolute_url())
    assert "2 jobs at Zellik still run or wait" in " ".join(page.split())
    assert link not in page
    assert client.get(link).status_code == 403
    client.force_login(staff)
    assert link in shown(client, project.get_absolute_url())


def test_site_page_leads_to_its_leaving_members(office: Client, waiting: LeavingMember) -> None:
    page = shown(office, reverse("site", args=["zellik"]))
    assert "1 member who has left still has jobs here." in page
    assert reverse("leaving") + "?site=zellik" in page
    assert "still has jobs here" not in shown(office, reverse("site", args=["charleroi"]))


def test_gone_row_is_a_page_that_is_not_there(office: Client, waiting: LeavingMember) -> None:
    report_leaving(waiting.allocation.site)
    assert office.get(waiting.get_absolute_url()).status_code == 404


def test_list_narrows_down(office: Client, waiting: LeavingMember, project: Project) -> None:
    for found in ("q=grace", f"q={project.name}", "site=zellik", f"q={waiting.username}"):
        assert waiting.get_absolute_url() in shown(office, reverse("leaving") + "?" + found)
    for nothing in ("q=nobody-here", "site=charleroi"):
        assert waiting.get_absolute_url() not in shown(office, reverse("leaving") + "?" + nothing)


def test_pages_ask_no_more_for_more_rows(
    office: Client, project: Project, staff: User, django_assert_max_num_queries: Any
) -> None:
    many = tuple(queued(f"9_{task}") for task in range(MOST_JOBS))
    members = [
        wire_leaving.LeavingMember(
            account=project.name,
            username=leaver(project, staff, f"Grace{number}").unix_identity.username,
            jobs=many if number == 0 else (queued(str(number)),),
            jobs_in_all=MOST_JOBS + 5 if number == 0 else 1,
        )
        for number in range(30)
    ]
    report_leaving(Site.objects.get(code="zellik"), *members)
    office.get(reverse("leaving"))
    with django_assert_max_num_queries(8):
        assert shown(office, reverse("leaving")).count("<tr") == 26
    longest = LeavingMember.objects.get(jobs_in_all=MOST_JOBS + 5)
    with django_assert_max_num_queries(10):
        page = shown(office, longest.get_absolute_url())
    assert page.count("<code>9_") == 100
    assert "The first 1,000 are listed" in page
    answer = office.post(
        longest.get_absolute_url(), {"reason": "Urgent.", "seen": seen_on(office, longest)}
    )
    assert answer.status_code == 302
    assert len(JobCancel.objects.get().job_ids) == MOST_JOBS
