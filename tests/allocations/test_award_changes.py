"""Changes after the award: asked for by the leader, decided by somebody else, booked once."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, OrganisationMember, User
from accounts.permissions import Role
from allocations.actions.allocations import change_budget
from allocations.actions.award_changes import ask_for_change
from allocations.actions.change_decisions import approve_change, reject_change
from allocations.errors import RefusedError, StateError
from allocations.models import (
    Allocation,
    Application,
    AwardChange,
    LedgerEntry,
    Pool,
    Project,
    Site,
)
from allocations.rules.award_changes import ChangeKind, ChangeState
from allocations.rules.budgets import EntryKind
from allocations.states import AllocationState
from tests.allocations.budget_world import budget, end_yesterday
from tests.allocations.pool_world import drawn_hours, make_pool
from tests.allocations.together import together
from tests.domain import ask_for_reviews, make_project
from tests.people import make_person
from tests.portal.member_world import allocation_at

HOSTILE = ("", " \t ", "\u200b\u202e", "\0", "a" * 1_000_000)


@pytest.fixture
def colleague(seeded: None) -> User:
    return make_person("Second", role=Role.STAFF)


@pytest.fixture
def zellik(project: Project) -> Allocation:
    return allocation_at(project, "zellik")


def ask(allocation: Allocation, kind: ChangeKind, **what: Any) -> AwardChange:
    leader = allocation.project.application.applicant
    mail.outbox.clear()
    return ask_for_change(
        allocation_id=allocation.pk, kind=kind, reason="We found more.", actor=leader, **what
    )


def research_pool(gpu_hours: int) -> Pool:
    """A pool of which no quota holds anything back from the project."""
    Organisation.objects.update(kind=Organisation.Kind.RESEARCH)
    return make_pool("zellik", gpu_hours=gpu_hours)


def later(allocation: Allocation, days: int = 30) -> date:
    return allocation.ends_on + timedelta(days)


def approve(change: AwardChange, actor: User) -> AwardChange:
    return approve_change(change_id=change.pk, reason="It goes well.", actor=actor)


def subjects() -> list[str]:
    return [message.subject for message in mail.outbox]


def address(project: Project, end: str = "") -> str:
    return f"/projects/{project.name}/changes{end}"


def test_a_leader_asks_and_staff_add_the_hours(
    client: Client, project: Project, zellik: Allocation, staff: User
) -> None:
    research_pool(500)
    client.force_login(project.application.applicant)
    asked = {"allocation": zellik.pk, "gpu_hours": "400", "reason": "=1+1 <b>More</b> to train."}
    mail.outbox.clear()
    assert client.post(address(project, "/supplement"), asked).status_code == 302
    assert subjects() == ["Supplement asked for: Bells"]
    client.post(address(project, "/supplement"), asked)
    change = AwardChange.objects.get()
    assert "&lt;b&gt;More&lt;/b&gt;" in client.get(address(project)).text
    client.force_login(staff)
    assert "400 more GPU-hours at Zellik" in client.get("/staff/changes/").text
    page = client.get(change.get_absolute_url())
    assert "What it does to pools and sites" in page.text
    mail.outbox.clear()

    said = {"approve-reason": "It goes well."}
    for _twice in range(2):
        client.post(f"/staff/changes/{change.pk}/approve", said)

    assert budget(zellik).granted_minutes == 1_400 * 60
    assert drawn_hours(Pool.objects.get()) == 400
    change.refresh_from_db()
    assert (change.state, change.decided_by) == (ChangeState.APPROVED, staff)
    assert change.entry == LedgerEntry.objects.get(kind=EntryKind.SUPPLEMENT)
    assert subjects().count("Approved: Supplement, Bells") == 1


def test_what_the_pools_cannot_pay_waits_for_another_decision(
    client: Client, zellik: Allocation, staff: User
) -> None:
    research_pool(399)
    change = ask(zellik, ChangeKind.SUPPLEMENT, gpu_hours=400)
    client.force_login(staff)
    answer = client.post(f"/staff/changes/{change.pk}/approve", {"approve-reason": "Yes."})
    assert answer.status_code == 422
    assert "have 399 GPU-hours left" in answer.text
    change.refresh_from_db()
    assert change.is_open
    assert budget(zellik).granted_minutes == 1_000 * 60
    mail.outbox.clear()
    reject_change(change_id=change.pk, reason="The pool is empty.", actor=staff)
    assert subjects() == ["Not approved: Supplement, Bells"]
    assert "The pool is empty." in str(mail.outbox[0].body)


def test_an_extension_moves_the_end_and_books_hours_if_any_were_asked_for(
    zellik: Allocation, staff: User
) -> None:
    approve(ask(zellik, ChangeKind.EXTENSION, ends_on=later(zellik)), staff)
    day = later(zellik)
    zellik.refresh_from_db()
    assert zellik.ends_on == day
    change = approve(ask(zellik, ChangeKind.EXTENSION, ends_on=later(zellik), gpu_hours=50), staff)
    assert change.entry is not None
    assert change.entry.kind == EntryKind.RENEWAL
    assert budget(zellik).granted_minutes == 1_050 * 60


def test_after_the_last_day_an_extension_needs_hours(zellik: Allocation, staff: User) -> None:
    end_yesterday(zellik)
    day = timezone.localdate() + timedelta(30)
    with pytest.raises(RefusedError, match="how many hours"):
        ask(zellik, ChangeKind.EXTENSION, ends_on=day)
    with pytest.raises(RefusedError, match="renew"):
        ask(zellik, ChangeKind.SUPPLEMENT, gpu_hours=1)
    waiting = ask(zellik, ChangeKind.EXTENSION, ends_on=day, gpu_hours=20)
    assert waiting.is_open


def test_hours_move_to_another_site_also_where_the_project_is_new(
    zellik: Allocation, staff: User
) -> None:
    charleroi = Site.objects.get(code="charleroi")
    approve(ask(zellik, ChangeKind.TRANSFER, gpu_hours=300, to_site=charleroi), staff)
    assert budget(zellik).granted_minutes == 700 * 60
    assert budget(allocation_at(zellik.project, "charleroi")).granted_minutes == 800 * 60
    with pytest.raises(RefusedError, match="At most 700"):
        ask(zellik, ChangeKind.TRANSFER, gpu_hours=701, to_site=charleroi)
    with pytest.raises(RefusedError, match="another site"):
        ask(zellik, ChangeKind.TRANSFER, gpu_hours=1, to_site=zellik.site)


def test_a_project_pauses_and_resumes(zellik: Allocation, staff: User) -> None:
    with pytest.raises(StateError, match="not suspended"):
        ask(zellik, ChangeKind.RESUMPTION)
    approve(ask(zellik, ChangeKind.PAUSE), staff)
    zellik.refresh_from_db()
    assert zellik.state == AllocationState.SUSPENDED
    with pytest.raises(StateError, match="suspended already"):
        ask(zellik, ChangeKind.PAUSE)
    approve(ask(zellik, ChangeKind.RESUMPTION), staff)
    zellik.refresh_from_db()
    assert zellik.state == AllocationState.PROVISIONING


def offered(client: Client, project: Project) -> set[str]:
    """The kinds that the page of changes offers."""
    page = client.get(address(project)).text
    return {kind for kind in ChangeKind if f'href="{address(project, f"/{kind}")}"' in page}


def test_only_what_can_be_granted_is_offered_and_the_rest_is_refused_in_words(
    client: Client, project: Project, zellik: Allocation, django_assert_max_num_queries: Any
) -> None:
    def refusal(kind: str) -> str:
        for answer in (
            client.get(address(project, f"/{kind}"), follow=True),
            client.post(address(project, f"/{kind}"), {"reason": "Please."}, follow=True),
        ):
            assert answer.redirect_chain[0][1] == 302
        return str(answer.text)

    client.force_login(project.application.applicant)
    with django_assert_max_num_queries(15):
        assert offered(client, project) == {"extension", "supplement", "transfer", "pause"}
    assert "nothing to resume" in refusal("resumption")
    assert client.get(address(project, "/appeal")).status_code == 404

    charleroi = allocation_at(project, "charleroi")
    Allocation.objects.filter(pk=zellik.pk).update(suspended_because="A month off.")
    assert {"pause", "resumption"} < offered(client, project), "each at the site where it fits"
    form = client.get(address(project, "/resumption")).text
    assert f'value="{zellik.pk}"' in form
    assert f'value="{charleroi.pk}"' not in form
    asked = {"allocation": charleroi.pk, "reason": "Please."}
    assert client.post(address(project, "/resumption"), asked).status_code == 422
    Allocation.objects.update(suspended_because="A month off.")
    assert "paused already" in refusal("pause")

    ask(zellik, ChangeKind.RESUMPTION)
    ask(charleroi, ChangeKind.RESUMPTION)
    assert offered(client, project) == {"extension", "supplement", "transfer"}
    assert "waits for staff" in refusal("resumption")
    for allocation in project.allocations.all():
        end_yesterday(allocation)
    assert offered(client, project) == {"extension"}
    assert "ask for an extension" in refusal("supplement")
    Allocation.objects.update(is_offered=True)
    assert offered(client, project) == set()
    assert "nothing of it can be changed" in refusal("extension")
    assert AwardChange.objects.count() == 2


def test_above_the_limit_two_people_decide(
    zellik: Allocation, staff: User, colleague: User
) -> None:
    ask_for_reviews(0, four_eyes_above_gpu_hours=400)
    change = approve(ask(zellik, ChangeKind.SUPPLEMENT, gpu_hours=401), staff)
    assert change.waits_for_second_person
    assert budget(zellik).granted_minutes == 1_000 * 60
    with pytest.raises(RefusedError, match="somebody else"):
        approve(change, staff)
    assert approve(change, colleague).state == ChangeState.APPROVED
    assert budget(zellik).granted_minutes == 1_401 * 60
    assert approve(ask(zellik, ChangeKind.SUPPLEMENT, gpu_hours=400), staff).entry is not None


def test_staff_do_not_pass_the_two_people_by_changing_the_budget_themselves(
    zellik: Allocation, staff: User
) -> None:
    ask_for_reviews(0, four_eyes_above_gpu_hours=400)
    with pytest.raises(RefusedError, match="two people"):
        change_budget(allocation_id=zellik.pk, gpu_hours=401, reason="So.", actor=staff)
    change_budget(allocation_id=zellik.pk, gpu_hours=400, reason="So.", actor=staff)


def test_nobody_decides_their_own(zellik: Allocation, staff: User, colleague: User) -> None:
    change = ask(zellik, ChangeKind.SUPPLEMENT, gpu_hours=5)
    organisation = zellik.project.organisation
    OrganisationMember.objects.create(organisation=organisation, user=staff)
    with pytest.raises(RefusedError, match="Nobody decides"):
        approve(change, staff)
    AwardChange.objects.update(asked_by=colleague)
    with pytest.raises(RefusedError, match="Nobody decides"):
        reject_change(change_id=change.pk, reason="No.", actor=colleague)


@pytest.mark.parametrize("kind", [kind for kind in ChangeKind if kind != ChangeKind.LEADER])
def test_hostile_forms_are_refused_in_words(
    client: Client, project: Project, zellik: Allocation, kind: ChangeKind
) -> None:
    if kind == ChangeKind.RESUMPTION:
        Allocation.objects.update(suspended_because="A month off.")
    client.force_login(project.application.applicant)
    good = {
        "allocation": zellik.pk,
        "gpu_hours": "5",
        "to_site": Site.objects.get(code="charleroi").pk,
        "ends_on": later(zellik).isoformat(),
        "reason": "Well founded.",
    }
    bad = [
        *({"reason": reason} for reason in HOSTILE),
        {"allocation": "0"},
        {"allocation": "9" * 40},
    ]
    needs = {"supplement": ("gpu_hours",), "transfer": ("gpu_hours", "to_site")}.get(kind, ())
    if "gpu_hours" in needs:
        bad += [{"gpu_hours": hours} for hours in ("0", "-5", "1" * 40, "1e9", "NaN", "")]
    if "to_site" in needs:
        bad += [{"to_site": "0"}, {"to_site": zellik.site_id}]
    if kind == ChangeKind.EXTENSION:
        days = ("2020-01-01", zellik.ends_on.isoformat(), "9999-12-31", "0000-00-00", "")
        bad += [{"ends_on": day} for day in days]
    wanted = 404 if kind == ChangeKind.APPEAL else 422
    for change in bad:
        answer = client.post(address(project, f"/{kind}"), {**good, **change})
        assert answer.status_code == wanted, change
    assert not AwardChange.objects.exists()


def test_somebody_elses_project_and_its_changes_are_not_there(
    client: Client, project: Project, zellik: Allocation
) -> None:
    change = ask(zellik, ChangeKind.PAUSE)
    client.force_login(make_person("Stran"))
    for path in (address(project), address(project, "/pause"), change.get_absolute_url()):
        assert client.get(path).status_code == 404
    assert client.post(f"/changes/{change.pk}/withdraw").status_code == 404
    client.force_login(zellik.project.application.applicant)
    assert client.post(f"/changes/{change.pk}/withdraw").status_code == 302
    assert AwardChange.objects.get().state == ChangeState.WITHDRAWN


def test_the_queue_is_read_in_as_many_queries_however_long_it_is(
    client: Client, zellik: Allocation, staff: User, django_assert_max_num_queries: Any
) -> None:
    for kind in (ChangeKind.PAUSE, ChangeKind.SUPPLEMENT):
        ask(zellik, kind, gpu_hours=5 if kind == ChangeKind.SUPPLEMENT else None)
    client.force_login(staff)
    client.get("/staff/changes/")
    with django_assert_max_num_queries(12):
        assert "Pause" in client.get("/staff/changes/?q=bells&state=all").text


@pytest.mark.django_db(transaction=True)
def test_approvals_at_once_neither_overspend_nor_apply_twice(
    project: Project, staff: User, colleague: User
) -> None:
    pool = research_pool(500)
    zellik = allocation_at(project, "zellik")
    first = ask(zellik, ChangeKind.SUPPLEMENT, gpu_hours=300)
    second = ask(zellik, ChangeKind.EXTENSION, ends_on=later(zellik), gpu_hours=300)

    pairs = [(change, person) for change in (first, second) for person in (staff, colleague)]
    refused = together(*(partial(approve, change, person) for change, person in pairs))

    assert len(refused) == 3
    assert drawn_hours(pool) == 300
    assert budget(zellik).granted_minutes == 1_300 * 60
    assert AwardChange.objects.filter(state=ChangeState.APPROVED).count() == 1


def test_what_is_asked_of_an_offer_or_an_unknown_kind_is_refused(
    submitted: Application, staff: User, client: Client
) -> None:
    project = make_project(submitted, staff, is_accepted=False)
    with pytest.raises(StateError, match="not accepted"):
        ask(allocation_at(project, "zellik"), ChangeKind.PAUSE)
    client.force_login(submitted.applicant)
    assert client.get(address(project, "/nonsense")).status_code == 404
