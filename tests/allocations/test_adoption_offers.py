"""Bridges offer accounts that a site had before Belfry."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.models import OfferedAccount, Project
from tests.allocations.bridge_caller import BridgeCaller, refusal
from tests.allocations.offers import offered


def test_bridge_offers_accounts_and_staff_see_them(
    zellik: BridgeCaller, staff: User, client: Client
) -> None:
    offers = {"cluster": "zellik", "accounts": [offered().model_dump(mode="json")]}

    answer = zellik.post("/adoptions", offers)
    zellik.post("/adoptions", offers)

    assert answer.json() == {"waiting": ["belllab"], "refused": {}}
    client.force_login(staff)
    assert "belllab" in client.get(reverse("site", args=["zellik"])).content.decode()
    assert OfferedAccount.objects.count() == 1


def test_root_is_no_offer_whatever_a_bridge_says(zellik: BridgeCaller) -> None:
    accounts = [offered("root").model_dump(mode="json")]

    answer = zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}).json()

    assert answer == {"waiting": [], "refused": {"root": "is Slurm's own"}}


def test_account_of_a_project_is_no_offer(zellik: BridgeCaller, project: Project) -> None:
    accounts = [offered(project.name).model_dump(mode="json")]

    answer = zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}).json()

    assert answer["refused"] == {project.name: "is in Belfry already"}


def test_account_that_no_known_partition_lets_in_is_refused(zellik: BridgeCaller) -> None:
    accounts = [offered(partitions=("secret",)).model_dump(mode="json")]

    answer = zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}).json()

    assert "no partition that Belfry knows" in answer["refused"]["belllab"]


@pytest.mark.parametrize(
    "change",
    [
        {"account": "Bell Lab"},
        {"account": "a'; DROP TABLE x; --"},
        {"members": [{"username": "a\nb", "uid": 1}]},
        {"members": [{"username": f"u{number}", "uid": number} for number in range(501)]},
        {"limits": {"GrpTRES": "x" * 401}},
    ],
)
def test_hostile_offers_are_refused_whole(zellik: BridgeCaller, change: dict[str, Any]) -> None:
    accounts = [offered().model_dump(mode="json") | change]

    refusal(zellik.post("/adoptions", {"cluster": "zellik", "accounts": accounts}), 422)

    assert not OfferedAccount.objects.exists()


def test_site_offers_for_its_own_cluster_only(charleroi: BridgeCaller) -> None:
    accounts = [offered().model_dump(mode="json")]

    refusal(charleroi.post("/adoptions", {"cluster": "zellik", "accounts": accounts}), 403)
