import re
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.decisions import reject_application
from allocations.actions.drafts import submit_application, withdraw_application
from allocations.actions.invitations import accept_invitation, invite_member, revoke_invitation
from allocations.errors import StateError
from allocations.models import Application, Invitation, Membership, Project
from tests.domain import make_project
from tests.people import make_person


@pytest.fixture
def guest(seeded: None) -> User:
    return make_person("Grace")


def invite(client: Client, application: Application, email: str = "grace@example.org") -> str:
    """Invite from the application's page; the path of the mailed link."""
    client.force_login(application.applicant)
    client.post(reverse("invite_member", args=[application.reference]), {"email": email})
    found = re.search(r"/invitations/\S+", str(mail.outbox[-1].body))
    assert found
    return found.group()


def test_a_stranger_sees_who_invites_to_what_and_signs_in_first(
    client: Client, draft: Application
) -> None:
    link = invite(client, draft)
    client.logout()
    page = client.get(link).content.decode()
    assert "Ada Peeters invites you" in page
    assert "Bells" in page
    assert f"{reverse('account_login')}?next={link}" in page
    answer = client.post(link)
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={link}"
    assert Invitation.objects.get().accepted_by is None


def test_accepting_joins_the_team_once(client: Client, draft: Application, guest: User) -> None:
    link = invite(client, draft)
    client.force_login(guest)
    assert client.post(link).headers["Location"] == draft.get_absolute_url()
    assert client.get(draft.get_absolute_url()).status_code == 200
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "no longer works" in answer.content.decode()


def test_joining_a_running_project_makes_a_member(
    client: Client, project: Project, guest: User
) -> None:
    link = invite(client, project.application)
    client.force_login(guest)
    assert client.post(link).headers["Location"] == project.get_absolute_url()
    assert Membership.objects.get(user=guest).project == project
    assert "gpeeters" in client.get(project.get_absolute_url()).content.decode()


def test_who_applies_is_told_once_and_in_their_language_who_joined(
    client: Client, draft: Application, guest: User
) -> None:
    link = invite(client, draft)
    draft.applicant.language = "nl"
    draft.applicant.save()
    mail.outbox.clear()
    client.force_login(guest)
    for _attempt in range(2):
        client.post(link)
    (message,) = mail.outbox
    assert message.to == [draft.applicant.email]
    assert message.subject == "Grace Peeters doet mee aan “Bells”"
    assert draft.get_absolute_url() in str(message.body)


def test_whoever_leads_a_project_is_told_who_joined(
    client: Client, project: Project, guest: User
) -> None:
    link = invite(client, project.application)
    project.memberships.update(role=Membership.Role.MEMBER)
    bram = make_person("Bram")
    Membership.objects.create(project=project, user=bram, role=Membership.Role.LEADER)
    mail.outbox.clear()
    client.force_login(guest)
    client.post(link)
    (message,) = mail.outbox
    assert message.to == [bram.email]
    assert project.get_absolute_url() in str(message.body)


def test_an_old_or_revoked_invitation_is_gone(
    client: Client, draft: Application, guest: User
) -> None:
    old = invite(client, draft)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    revoked = invite(client, draft, "other@example.org")
    other = Invitation.objects.get(email="other@example.org")
    mail.outbox.clear()
    answer = client.post(reverse("revoke_invitation", args=[other.pk]))
    assert answer.headers["Location"] == f"{draft.get_absolute_url()}#team"
    assert not mail.outbox, "who has not accepted has nothing to miss"
    client.force_login(guest)
    for link in (old, revoked, "/invitations/" + "x" * 4000 + "/", "/invitations/%00/"):
        assert client.get(link).status_code == 410


def test_an_invitation_to_ones_verified_address_is_accepted_on_the_home_page(
    client: Client, draft: Application, guest: User
) -> None:
    invite(client, draft)
    address = reverse("accept_own", args=[Invitation.objects.get().pk])
    client.force_login(make_person("Eve"))
    assert client.post(address).status_code == 404
    guest.emailaddress_set.update(verified=False)
    client.force_login(guest)
    assert address not in client.get("/").content.decode()
    assert client.post(address).status_code == 404
    guest.emailaddress_set.update(verified=True)
    assert address in client.get("/").content.decode()
    assert client.get(address).status_code == 405
    client.post(address)
    assert Invitation.objects.get().accepted_by == guest


