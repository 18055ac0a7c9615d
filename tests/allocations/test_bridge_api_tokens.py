from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from allocations.models import Project, Site, SiteStatus, SiteToken
from slurm_bridge.wire import API_PREFIX
from tests.allocations.bridge_caller import (
    BridgeCaller,
    heartbeat,
    job_row,
    now,
    refusal,
    token_of,
)

ENDPOINTS = [
    ("GET", "/desired-state"),
    ("POST", "/sync-results"),
    ("POST", "/jobs"),
    ("POST", "/heartbeat"),
    ("POST", "/lease"),
]


def call(method: str, path: str, authorization: str | None):
    headers = {} if authorization is None else {"Authorization": authorization}
    return Client().generic(
        method, API_PREFIX + path, b"{}", content_type="application/json", headers=headers
    )


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer belfry_" + "x" * 10_000,
        "Basic belfry_x",
        "Bearer \xff\xfe",
    ],
)
def test_without_a_valid_token_nothing_is_answered(
    seeded: None, method: str, path: str, authorization: str | None
) -> None:
    response = call(method, path, authorization)
    assert "token" in refusal(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_token_in_another_case_is_wrong(zellik: BridgeCaller) -> None:
    refusal(BridgeCaller(zellik.token.swapcase()).get("/desired-state"), 401)


def test_an_expired_token_is_refused(zellik: BridgeCaller) -> None:
    SiteToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refusal(zellik.get("/desired-state"), 401)


def test_a_token_is_kept_as_a_digest_only(zellik: BridgeCaller) -> None:
    row = SiteToken.objects.values().get(site__code="zellik")
    assert zellik.token not in str(row)


def test_rotation_keeps_both_tokens_until_the_old_one_ends(zellik: BridgeCaller) -> None:
    newer = BridgeCaller(token_of("zellik", old_ones_last=timedelta(hours=1)))
    assert zellik.get("/desired-state").status_code == 200
    assert newer.get("/desired-state").status_code == 200

    SiteToken.objects.filter(expires_at__isnull=False).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    refusal(zellik.get("/desired-state"), 401)
    assert newer.get("/desired-state").status_code == 200


def test_rotation_never_lengthens_the_life_of_an_old_token(zellik: BridgeCaller) -> None:
    token_of("zellik", old_ones_last=timedelta(hours=1))
    first_end = SiteToken.objects.get(expires_at__isnull=False).expires_at
    token_of("zellik", old_ones_last=timedelta(hours=24))
    assert first_end in SiteToken.objects.values_list("expires_at", flat=True)


def test_the_command_prints_a_token_that_works_and_ends_the_others(zellik: BridgeCaller) -> None:
    printed = StringIO()
    call_command("bridge_token", "zellik", "--old-ones-last", "0", stdout=printed)
    assert BridgeCaller(printed.getvalue().strip()).get("/desired-state").status_code == 200
    refusal(zellik.get("/desired-state"), 401)


def test_the_command_names_the_sites_there_are(seeded: None) -> None:
    with pytest.raises(CommandError, match="zellik"):
        call_command("bridge_token", "lumi")


def test_a_site_sees_its_own_cluster_only(
    project: Project, zellik: BridgeCaller, charleroi: BridgeCaller
) -> None:
    seen = {caller: caller.get("/desired-state").json() for caller in (zellik, charleroi)}
    assert seen[zellik]["cluster"] == "zellik"
    assert seen[charleroi]["cluster"] == "charleroi"
    assert [qos["name"] for qos in seen[zellik]["qos"]] == [f"{project.name}_zellik"]
    assert [qos["name"] for qos in seen[charleroi]["qos"]] == [f"{project.name}_charleroi"]


def test_a_site_learns_no_more_of_a_person_than_it_needs(
    project: Project, zellik: BridgeCaller
) -> None:
    answer = zellik.get("/desired-state")
    assert {tuple(sorted(user)) for user in answer.json()["users"]} == {("keys", "uid", "username")}
    for word in ("example.org", "Peeters", "Klokken", "Bells"):
        assert word.encode() not in answer.content


def test_another_sites_cluster_is_refused_and_nothing_is_kept(charleroi: BridgeCaller) -> None:
    message = refusal(charleroi.post("/heartbeat", heartbeat(cluster="zellik")), 403)
    assert "charleroi" in message
    report = {
        "revision": "r",
        "plan_id": "p",
        "started_at": now(),
        "finished_at": now(),
        "actual": {"cluster": "zellik", "read_at": now()},
    }
    refusal(charleroi.post("/sync-results", report), 403)
    assert not SiteStatus.objects.exists()


def test_jobs_count_at_the_tokens_site_whatever_they_say(
    project: Project, charleroi: BridgeCaller
) -> None:
    answer = charleroi.post("/jobs", {"read_at": now(), "rows": [job_row(project.name)]})
    assert answer.json()["stored"] == 1
    assert {job.site for job in project.jobs.all()} == {Site.objects.get(code="charleroi")}
