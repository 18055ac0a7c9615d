"""An award is offered: signed, declined, lapsed; nothing is set up before, and nothing is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, User
from allocations.actions.allocations import change_budget, suspend_allocation
from allocations.actions.offers import accept_offer, decline_offer
from allocations.aid_received import aid_of
from allocations.desired_state import desired_state
from allocations.errors import StateError
from allocations.models import Application, AwardOffer, DeclarationText, Pool, Project, Site
from allocations.states import AllocationState, ApplicationState
from tests.allocations.pool_world import drawn_hours, make_pool
from tests.allocations.together import together
from tests.domain import accept, make_project
from tests.people import make_person


@pytest.fixture
def offered(submitted: Application, staff: User) -> Project:
    """An award that waits for its applicant; the organisation is a firm, so it is aid."""
    make_pool("zellik")
    Organisation.objects.update(kind=Organisation.Kind.SME)
    project = make_project(submitted, staff, is_accepted=False)
    mail.outbox.clear()
    return project


def address(project: Project, end: str = "offer") -> str:
    return f"/applications/{project.application.reference}/{end}"


def accounts_at(code: str) -> set[str]:
    wanted = desired_state(Site.objects.get(code=code))
    return {account.name for account in wanted.accounts if account.name.startswith("aif2")}


def age(project: Project, days: int) -> None:
    """The last day to answer comes nearer."""
    offer = project.application.decision.offer
    AwardOffer.objects.update(answer_by=offer.answer_by - timedelta(days))


def state_of(project: Project) -> str:
    return Application.objects.get(project=project).state


def subjects() -> list[str]:
    return [message.subject for message in mail.outbox]


def test_nothing_is_set_up_before_the_applicant_has_signed(
    offered: Project, client: Client, applicant: User
) -> None:
    assert accounts_at("zellik") == set()
    assert {item.state for item in offered.allocations.all()} == {AllocationState.OFFERED}
    client.force_login(applicant)
    assert "Read and answer the offer" in client.get(address(offered, "")).text
    page = client.get(address(offered))
    assert "Terms of the programme" in page.text
    assert "Rules of use at Zellik" in page.text
    read = page.context["acceptance"]["texts"].value()
    assert client.post(address(offered), {"texts": read}).status_code == 422
    assert state_of(offered) == ApplicationState.APPROVED

    signed = {"texts": read, "accepts": "on"}
    answer = client.post(address(offered), signed)

    assert answer.headers["Location"] == offered.get_absolute_url()
    assert accounts_at("zellik") == {offered.name}
    assert state_of(offered) == ApplicationState.ACCEPTED
    offer = AwardOffer.objects.get()
    assert (offer.answer, offer.answered_by) == ("accepted", applicant)
    assert ["portal", 1] in [[text["code"], text["number"]] for text in offer.terms]
    assert "Signed by Ada" in client.get(address(offered)).text
    assert subjects() == ["You have accepted: Bells"]
    client.post(address(offered), signed)
    assert len(mail.outbox) == 1, "sent twice, it counts once"


def test_an_award_begins_on_the_day_of_its_acceptance(offered: Project) -> None:
    before = offered.allocations.get(site__code="zellik")
    offered.allocations.update(
        starts_on=before.starts_on - timedelta(10), ends_on=before.ends_on - timedelta(10)
    )
    project = accept(offered.application)
    after = project.allocations.get(site__code="zellik")
    assert (after.starts_on, after.ends_on) == (before.starts_on, before.ends_on)


def test_terms_that_changed_meanwhile_are_read_again(offered: Project, applicant: User) -> None:
    texts = DeclarationText.objects.of_award(offered.application.decision, timezone.localdate())
    read = [text.pk for text in texts]
    DeclarationText.objects.create(
        code="portal", number=2, title="Stricter", text="No.", valid_from=timezone.localdate()
    )
    with pytest.raises(StateError, match="read them again"):
        accept_offer(application_id=offered.application_id, text_ids=read, actor=applicant)
    assert state_of(offered) == ApplicationState.APPROVED
    accept(offered.application)
    assert {"code": "portal", "number": 2, "title": "Stricter"} in AwardOffer.objects.get().terms


def test_what_is_declined_gives_hours_and_aid_back(
    offered: Project, client: Client, applicant: User, staff: User
) -> None:
    pool = Pool.objects.get()
    members = [offered.organisation]
    assert drawn_hours(pool) == 1_000
    assert aid_of(members) != []
    client.force_login(applicant)
    for hostile in ("", " \t", "\u200b\u202e", "\0", "a" * 1_000_000):
        assert (
            client.post(address(offered, "offer/decline"), {"reason": hostile}).status_code == 422
        )
    assert state_of(offered) == ApplicationState.APPROVED

    client.post(address(offered, "offer/decline"), {"reason": "=1+1 We found <b>other</b> GPUs."})

    assert state_of(offered) == ApplicationState.DECLINED
    assert drawn_hours(pool) == 0
    assert aid_of(members) == []
    assert accounts_at("zellik") == set()
    assert not offered.memberships.filter(left_at=None).exists()
    assert subjects() == [f"Award declined: {offered.application.reference}, Bells"]
    assert "We found &lt;b&gt;other&lt;/b&gt;" in client.get(address(offered)).text
    client.force_login(staff)
    assert "not accepted" in client.get(offered.get_absolute_url()).text
    assert client.get(f"/staff/applications/{offered.application.reference}/").status_code == 200


def test_an_offer_that_nobody_answers_is_reminded_once_and_lapses(
    offered: Project, settings: object
) -> None:
    def night() -> list[str]:
        mail.outbox.clear()
        call_command("nightly")
        return subjects()

    assert night() == []
    age(offered, 11)
    assert len(night()) == 1
    assert mail.outbox[0].subject.startswith("Answer by ")
    assert night() == []
    age(offered, 14)
    assert night() == []
    age(offered, 15)
    assert night() == ["Lapsed: the award for Bells"]
    assert night() == []
    assert state_of(offered) == ApplicationState.LAPSED
    assert drawn_hours(Pool.objects.get()) == 0


@pytest.mark.parametrize("days", [14, 15])
def test_the_last_day_counts_and_the_next_does_not(offered: Project, days: int) -> None:
    age(offered, days)
    if days == 14:
        assert accept(offered.application)
    else:
        with pytest.raises(StateError, match="has passed"):
            accept(offered.application)
        assert state_of(offered) == ApplicationState.APPROVED


def test_an_offer_is_read_and_seen_on_the_applications_page_in_few_queries(
    offered: Project, client: Client, applicant: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(applicant)
    with django_assert_max_num_queries(15):
        assert client.get(address(offered)).status_code == 200
    with django_assert_max_num_queries(15):
        assert client.get(address(offered, "")).status_code == 200


def test_only_the_applicant_answers(offered: Project, client: Client, staff: User) -> None:
    for person, status in ((staff, 403), (make_person("Stran"), 404)):
        client.force_login(person)
        assert client.post(address(offered), {"accepts": "on"}).status_code == status
        assert client.post(address(offered, "offer/decline"), {"reason": "x"}).status_code == status
    assert state_of(offered) == ApplicationState.APPROVED


def test_what_is_offered_cannot_be_changed(offered: Project, staff: User) -> None:
    allocation = offered.allocations.first()
    assert allocation is not None
    acts: list[Callable[[], object]] = [
        lambda: suspend_allocation(allocation_id=allocation.pk, reason="So.", actor=staff),
        lambda: change_budget(allocation_id=allocation.pk, gpu_hours=5, reason="So.", actor=staff),
    ]
    for act in acts:
        with pytest.raises(StateError, match="not accepted"):
            act()


@pytest.mark.django_db(transaction=True)
def test_of_yes_and_no_at_once_one_counts(offered: Project, applicant: User) -> None:
    texts = DeclarationText.objects.of_award(offered.application.decision, timezone.localdate())
    read, number = [text.pk for text in texts], offered.application_id

    refused = together(
        *(lambda: accept_offer(application_id=number, text_ids=read, actor=applicant),) * 2,
        *(lambda: decline_offer(application_id=number, reason="No.", actor=applicant),) * 2,
    )

    assert len(refused) == 3
    assert all("answered already" in sentence for sentence in refused)
    held = 1_000 if state_of(offered) == ApplicationState.ACCEPTED else 0
    assert drawn_hours(Pool.objects.get()) == held
