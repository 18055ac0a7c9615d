"""A plan that a site may not carry out by itself: staff read it, decide, and see the outcome."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pghistory.models import Events

from accounts.models import User
from allocations.actions.plans import approve_plan, decline_plan
from allocations.actions.sync import record_report
from allocations.desired_state import desired_state
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, Project, Site, SitePlan
from allocations.states import PlanState
from slurm_bridge.changes import AddMember, Change, CreateAccount, SetQosBudget, SuspendAccount
from slurm_bridge.wire import ChangeResult, PlanOutline, SyncReport
from tests.portal.staff_world import BRIDGE, PROPOSED, proposal, propose_plan

OTHER = SuspendAccount(account="aif26rs0009")


@pytest.fixture
def site(seeded: None) -> Site:
    return Site.objects.get(code="zellik")


def said_after(report: SyncReport, **changes: object) -> SyncReport:
    return report.model_copy(update={"waiting": None, "proposed": None, **changes})


def report_of(plan: SitePlan) -> SyncReport:
    return proposal(PlanOutline.model_validate(plan.outline))


def state_of(plan: SitePlan) -> str:
    plan.refresh_from_db()
    return plan.state


def results(*outcomes: str) -> tuple[ChangeResult, ...]:
    return tuple(
        ChangeResult.model_validate({"change": change, "outcome": outcome})
        for change, outcome in zip(PROPOSED, outcomes, strict=True)
    )


def test_staff_read_what_would_change_and_which_jobs_it_concerns(
    office: Client, site: Site
) -> None:
    plan = propose_plan(site)

    for page in (reverse("sites"), reverse("site", args=["zellik"])):
        text = office.get(page).content.decode()
        assert "waits for approval" in text
        assert plan.get_absolute_url() in text
    text = office.get(plan.get_absolute_url()).content.decode()
    for words in (
        "refuse new jobs of account aif26rs0001",
        "remove apeeters from account aif26rs0001",
        "3 running or waiting",
        "3 Slurm commands, about 2 s",
        "it belongs to somebody else",
        plan.plan_id,
        "Approve this plan",
    ):
        assert words in text


def test_approval_travels_to_the_site_and_names_who_gave_it(
    office: Client, site: Site, staff: User
) -> None:
    plan = propose_plan(site)
    before = desired_state(site)

    office.post(reverse("approve_plan", args=["zellik", plan.plan_id]))

    after = desired_state(site)
    assert (before.approved_plans, after.approved_plans) == ((), (plan.plan_id,))
    assert before.revision != after.revision
    text = office.get(plan.get_absolute_url()).content.decode()
    assert "Decided by <bdi>Staf Peeters</bdi>, " in text
    assert "Approve this plan" not in text
    event = Events.objects.tracks(plan).get(pgh_label="update")
    assert event.pgh_context["action"] == "approve_plan"
    assert event.pgh_context["actor"] == staff.email


def test_approval_of_a_plan_that_is_planned_no_more_is_refused(office: Client, site: Site) -> None:
    plan = propose_plan(site)
    newer = propose_plan(site, OTHER)

    answer = office.post(reverse("approve_plan", args=["zellik", plan.plan_id]), follow=True)

    text = answer.content.decode()
    assert "The site has moved on" in text
    assert "no longer planned" in text
    assert newer.get_absolute_url() in text
    assert desired_state(site).approved_plans == ()


def test_approved_plan_lapses_when_the_world_moves_before_the_site_begins(
    site: Site, staff: User
) -> None:
    plan = propose_plan(site)
    approve_plan(plan=plan, actor=staff)

    newer = propose_plan(site, OTHER)

    assert state_of(plan) == PlanState.REPLACED
    assert newer.state == PlanState.WAITING
    assert desired_state(site).approved_plans == ()


def test_report_that_was_under_way_does_not_undo_an_approval(site: Site, staff: User) -> None:
    plan = propose_plan(site)
    approve_plan(plan=plan, actor=staff)
    record_report(site=site, report=report_of(plan), actor=BRIDGE)
    assert state_of(plan) == PlanState.APPROVED


def test_plan_is_applied_once_nothing_of_it_is_left(site: Site, staff: User) -> None:
    plan = propose_plan(site)
    approve_plan(plan=plan, actor=staff)
    begun = said_after(report_of(plan), begun=(plan.plan_id,))

    part = begun.model_copy(update={"results": results("applied", "deferred", "applied")})
    record_report(site=site, report=part, actor=BRIDGE)
    assert (state_of(plan), desired_state(site).approved_plans) == (
        PlanState.APPROVED,
        (plan.plan_id,),
    )
    with pytest.raises(StateError):
        decline_plan(plan=plan, actor=staff)

    rest = begun.model_copy(update={"results": results("applied", "applied", "applied")[1:2]})
    record_report(site=site, report=rest, actor=BRIDGE)
    assert (state_of(plan), desired_state(site).approved_plans) == (PlanState.APPLIED, ())


def test_another_plan_waits_while_an_approved_one_is_finished(site: Site, staff: User) -> None:
    plan = propose_plan(site)
    approve_plan(plan=plan, actor=staff)
    begun = said_after(report_of(plan), begun=(plan.plan_id,))
    unfinished = begun.model_copy(update={"results": results("applied", "deferred", "applied")})
    record_report(site=site, report=unfinished, actor=BRIDGE)

    newer = propose_plan(site, OTHER, begun=(plan.plan_id,), results=unfinished.results)
    approve_plan(plan=newer, actor=staff)

    assert set(desired_state(site).approved_plans) == {plan.plan_id, newer.plan_id}


def test_declined_plan_stays_declined_until_staff_think_again(site: Site, staff: User) -> None:
    plan = propose_plan(site)
    decline_plan(plan=plan, actor=staff)
    assert propose_plan(site).state == PlanState.DECLINED
    with pytest.raises(StateError):
        decline_plan(plan=plan, actor=staff)

    approve_plan(plan=plan, actor=staff)

    assert desired_state(site).approved_plans == (plan.plan_id,)


def test_approval_can_be_taken_back_before_the_site_begins(
    office: Client, site: Site, staff: User
) -> None:
    plan = propose_plan(site)
    approve_plan(plan=plan, actor=staff)
    with pytest.raises(StateError):
        approve_plan(plan=plan, actor=staff)
    assert "Take the approval back" in office.get(plan.get_absolute_url()).content.decode()

    office.post(reverse("decline_plan", args=["zellik", plan.plan_id]))

    assert desired_state(site).approved_plans == ()


def test_plan_that_comes_back_needs_another_decision(site: Site, staff: User) -> None:
    plan = propose_plan(site)
    approve_plan(plan=plan, actor=staff)
    record_report(site=site, report=said_after(report_of(plan)), actor=BRIDGE)
    assert state_of(plan) == PlanState.REPLACED

    again = propose_plan(site)

    assert (again.state, again.pk == plan.pk) == (PlanState.WAITING, False)


def test_plan_that_the_guard_stops_cannot_be_approved_here(
    office: Client, site: Site, staff: User
) -> None:
    plan = propose_plan(site, refused="it would remove 9 of 9 memberships, more than 25%")

    text = office.get(plan.get_absolute_url()).content.decode()

    assert "it would remove 9 of 9 memberships" in text
    assert "stopped by the guard" in text
    assert "waits for approval" not in text
    assert "Decline" not in text
    assert f"--plan-id {plan.plan_id} --force-removals" in text
    assert "Approve this plan" not in text
    with pytest.raises(RefusedError):
        approve_plan(plan=plan, actor=staff)


def test_cycle_that_could_not_even_plan_leaves_what_waits(site: Site) -> None:
    plan = propose_plan(site)
    silent = said_after(report_of(plan), refused="slurmdbd is down")
    record_report(site=site, report=silent, actor=BRIDGE)
    assert state_of(plan) == PlanState.WAITING


def test_newer_estimate_replaces_the_older(site: Site) -> None:
    plan = propose_plan(site)
    newer = PlanOutline.model_validate({**plan.outline, "jobs": [9, 0, 0], "jobs_in_all": 9})
    record_report(site=site, report=proposal(newer), actor=BRIDGE)
    plan.refresh_from_db()
    assert plan.outline["jobs_in_all"] == 9
    assert SitePlan.objects.count() == 1


def test_a_giant_plan_has_pages(office: Client, site: Site) -> None:
    many = [AddMember(account="aif26rs0001", username=f"u{number}") for number in range(350)]
    plan = propose_plan(site, *many)
    text = office.get(plan.get_absolute_url(), {"page": "4"}).content.decode()
    assert "add u349 to" in text
    assert "add u299 to" not in text


def test_a_plan_that_another_release_wrote_is_not_found(office: Client, site: Site) -> None:
    plan = propose_plan(site)
    SitePlan.objects.update(outline={"odd": 1, "refused": ""})
    assert office.get(plan.get_absolute_url()).status_code == 404
    assert office.get(reverse("site", args=["zellik"])).status_code == 200


def plan_for(allocation: Allocation, kind: str) -> Change:
    if kind == "account":
        return CreateAccount(
            account=allocation.account_name, parent="aif_rs", owner_mark="belfry-x", qos=None
        )
    return SetQosBudget(qos=allocation.qos_name, before=9, after=1)


@pytest.mark.parametrize("kind", ["account", "qos"])
def test_project_that_waits_for_an_approval_says_so(
    client: Client, project: Project, applicant: User, kind: str
) -> None:
    allocation = project.allocations.get(site__code="zellik")
    propose_plan(allocation.site, plan_for(allocation, kind))
    client.force_login(applicant)
    text = client.get(project.get_absolute_url()).content.decode()
    assert text.count("Waits for approval.") == 1
    assert text.count("usually takes less than a minute") == 1


def test_working_project_says_that_a_change_does_not_hold_yet(
    client: Client, project: Project, applicant: User, staff: User
) -> None:
    allocation = project.allocations.get(site__code="zellik")
    project.allocations.update(suspended_because="An audit.")
    plan = propose_plan(allocation.site, SuspendAccount(account=allocation.account_name))
    client.force_login(applicant)

    before = client.get(project.get_absolute_url()).content.decode()
    approve_plan(plan=plan, actor=staff)
    after = client.get(project.get_absolute_url()).content.decode()

    assert "Not all of this holds at Zellik yet" in before
    assert "Not all of this holds" not in after


def test_plan_about_others_says_nothing_on_a_projects_page(
    client: Client, project: Project, applicant: User
) -> None:
    propose_plan(Site.objects.get(code="zellik"), OTHER)
    client.force_login(applicant)
    text = client.get(project.get_absolute_url()).content.decode()
    assert "Waits for approval." not in text
    assert "Not all of this holds" not in text


def test_pages_of_sites_cost_a_fixed_number_of_queries(
    office: Client, site: Site, django_assert_max_num_queries: Any
) -> None:
    propose_plan(site)
    propose_plan(Site.objects.get(code="charleroi"))
    with django_assert_max_num_queries(6):
        office.get(reverse("sites"))
