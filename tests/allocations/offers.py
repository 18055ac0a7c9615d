"""Accounts that a site had before Belfry, as its bridge offers them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.audit import SystemActor
from accounts.models import User
from allocations.actions.adoption import NewProject, adopt_account, offer_accounts
from allocations.models import Allocation, OfferedAccount, Site, Track
from slurm_bridge import wire_offers
from tests.people import make_organisation, make_person

BRIDGE = SystemActor("bridge@zellik")


def offered(account: str = "belllab", **changes: Any) -> wire_offers.OfferedAccount:
    """An account of two users, with limits and access of the site's making."""
    members = (
        wire_offers.OfferedMember(username="apeeters", uid=50001),
        wire_offers.OfferedMember(username="j.doe", uid=50002),
        wire_offers.OfferedMember(username="bob", uid=50003),
    )
    values = {
        "account": account,
        "parent": "root",
        "description": "the bell lab",
        "members": members,
        "qos": {"normal"},
        "limits": {"GrpTRESMins": "gres/gpu=6000"},
        "partitions": ("h200",),
    }
    return wire_offers.OfferedAccount.model_validate(values | changes)


def offered_account(site: Site, account: str = "belllab", **changes: Any) -> OfferedAccount:
    """The same, waiting for staff."""
    offers = wire_offers.Offers(cluster=site.cluster, accounts=(offered(account, **changes),))
    answer = offer_accounts(site=site, offers=offers, actor=BRIDGE)
    assert answer.waiting == (account,), answer
    return OfferedAccount.objects.get(site=site, account=account)


def adopted_account(site: Site, applicant: User, staff: User) -> Allocation:
    """Another account, under a project of its own; one of its users is invited."""
    leader = make_person("Otto", last_name="Klok")
    members = ({"username": "oklok", "uid": 50011}, {"username": "greta", "uid": 50012})
    return adopt_account(
        offer_id=offered_account(site, "oldlab", members=members).pk,
        target=NewProject(
            track=Track.objects.get(code="rs"),
            organisation=make_organisation(applicant),
            title="The old bell lab",
            leader="oklok",
        ),
        addresses={"oklok": leader.email, "greta": "greta@example.org"},
        ends_on=timezone.localdate() + timedelta(days=90),
        reason="It was there first.",
        actor=staff,
    )
