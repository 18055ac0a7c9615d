from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.actions.decisions import reject_application, request_information
from allocations.actions.drafts import submit_application, withdraw_application
from allocations.actions.invitations import invite_member
from allocations.models import Application, Invitation, Project
from allocations.views.timeline import Progress, timeline
from tests.domain import make_draft
from tests.people import make_person
from tests.portal.member_world import make_ready


def page_of(client: Client, application: Application, person: User | None = None) -> str:
    client.force_login(person or application.applicant)
    return client.get(application.get_absolute_url()).content.decode()


def steps(application: Application) -> list[tuple[str, Progress]]:
    fresh = Application.objects.get(pk=application.pk)
    return [(str(step.label), step.progress) for step in timeline(fresh)]


def test_the_timeline_shows_what_is_still_to_come(draft: Application, applicant: User) -> None:
    assert steps(draft) == [
        ("Started", Progress.DONE),
        ("Write and hand in", Progress.NOW),
        ("Decision", Progress.TO_COME),
        ("Ready to use", Progress.TO_COME),
    ]
    submit_application(application_id=draft.pk, actor=applicant)
    assert steps(draft)[1:] == [
        ("Handed in", Progress.DONE),
        ("Decision", Progress.NOW),
        ("Ready to use", Progress.TO_COME),
    ]


def test_the_timeline_ends_when_every_site_is_ready(project: Project) -> None:
    make_ready(project, "zellik")
    assert steps(project.application)[-1] == ("Being set up at the sites", Progress.NOW)
    make_ready(project, "charleroi")
    assert steps(project.application)[-1] == ("Ready to use", Progress.DONE)


def test_a_rejection_ends_the_timeline(submitted: Application, staff: User) -> None:
    reject_application(application_id=submitted.pk, reason="No.", actor=staff)
    assert steps(submitted)[-1] == ("Not approved", Progress.DONE)


def test_a_question_is_shown_and_answered_by_handing_in_again(
    client: Client, submitted: Application, staff: User, applicant: User
) -> None:
    request_information(application_id=submitted.pk, question="Which <data>?", actor=staff)
    page = page_of(client, submitted)
    assert "Which &lt;data&gt;?" in page
    edit = reverse("edit_application", args=[submitted.reference])
    assert edit in page
    assert "Which &lt;data&gt;?" in client.get(edit).content.decode()
    client.post(reverse("submit_application", args=[submitted.reference]))
    assert steps(submitted)[3] == ("Answered and handed in again", Progress.DONE)
    assert "We have a question" not in page_of(client, submitted)


def test_the_decision_and_its_reason_are_shown(client: Client, project: Project) -> None:
    page = page_of(client, project.application)
    assert "Sound and useful." in page
    assert project.get_absolute_url() in page


def test_team_members_write_but_do_not_hand_in(client: Client, draft: Application) -> None:
    guest = make_person("Grace")
    invite_member(application_id=draft.pk, email=guest.email, actor=draft.applicant)
    Invitation.objects.update(accepted_by=guest, accepted_at=draft.created_at)
    page = page_of(client, draft, guest)
    assert "Grace Peeters" in page
    assert reverse("edit_application", args=[draft.reference]) in page
    for route in ("submit_application", "withdraw_application"):
        address = reverse(route, args=[draft.reference])
        assert address not in page
        assert client.post(address).status_code == 403
    assert client.get(reverse("applications")).content.decode().count("Bells") == 1


def test_hours_in_the_list_do_not_grow_with_the_team(client: Client, draft: Application) -> None:
    for number in range(3):
        guest = make_person(f"Guest{number}")
        invite_member(application_id=draft.pk, email=guest.email, actor=draft.applicant)
        Invitation.objects.filter(email=guest.email).update(
            accepted_by=guest, accepted_at=draft.created_at
        )
    client.force_login(draft.applicant)
    assert ">1,500<" in client.get(reverse("applications")).content.decode()


def test_an_ended_application_offers_no_further_step(
    client: Client, draft: Application, applicant: User
) -> None:
    withdraw_application(application_id=draft.pk, actor=applicant)
    page = page_of(client, draft)
    for route in (
        "edit_application",
        "submit_application",
        "withdraw_application",
        "invite_member",
    ):
        assert reverse(route, args=[draft.reference]) not in page


def test_strangers_and_signed_out_people_see_nothing(
    client: Client, submitted: Application
) -> None:
    address = submitted.get_absolute_url()
    assert client.get(address).headers["Location"].startswith(reverse("account_login"))
    client.force_login(make_person("Eve"))
    assert client.get(address).status_code == 404


def test_a_draft_without_a_title_has_a_page(client: Client, applicant: User) -> None:
    draft = make_draft(applicant, title="")
    assert "Without a title yet" in page_of(client, draft)
