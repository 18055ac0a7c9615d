"""The page of one run: what its GPUs did, said plainly, and never 0 where nothing is known."""

import csv
import json
from datetime import date
from decimal import Decimal

import lxml.html
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.actions.energy import set_energy_factor
from allocations.models import (
    GpuMinutes,
    GpuRun,
    Job,
    JobGpu,
    Project,
    RunningGpuMinutes,
    Site,
    SiteStatus,
)
from slurm_bridge.wire_accounting import JobRow
from tests.allocations.bridge_caller import job_row
from tests.domain import make_draft, make_project
from tests.people import make_person
from tests.portal.gpu_run_world import watched_run
from tests.portal.staff_world import read_accounting


@pytest.fixture
def member(client: Client, project: Project, applicant: User) -> Client:
    client.force_login(applicant)
    return client


def text_of(client: Client, job: Job, **query: object) -> str:
    page = page_of(client, job, **query)
    return " ".join(" ".join(page.get_element_by_id("content").itertext()).split())


def page_of(client: Client, job: Job, **query: object) -> lxml.html.HtmlElement:
    answer = client.get(job.get_absolute_url(), query)
    assert answer.status_code == 200
    return lxml.html.fromstring(answer.content.decode())


def series_of(client: Client, job: Job, series: str, **query: object) -> list[list[str]]:
    place = [job.project.name, job.site.code, job.db_index, series]
    answer = client.get(reverse("job_chart", args=place), query)
    assert answer.status_code == 200
    return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))


def test_the_page_says_in_plain_words_what_the_gpus_did(member: Client, project: Project) -> None:
    text = text_of(member, watched_run(project))
    assert "3 of 4 GPUs were idle for 100 % of the time" in text
    assert "All of its GPU time was observed." in text
    assert "Mean utilisation 22 %" in text
    assert "Energy 1.65 kWh" in text
    assert "CO2e no data" in text, "nobody entered a factor"
    assert "70.0 GiB / 141.0 GiB" in text


def test_who_uses_gpus_well_is_not_asked_to_do_something(member: Client, project: Project) -> None:
    text = text_of(member, watched_run(project, gpus=1))
    assert "well used. What this means" in text
    assert "What to do about it" not in text


def test_co2e_takes_the_factor_of_the_day(member: Client, project: Project, staff: User) -> None:
    zellik = Site.objects.get(code="zellik")
    for valid_from, grams in ((date(2020, 1, 1), "100"), (timezone.localdate(), "200")):
        set_energy_factor(
            site=zellik,
            valid_from=valid_from,
            grams_co2e_per_kwh=Decimal(grams),
            source="An agency, 2025",
            actor=staff,
        )
    job = watched_run(project)
    grams = 200 if job.ended_at and job.ended_at.date() >= timezone.localdate() else 100
    text = text_of(member, job)
    assert f"CO2e {1.65 * grams:.0f} g" in text
    assert f"{grams}.0 g for each kWh: An agency, 2025" in text


def test_each_chart_has_its_table_and_the_same_minutes_as_csv(
    member: Client, project: Project
) -> None:
    job = watched_run(project)
    page = page_of(member, job)
    assert [figure.get("id") for figure in page.xpath("//figure")] == [
        "utilisation",
        "memory",
        "power",
    ]
    [table] = page.xpath("//figure[@id='utilisation']//table")
    rows = table.xpath(".//tbody/tr")
    lines = series_of(member, job, "utilisation")
    assert lines[0] == ["Time (UTC)", *(f"GPU {number} (%)" for number in range(4))]
    assert len(rows) == 24
    assert "the mean of 5 minutes" in page.xpath("string(//figure[@id='utilisation']//details)")
    assert len(lines) - 1 == 120
    known = [line for line in lines[1:] if line[1]]
    assert len(known) == 115
    assert {line[2] for line in known} == {"0"}
    drawn = json.loads(page.xpath("string(//figure[@id='utilisation']/script)"))
    assert job.started_at
    assert job.ended_at
    began, ended = timezone.localtime(job.started_at), timezone.localtime(job.ended_at)
    # A run over midnight says the day, too.
    label = f"{began:%H:%M}" if began.date() == ended.date() else f"{began:%-d %b %H:%M}"
    assert drawn["option"]["xAxis"]["data"][0] == label, "as the page says when it started"
    assert rows[0].xpath("./*")[0].text_content() == label
    idle = drawn["option"]["series"][1]["data"]
    assert (len(idle), idle.count(None)) == (120, 5), "a gap is no 0"


def test_a_long_run_is_drawn_in_steps_and_by_the_minute_in_parts(
    member: Client, project: Project
) -> None:
    job = watched_run(project, hours=20)
    assert "a point for each 5 minutes" in text_of(member, job)
    page = page_of(member, job, part=2)
    drawn = json.loads(page.xpath("string(//figure[@id='power']/script)"))
    assert len(drawn["option"]["series"][0]["data"]) == 360
    assert len(page.xpath("//figure[@id='power']//tbody/tr")) == 36
    assert page.xpath("//a[@rel='next']/@href") == ["?part=3"]
    assert len(series_of(member, job, "power")) - 1 == 1200
    for nonsense in ("99", "0", "-1", "x", "9" * 30):
        assert "The whole run" in text_of(member, job, part=nonsense, page=nonsense)


