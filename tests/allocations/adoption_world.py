"""Accounts that a site had before Belfry, and what staff do with them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from allocations.actions.adoption import NewProject, adopt_account
from allocations.actions.drafts import submit_application
from allocations.desired_state import desired_state
from allocations.models import Allocation, OfferedAccount, Project, Site, Track
from slurm_bridge.wire import (
    ActualAccount,
    ActualPartition,
    ActualState,
    ActualUser,
    DesiredAccount,
)
from tests.allocations.bridge_caller import now
from tests.allocations.offers import offered, offered_account
from tests.domain import make_draft, make_project
from tests.people import make_organisation

ADA = "ada@example.org"


def site() -> Site:
    return Site.objects.get(code="zellik")


def new_project(applicant: User, **changes: Any) -> NewProject:
    values = {
        "track": Track.objects.get(code="rs"),
        "organisation": make_organisation(applicant),
        "title": "The bell lab",
        "leader": "apeeters",
    }
    return NewProject(**(values | changes))


def adopt(staff: User, target: NewProject | Project, **changes: Any) -> Allocation:
    offer = OfferedAccount.objects.first() or offered_account(site())
    values = {
        "offer_id": offer.pk,
        "addresses": {"apeeters": ADA},
        "ends_on": timezone.localdate() + timedelta(days=90),
        "reason": "It was there first.",
        "actor": staff,
    }
    return adopt_account(target=target, **(values | changes))


def account_of(allocation: Allocation) -> DesiredAccount:
    wanted = desired_state(allocation.site).accounts
    return next(item for item in wanted if item.name == allocation.account_name)


def slurm_as_offered() -> ActualState:
    found = offered()
    lab = ActualAccount(
        name="belllab",
        parent="root",
        description="the bell lab",
        members=frozenset(member.username for member in found.members),
        qos=found.qos,
    )
    return ActualState(
        cluster="zellik",
        read_at=now(),
        users=(ActualUser(username="apeeters", uid=50001),),
        accounts=(ActualAccount(name="root", parent=""), lab),
        partitions=(ActualPartition(name="h200", allow_accounts=frozenset({"root", "belllab"})),),
    )


def elsewhere(applicant: User, staff: User) -> Project:
    """A project at Charleroi only."""
    draft = make_draft(applicant, hours={"charleroi": 2000})
    return make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