def test_who_may_invite_and_revoke(client: Client, project: Project, guest: User) -> None:
    link = invite(client, project.application)
    client.force_login(guest)
    client.post(link)
    address = reverse("invite_to_project", args=[project.name])
    assert client.post(address, {"email": "new@example.org"}).status_code == 403
    client.force_login(project.application.applicant)
    client.post(address, {"email": "new@example.org"})
    revoke = reverse("revoke_invitation", args=[Invitation.objects.get(accepted_by=None).pk])
    client.force_login(guest)
    assert client.post(revoke).status_code == 403
    client.force_login(make_person("Eve"))
    assert client.post(revoke).status_code == 404
    assert client.post(address, {"email": "new@example.org"}).status_code == 404
    assert Invitation.objects.filter(accepted_by=None).count() == 1


def test_who_was_removed_sees_the_application_no_more_and_can_be_invited_again(
    client: Client, project: Project, guest: User
) -> None:
    link = invite(client, project.application)
    client.force_login(guest)
    client.post(link)
    client.force_login(project.application.applicant)
    client.post(reverse("remove_member", args=[guest.memberships.get().pk]))
    client.force_login(guest)
    assert client.get(project.get_absolute_url()).status_code == 404
    assert client.get(project.application.get_absolute_url()).status_code == 404
    assert project.application.title not in client.get(reverse("applications")).content.decode()
    link = invite(client, project.application)
    client.force_login(guest)
    client.post(link)
    assert client.get(project.get_absolute_url()).status_code == 200


def test_the_applicant_removes_somebody_from_the_team_before_there_is_a_project(
    client: Client, draft: Application, guest: User, staff: User
) -> None:
    link = invite(client, draft)
    client.force_login(guest)
    client.post(link)
    revoke = reverse("revoke_invitation", args=[Invitation.objects.get().pk])
    assert revoke not in client.get(draft.get_absolute_url()).content.decode()
    assert client.post(revoke).status_code == 403
    client.force_login(draft.applicant)
    assert revoke in client.get(draft.get_absolute_url()).content.decode()
    mail.outbox.clear()
    client.post(revoke)
    (message,) = mail.outbox
    assert message.to == [guest.email]
    assert draft.applicant.full_name in str(message.body)
    client.force_login(guest)
    assert client.get(draft.get_absolute_url()).status_code == 404
    submit_application(application_id=draft.pk, actor=draft.applicant)
    assert not make_project(draft, staff).memberships.filter(user=guest).exists()


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_an_application_that_has_ended_cannot_be_joined(
    client: Client, submitted: Application, staff: User, guest: User, end: str
) -> None:
    link = invite(client, submitted)
    if end == "reject":
        reject_application(application_id=submitted.pk, reason="No.", actor=staff)
    else:
        withdraw_application(application_id=submitted.pk, actor=submitted.applicant)
    client.force_login(guest)
    assert "nobody can join" in client.post(link, follow=True).content.decode()
    assert client.get(submitted.get_absolute_url()).status_code == 404


def test_an_invitation_taken_back_in_the_same_moment_is_gone(
    draft: Application, guest: User
) -> None:
    invitation = invite_member(application_id=draft.pk, email=guest.email, actor=draft.applicant)
    revoke_invitation(invitation_id=invitation.pk, actor=draft.applicant)
    with pytest.raises(StateError, match="taken back"):
        accept_invitation(invitation_id=invitation.pk, actor=guest)
    with pytest.raises(StateError, match="taken back"):
        revoke_invitation(invitation_id=invitation.pk, actor=draft.applicant)


@pytest.mark.django_db(transaction=True)
def test_who_accepts_while_staff_approve_is_in_the_project(
    submitted: Application, staff: User, guest: User
) -> None:
    invitation = invite_member(
        application_id=submitted.pk, email=guest.email, actor=submitted.applicant
    )

    def accept() -> None:
        try:
            accept_invitation(invitation_id=invitation.pk, actor=guest)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            project = make_project(submitted, staff)
            accepted = pool.submit(accept)
            wait([accepted], timeout=1)
        accepted.result()
    assert Membership.objects.filter(project=project, user=guest).exists()


@pytest.mark.parametrize("email", ["", "nobody", "a\nBcc: b@example.org", "x" * 10**6 + "@e.org"])
def test_a_wrong_address_invites_nobody(client: Client, draft: Application, email: str) -> None:
    client.force_login(draft.applicant)
    client.post(reverse("invite_member", args=[draft.reference]), {"email": email})
    assert not Invitation.objects.exists()
    assert not mail.outbox
