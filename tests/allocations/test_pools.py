"""What decisions take from pools, quotas and the aid ceiling; two at once cannot overspend."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import DeclaredAid, LinkedEnterprise, Organisation, User
from allocations.actions.allocations import change_budget
from allocations.actions.drafts import submit_application
from allocations.actions.ledger import book
from allocations.actions.pool_book import PoolTerms, change_pool, set_quota, set_unit_price
from allocations.errors import RefusedError
from allocations.models import (
    AidGrant,
    Application,
    Pool,
    PoolDraw,
    Project,
    Quota,
    Site,
    UnitPrice,
)
from allocations.rules.budgets import Entry, EntryKind
from tests.allocations.pool_world import OFFICE, drawn_hours, make_pool
from tests.allocations.together import together
from tests.domain import make_draft, make_project
from tests.people import make_organisation
from tests.portal.member_world import allocation_at

RESEARCHERS = "0428759497"


def handed_in(
    applicant: User, hours: int, *, track: str = "rs", site: str = "zellik"
) -> Application:
    draft = make_draft(applicant, track=track, hours={site: hours})
    return submit_application(application_id=draft.pk, actor=applicant)


def of_kind(kind: Organisation.Kind) -> None:
    Organisation.objects.update(kind=kind)


def test_award_is_taken_from_the_pool_that_ends_first(applicant: User, staff: User) -> None:
    later = make_pool("zellik", gpu_hours=9_000, name="later")
    sooner = make_pool("zellik", gpu_hours=2_000, name="sooner", days_left=20)
    make_pool("charleroi", name="elsewhere")
    application = handed_in(applicant, 3_000)
    of_kind(Organisation.Kind.RESEARCH)
    make_project(application, staff)
    assert (drawn_hours(sooner), drawn_hours(later)) == (2_000, 1_000)


def test_without_any_pool_nothing_is_limited(applicant: User, staff: User) -> None:
    make_pool("charleroi", gpu_hours=1)
    assert make_project(handed_in(applicant, 3_000), staff)
    assert not PoolDraw.objects.exists()


def test_more_than_the_pool_has_is_refused_and_leaves_nothing(applicant: User, staff: User) -> None:
    make_pool("zellik", gpu_hours=2_000)
    application = handed_in(applicant, 2_001)
    of_kind(Organisation.Kind.RESEARCH)
    with pytest.raises(RefusedError, match="2,000 GPU-hours left"):
        make_project(application, staff)
    assert not Project.objects.exists()
    assert not PoolDraw.objects.exists()


def test_industry_gets_no_more_than_its_share_of_a_pool(applicant: User, staff: User) -> None:
    pool = make_pool("zellik", gpu_hours=10_000)
    with pytest.raises(RefusedError, match=r"3,000 GPU-hours.*Industry"):
        make_project(handed_in(applicant, 3_001), staff)
    make_project(handed_in(applicant, 3_000), staff)
    assert drawn_hours(pool) == 3_000
    set_quota(
        quota=Quota.objects.get(code="industry"),
        percent=31,
        valid_from=timezone.localdate(),
        actor=OFFICE,
    )
    make_project(handed_in(applicant, 1_00, track="pg"), staff)
    assert drawn_hours(pool) == 3_100


def test_a_track_without_a_pool_gets_nothing_where_there_are_pools(
    applicant: User, staff: User
) -> None:
    make_pool("zellik").tracks.remove(handed_in(applicant, 1_000).track)
    with pytest.raises(RefusedError, match="0 GPU-hours left"):
        make_project(handed_in(applicant, 1_000), staff)


def test_what_is_reduced_or_lapses_goes_back_and_a_refund_moves_nothing(
    applicant: User, staff: User
) -> None:
    pool = make_pool("zellik")
    allocation = allocation_at(make_project(handed_in(applicant, 1_000), staff), "zellik")
    change_budget(allocation_id=allocation.pk, gpu_hours=500, reason="More.", actor=staff)
    assert drawn_hours(pool) == 1_500
    change_budget(allocation_id=allocation.pk, gpu_hours=-600, reason="Less.", actor=staff)
    assert drawn_hours(pool) == 900
    with transaction.atomic():
        book(allocation, Entry(EntryKind.REFUND, 6_000), reason="Fault.", actor=staff)
        book(allocation, Entry(EntryKind.LAPSE, -60_000), reason="End.", actor=staff)
    assert drawn_hours(pool) == 0


def test_value_of_an_award_is_frozen_with_the_price_of_its_day(
    applicant: User, staff: User
) -> None:
    make_project(handed_in(applicant, 1_000), staff)
    set_unit_price(
        site=Site.objects.get(code="zellik"),
        cents_per_gpu_hour=999,
        valid_from=timezone.localdate(),
        actor=OFFICE,
    )
    grant = AidGrant.objects.get()
    assert (grant.cents_per_gpu_hour, grant.cents) == (250, 250_000)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        AidGrant.objects.update(cents=1)
    make_project(handed_in(applicant, 1_000), staff)
    assert AidGrant.objects.first().cents == 999_000  # type: ignore[union-attr]


def test_research_that_is_no_economic_activity_is_no_aid(applicant: User, staff: User) -> None:
    application = handed_in(applicant, 1_000)
    of_kind(Organisation.Kind.RESEARCH)
    make_project(application, staff)
    assert not AidGrant.objects.exists()


def test_aid_cannot_be_granted_without_a_price(applicant: User, staff: User) -> None:
    site = Site.objects.create(code="lumi", name="LUMI", cluster="lumi")
    partition = site.partitions.create(name="gpu", description="x")
    assert partition
    application = handed_in(applicant, 1_000, site="lumi")
    with pytest.raises(RefusedError, match="unit price at LUMI"):
        make_project(application, staff)


def test_ceiling_counts_declared_aid_and_linked_enterprises(applicant: User, staff: User) -> None:
    application = handed_in(applicant, 1_000)
    own = Organisation.objects.get()
    linked = make_organisation(number=RESEARCHERS)
    # The other way round, and through a firm that is not in the portal.
    for organisation in (own, linked):
        LinkedEnterprise.objects.create(
            organisation=organisation, enterprise_number="0400000000", name="Holding"
        )
    today = timezone.localdate()
    old = today.replace(day=1) - timedelta(days=3 * 366 + 1)
    for day, euros in ((today, 297_501), (old, 900_000)):
        DeclaredAid.objects.create(
            organisation=linked,
            grantor="The Region",
            granted_on=day,
            cents=euros * 100,
            declared_by=staff,
        )
    with pytest.raises(RefusedError, match=r"2,500\.00 €.*2,499\.00 €"):
        make_project(application, staff)
    DeclaredAid.objects.filter(granted_on=today).update(cents=297_500 * 100)
    assert make_project(application, staff)


@pytest.mark.django_db(transaction=True)
def test_decisions_at_once_overspend_neither_pool_nor_quota_nor_aid_ceiling(
    applicant: User, staff: User
) -> None:
    pool = make_pool("zellik", gpu_hours=4_000)
    researchers = [handed_in(applicant, 1_500) for _ in range(4)]
    other = make_organisation(applicant, number=RESEARCHERS)
    Organisation.objects.filter(pk=other.pk).update(kind=Organisation.Kind.RESEARCH)
    Application.objects.update(organisation=other)

    refused = together(*(lambda one=one: make_project(one, staff) for one in researchers))

    assert len(refused) == 2
    assert all("1,000 GPU-hours left" in sentence for sentence in refused)
    assert drawn_hours(pool) == 3_000

    # The same for the aid of two linked firms, at a site without pools.
    firm = Organisation.objects.exclude(pk=other.pk).get()
    LinkedEnterprise.objects.create(
        organisation=firm, enterprise_number=RESEARCHERS, name="The other"
    )
    Organisation.objects.update(kind=Organisation.Kind.SME)
    UnitPrice.objects.create(
        site=Site.objects.get(code="charleroi"),
        cents_per_gpu_hour=10_000,
        valid_from=timezone.localdate(),
    )
    wanted = [handed_in(applicant, 2_000, site="charleroi") for _ in range(4)]
    Application.objects.filter(pk__in=[one.pk for one in wanted[:2]]).update(organisation=other)

    refused = together(*(lambda one=one: make_project(one, staff) for one in wanted))

    assert len(refused) == 3
    assert all("may still have" in sentence for sentence in refused)
    assert sum(AidGrant.objects.values_list("cents", flat=True)) == 200_000 * 100


def test_pool_never_shrinks_below_what_was_granted(applicant: User, staff: User) -> None:
    pool = make_pool("zellik")
    make_project(handed_in(applicant, 1_000), staff)

    def changed(**other: object) -> Pool:
        names = ("name", "funder", "starts_on", "ends_on", "gpu_hours")
        values = {name: getattr(pool, name) for name in names} | {"tracks": []} | other
        return change_pool(pool_id=pool.pk, terms=PoolTerms(**values), actor=OFFICE)  # type: ignore[arg-type]

    with pytest.raises(RefusedError, match="1,000 GPU-hours are granted"):
        changed(gpu_hours=999)
    with pytest.raises(RefusedError, match="before the first"):
        changed(ends_on=pool.starts_on - timedelta(days=1))
    assert changed(gpu_hours=1_000).gpu_hours == 1_000
