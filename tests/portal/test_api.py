import json
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonalToken, Scope, TokenUse, User
from accounts.token_actions import digest_of, make_personal_token
from allocations.models import Project
from tests.people import make_person
from tests.portal.programme_world import make_programme


def token_for(person: User, *scopes: Scope) -> str:
    _row, secret = make_personal_token(
        name="test",
        scopes=scopes or tuple(Scope),
        expires_on=timezone.localdate() + timedelta(days=1),
        actor=person,
    )
    return secret


def ask(secret: str, address: str, **query: Any) -> tuple[int, Any]:
    response = Client(raise_request_exception=False).get(
        f"/api/v1/{address}", query, headers={"Authorization": f"Bearer {secret}"}
    )
    return response.status_code, json.loads(response.content)


@pytest.fixture
def world(staff: User) -> list[Project]:
    return make_programme(staff)


def test_staff_read_the_programme_that_the_page_shows(staff: User, world: list[Project]) -> None:
    status, answer = ask(token_for(staff), "programme", by="site", size=500)
    assert status == 200
    values = {(row["part"], row["key"]): row["value"] for row in answer["items"]}
    assert values["", "granted"] == 3500
    assert values["charleroi", "used"] is None
    assert answer["count"] == len(answer["items"])
    assert answer["next_page"] is None


def test_pages_follow_one_another(staff: User, world: list[Project]) -> None:
    secret = token_for(staff)
    _status, first = ask(secret, "projects", size=1)
    _status, second = ask(secret, "projects", size=1, page=first["next_page"])
    assert (first["count"], second["next_page"]) == (2, None)
    names = {page["items"][0]["name"] for page in (first, second)}
    assert names == {project.name for project in world}


def test_a_member_reads_their_own_projects_only(world: list[Project]) -> None:
    member = User.objects.get(email="mem0@example.org")
    secret = token_for(member)
    _status, answer = ask(secret, "projects")
    assert [item["name"] for item in answer["items"]] == [world[0].name]
    by_site = {item["site"]: item for item in answer["items"][0]["allocations"]}
    assert by_site["charleroi"]["used_gpu_seconds"] is None
    assert by_site["zellik"]["granted_gpu_seconds"] == 1000 * 3600
    assert ask(secret, f"projects/{world[1].name}")[0] == 404
    assert ask(secret, f"projects/{world[1].name}/daily-usage")[0] == 404
    assert ask(secret, "programme")[0] == 403


def test_days_of_use_add_up(staff: User, world: list[Project]) -> None:
    secret = token_for(staff)
    _status, answer = ask(secret, f"projects/{world[1].name}/daily-usage")
    assert sum(item["gpu_seconds"] for item in answer["items"]) == 50 * 3600
    _status, nothing = ask(secret, f"projects/{world[1].name}/daily-usage", to="2020-01-01")
    assert nothing["items"] == []


def test_a_token_reads_no_more_than_its_scopes(staff: User, world: list[Project]) -> None:
    secret = token_for(staff, Scope.PROJECTS)
    assert ask(secret, "projects")[0] == 200
    assert ask(secret, "programme")[0] == 403
    assert ask(secret, "definitions")[0] == 403


