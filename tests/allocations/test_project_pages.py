import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from allocations.actions.allocations import change_end, remove_member, resume_allocation
from allocations.actions.invitations import join_project
from allocations.models import Membership, Project, SiteStatus
from tests.people import make_person
from tests.portal.member_world import allocation_at, end_project, live_project, make_ready


@pytest.fixture
def live(project: Project, staff: User) -> Project:
    return live_project(project, staff)


def page_of(client: Client, project: Project, person: User | None = None) -> str:
    client.force_login(person or project.application.applicant)
    answer = client.get(project.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_the_page_says_where_each_site_stands(client: Client, live: Project) -> None:
    page = words(page_of(client, live))
    since = timezone.localtime(allocation_at(live, "zellik").active_since)
    assert f"Active since {since:%H:%M:%S}, checked by a test submission." in page
    assert "Suspended: Jobs from this project fill the scratch disk." in page
    assert "GPU-hours granted 1,200" in page
    assert "login.zellik.belfry.example" in page
    assert "on the clusters: apeeters" in page


def test_a_new_project_looks_again_by_itself_until_it_is_ready(
    client: Client, project: Project
) -> None:
    page = page_of(client, project)
    assert "Being set up. This usually takes less than a minute." in page
    assert 'hx-trigger="every 3s"' in page
    make_ready(project, "zellik", accepted=False, reason="Invalid account or partition")
    assert "does not accept jobs yet: Invalid account or partition" in page_of(client, project)
    for site in ("zellik", "charleroi"):
        make_ready(project, site)
    assert "every 3s" not in page_of(client, project)


def test_an_expired_site_says_since_when(client: Client, project: Project) -> None:
    ended_on = end_project(project)
    assert f"Expired on {date_format(ended_on, 'j F Y')}." in page_of(client, project)


def test_a_late_site_says_how_old_its_figures_are(client: Client, live: Project) -> None:
    heard = timezone.now() - timedelta(minutes=12, seconds=5)
    SiteStatus.objects.filter(site__code="zellik").update(
        last_seen_at=heard, accounting_until=heard
    )
    page = words(page_of(client, live)).replace("\xa0", " ")
    assert "Zellik has not been heard for 12 minutes" in page
    assert "Charleroi has not been heard" not in page


def test_what_is_not_known_is_no_data(client: Client, project: Project) -> None:
    page = page_of(client, project)
    assert page.count("no data yet") == 4
    assert "Zellik has not reported yet" in page


def test_the_script_asks_for_the_right_account_and_runs(
    client: Client, live: Project, tmp_path: Path
) -> None:
    client.force_login(live.application.applicant)
    answer = client.get(reverse("sbatch_script", args=[live.name, "zellik"]))
    assert answer.headers["Content-Type"].startswith("text/x-shellscript")
    assert "attachment" in answer.headers["Content-Disposition"]
    script = answer.content.decode()
    assert f"\n#SBATCH --account={live.name}\n" in script
    assert "\n#SBATCH --partition=h200\n" in script
    assert "\n#SBATCH --gres=gpu:1\n" in script
    assert script.startswith("#!/bin/bash\n")
    assert live.title not in script
    file = tmp_path / "job.sh"
    file.write_text(script)
    subprocess.run(["bash", "-n", str(file)], check=True)
    assert client.get(reverse("sbatch_script", args=[live.name, "lumi"])).status_code == 404


def test_history_tells_every_step_with_its_actor(
    client: Client, live: Project, staff: User
) -> None:
    zellik, charleroi = allocation_at(live, "zellik"), allocation_at(live, "charleroi")
    resume_allocation(allocation_id=charleroi.pk, reason="Cleaned up.", actor=staff)
    ends_on = timezone.localdate() + timedelta(days=99)
    change_end(allocation_id=zellik.pk, ends_on=ends_on, reason="Later.", actor=staff)
    member = join_project(live, make_person("Grace"), Membership.Role.MEMBER)
    remove_member(membership_id=member.pk, actor=staff)
    page = words(page_of(client, live))
    history = page[page.index("History") :]
    expected = (
        "Grace Peeters left the project.",
        "Grace Peeters joined the project.",
        f"The last day at Zellik became {date_format(ends_on, 'j F Y')}.",
        "Opened again at Charleroi.",
        "Suspended at Charleroi.",
        "200 GPU-hours were added at Zellik.",
        "Ready at Zellik: a test submission was accepted.",
        "1,000 GPU-hours were granted at Zellik.",
        "The application was approved.",
        "The application was handed in.",
        "The application was started.",
    )
    for sentence in expected:
        assert sentence in history
    assert "Staf Peeters" in history


def test_a_repeated_check_is_no_step_of_the_history(client: Client, project: Project) -> None:
    for _cycle in range(3):
        make_ready(project, "zellik")
    assert page_of(client, project).count("Ready at Zellik") == 1


def test_strangers_find_nothing_members_read_and_staff_manage(
    client: Client, live: Project, staff: User
) -> None:
    member = make_person("Grace")
    join_project(live, member, Membership.Role.MEMBER)
    manage = reverse("change_budget", args=[allocation_at(live, "zellik").pk])
    invite = reverse("invite_to_project", args=[live.name])
    assert invite in page_of(client, live)
    page = page_of(client, live, member)
    assert manage not in page
    assert invite not in page
    assert manage in page_of(client, live, staff)
    client.force_login(make_person("Eve"))
    for route in ("project", "project_jobs"):
        assert client.get(reverse(route, args=[live.name])).status_code == 404
    assert client.get(reverse("sbatch_script", args=[live.name, "zellik"])).status_code == 404


def test_the_list_of_projects_shows_what_is_used(client: Client, live: Project) -> None:
    client.force_login(live.application.applicant)
    page = client.get(reverse("projects")).content.decode()
    assert "of 1,200 GPU-hours used" in page
    client.force_login(make_person("Eve"))
    assert "You are in no project yet" in client.get(reverse("projects")).content.decode()


def test_the_page_asks_no_more_for_more_members(
    client: Client, live: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        join_project(live, make_person(f"M{number}"), Membership.Role.MEMBER)
    client.force_login(live.application.applicant)
    with django_assert_max_num_queries(15):
        client.get(live.get_absolute_url())