def test_many_gpus_come_by_pages(member: Client, project: Project) -> None:
    job = watched_run(project, gpus=20)
    page = page_of(member, job, page=3)
    [_heading, *lines] = page.xpath("//section[@aria-labelledby='gpus']//tr")
    assert [line.xpath("./th")[0].text for line in lines] == [
        f"zn02 GPU {number}" for number in range(4)
    ]
    assert "zn02 GPU 0" in series_of(member, job, "memory", page=3)[0][1]


def test_what_is_not_known_is_said_not_shown_as_zero(member: Client, project: Project) -> None:
    job = watched_run(project)
    GpuRun.objects.update(
        observed_seconds=14_400, measured_seconds=0, metered_seconds=0, sm_seconds=0
    )
    for table in (GpuMinutes, RunningGpuMinutes):
        table.objects.all().delete()
    text = text_of(member, job)
    assert "50 % of its GPU time was observed; of the rest there is no data." in text
    assert "Mean utilisation no data" in text
    assert text.count("No data in this time.") == 3


def test_parts_of_gpus_are_told_apart_and_have_no_data_where_drivers_tell_none(
    member: Client, project: Project
) -> None:
    job = watched_run(project, is_mig=True)
    page = page_of(member, job)
    [_heading, *lines] = page.xpath("//section[@aria-labelledby='gpus']//tr")
    cells = [[cell.text_content() for cell in line.xpath("./th | ./td")] for line in lines]
    assert [name for name, *_figures in cells] == [f"MIG-c6d4f1e{number}" for number in range(4)]
    assert cells[0][1:] == ["no data", "no data", "45 %", "70.0 GiB / 71.0 GiB", "no data"]
    text = text_of(member, job)
    assert "All of its GPU time was observed. Of a part of a GPU (MIG) the driver tells" in text
    assert "No data: too little was measured to say how it used its GPUs." in text
    JobGpu.objects.filter(uuid__startswith="MIG-c6d4f1e0").update(uuid="GPU-8f9a:5")
    assert "GPU 0.5" in text_of(member, job), "as DCGM-exporter tells it"


def test_a_run_without_figures_says_why(member: Client, project: Project) -> None:
    zellik = Site.objects.get(code="zellik")
    for index, gpus in enumerate((0, 2)):
        row = job_row(project.name, db_index=index, job_id=index, gpus=gpus)
        read_accounting(zellik, JobRow.model_validate(row))
    without, waiting = Job.objects.select_related("project", "site").order_by("db_index")
    assert "This job held no GPUs." in text_of(member, without)
    assert "Zellik has not sent figures of its GPUs yet." in text_of(member, waiting)
    SiteStatus.objects.update(gpu_read_at=timezone.now())
    assert "no figures of this job's GPUs have arrived" in text_of(member, waiting)


def test_the_list_of_jobs_leads_to_each(member: Client, project: Project) -> None:
    job = watched_run(project)
    for address in (project.get_absolute_url(), reverse("project_jobs", args=[project.name])):
        page = lxml.html.fromstring(member.get(address).content.decode())
        assert job.get_absolute_url() in page.xpath("//a/@href")


@pytest.mark.parametrize("run", ["7002", "x", "9" * 19, "-" + "9" * 30, "7001\x00", "٣"])
def test_a_run_that_is_not_there_is_not_found(member: Client, project: Project, run: str) -> None:
    watched_run(project)
    place = reverse("project_job", args=[project.name, "zellik", "7001"])
    assert member.get(place.replace("7001", run)).status_code == 404
    assert member.get(place.replace("zellik", "charleroi")).status_code == 404


def test_another_projects_run_is_not_found_under_ones_own(
    member: Client, project: Project, staff: User
) -> None:
    job = watched_run(project)
    other = Client()
    other.force_login(staff)
    assert other.get(job.get_absolute_url()).status_code == 200
    Job.objects.update(project=make_other(staff))
    assert member.get(job.get_absolute_url()).status_code == 404


def make_other(staff: User) -> Project:
    stranger = make_person("Stran")
    draft = make_draft(stranger, title="Other")
    return make_project(submit_application(application_id=draft.pk, actor=stranger), staff)


def test_queries_do_not_grow_with_gpus_or_hours(member: Client, project: Project) -> None:
    counts = []
    for index, (gpus, hours) in enumerate(((1, 1), (24, 20))):
        job = watched_run(project, gpus=gpus, hours=hours, db_index=9000 + index)
        with CaptureQueriesContext(connection) as captured:
            page_of(member, job)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 16