def test_revoked_expired_and_strangers_tokens_open_nothing(staff: User) -> None:
    secret = token_for(staff)
    row = PersonalToken.objects.get()
    assert row.digest == digest_of(secret) != secret
    PersonalToken.objects.update(expires_at=timezone.now())
    assert ask(secret, "projects")[0] == 401
    PersonalToken.objects.update(
        expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now()
    )
    assert ask(secret, "projects")[0] == 401
    PersonalToken.objects.update(revoked_at=None)
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert ask(secret, "projects")[0] == 401
    for nonsense in ("", "x" * 3000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
        assert ask(nonsense, "projects")[0] == 401


def test_a_token_is_slowed_down_and_others_are_not(staff: User, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    secret, other = token_for(staff), token_for(staff)
    minute = timezone.now().replace(second=0, microsecond=0)
    TokenUse.objects.create(
        token=PersonalToken.objects.get(digest=digest_of(secret)), minute=minute, requests=2
    )
    status, answer = ask(secret, "projects")
    if timezone.now().replace(second=0, microsecond=0) == minute:
        assert status == 429
        assert "too often" in answer["error"]
    assert ask(other, "projects")[0] == 200


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("programme", {"from": "2026-02-30"}),
        ("programme", {"from": "0"}),
        ("programme", {"to": "2026-02-01T00:00:00"}),
        ("programme", {"from": "2026-02-02", "to": "2026-02-01"}),
        ("programme", {"site": "nowhere"}),
        ("programme", {"by": "'; DROP TABLE"}),
        ("programme", {"track": "\x00"}),
        ("programme", {"size": 501}),
        ("projects", {"page": 0}),
        ("projects", {"page": 10**30}),
        ("projects", {"size": "many"}),
    ],
)
def test_nonsense_is_refused_in_a_sentence(
    staff: User, address: str, query: dict[str, Any]
) -> None:
    status, answer = ask(token_for(staff), address, **query)
    assert status == 422
    assert answer["error"]


def test_names_that_cannot_be_are_not_there(staff: User) -> None:
    secret = token_for(staff)
    for name in ("%00", "aif26rs9999", "x" * 500, "%ED%A0%80"):
        assert ask(secret, f"projects/{name}")[0] == 404


def test_the_document_describes_every_address(client: Client) -> None:
    document = json.loads(client.get(reverse("api:openapi-json")).content)
    assert schemathesis.openapi.from_dict(document).statistic.operations.total == 5
    for operations in document["paths"].values():
        assert set(operations) == {"get"}
        assert {"200", "401", "403", "429"} <= set(operations["get"]["responses"])


def test_the_number_of_queries_does_not_grow(
    staff: User, world: list[Project], django_assert_max_num_queries: Any
) -> None:
    secret = token_for(staff)
    with django_assert_max_num_queries(8):
        assert ask(secret, "projects")[0] == 200
    with django_assert_max_num_queries(15):
        assert ask(secret, "programme", by="track")[0] == 200


def test_a_token_is_shown_once_and_its_owner_is_told(client: Client, applicant: User) -> None:
    client.force_login(applicant)
    form = {
        "name": "=cmd|' /C calc'!A0",
        "scopes": ["projects"],
        "expires_on": timezone.localdate().isoformat(),
    }
    page = client.post(reverse("personal_tokens"), form).content.decode()
    row = PersonalToken.objects.get()
    secret = page.split("belfryp_")[1].split("<")[0]
    assert row.digest == digest_of(f"belfryp_{secret}")
    assert secret not in client.get(reverse("personal_tokens")).content.decode()
    assert secret not in str(mail.outbox[-1].body)
    assert ask(f"belfryp_{secret}", "projects")[0] == 200
    client.post(reverse("revoke_token", args=[row.pk]))
    assert ask(f"belfryp_{secret}", "projects")[0] == 401


@pytest.mark.parametrize(
    "change",
    [
        {"expires_on": "2020-01-01"},
        {"expires_on": "9999-12-31"},
        {"scopes": ["everything"]},
        {"scopes": []},
        {"name": ""},
        {"name": "x" * 81},
        {"name": "a\x00b"},
    ],
)
def test_an_impossible_token_is_refused(
    client: Client, applicant: User, change: dict[str, Any]
) -> None:
    client.force_login(applicant)
    form = {"name": "n", "scopes": ["projects"], "expires_on": timezone.localdate().isoformat()}
    assert client.post(reverse("personal_tokens"), form | change).status_code == 422
    assert not PersonalToken.objects.exists()


def test_nobody_revokes_a_token_of_somebody_else(client: Client, applicant: User) -> None:
    token_for(applicant)
    client.force_login(make_person("Eve"))
    row = PersonalToken.objects.get()
    assert client.post(reverse("revoke_token", args=[row.pk])).status_code == 404
    assert PersonalToken.objects.get().is_valid
