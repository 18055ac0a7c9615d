"""Each person's own page of SSH keys."""

from datetime import date, timedelta

import pghistory.models
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.key_actions import MOST_KEYS
from accounts.models import SshKey, User
from tests.accounts.keys import ed25519_line, private_key
from tests.people import make_person


@pytest.fixture
def ada(db: None, client: Client) -> User:
    """Somebody who has signed in."""
    ada = make_person("Ada")
    client.force_login(ada)
    return ada


def add(client: Client, **fields: object) -> HttpResponse:
    return client.post(reverse("ssh_keys"), fields)  # type: ignore[return-value]


def test_a_pasted_key_is_kept_and_told_by_mail(client: Client, ada: User) -> None:
    assert add(client, key=ed25519_line("ada@laptop")).status_code == 302
    key = ada.ssh_keys.get()
    page = client.get(reverse("ssh_keys")).content.decode()
    assert key.label == "ada@laptop"
    assert key.fingerprint in page
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["ada@example.org"], "An SSH key was added to your account")
    ]
    assert key.fingerprint in mail.outbox[0].body


def test_a_key_can_come_from_its_file(client: Client, ada: User) -> None:
    file = SimpleUploadedFile("id_ed25519.pub", ed25519_line().encode())
    assert add(client, file=file, label="laptop").status_code == 302
    assert ada.ssh_keys.get().label == "laptop"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 100_000, private_key().encode()])
def test_a_file_that_is_no_public_key_is_refused(client: Client, ada: User, content: bytes) -> None:
    response = add(client, file=SimpleUploadedFile("key", content))
    assert response.status_code == 422
    assert not SshKey.objects.exists()


def test_a_private_key_is_never_shown_again(client: Client, ada: User) -> None:
    secret = private_key()
    response = add(client, key=secret)
    assert response.status_code == 422
    assert b"This is a private key" in response.content
    assert secret.splitlines()[1].encode() not in response.content


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Paste your public key"),
        ({"key": "nonsense"}, "no public key that we can read"),
        ({"key": "a\x00b"}, "Null characters"),
        ({"key": ed25519_line(), "expires_on": "2020-01-01"}, "This day has passed"),
        ({"key": ed25519_line(), "expires_on": "soon"}, "Enter a valid date"),
        ({"key": ed25519_line(), "label": "x" * 81}, "at most 80"),
    ],
)
def test_what_is_wrong_is_said(
    client: Client, ada: User, fields: dict[str, str], message: str
) -> None:
    response = add(client, **fields)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not SshKey.objects.exists()


def test_a_key_opens_one_persons_account_only(client: Client, ada: User) -> None:
    line = ed25519_line()
    add(client, key=line)
    assert "You have added this key already" in add(client, key=line).content.decode()
    client.force_login(make_person("Bram"))
    assert "Somebody else uses this key" in add(client, key=line).content.decode()
    assert SshKey.objects.get().user == ada


def test_a_removed_key_is_gone_told_and_in_the_trail(client: Client, ada: User) -> None:
    add(client, key=ed25519_line())
    key = ada.ssh_keys.get()
    mail.outbox.clear()
    assert client.post(reverse("remove_ssh_key", args=[key.pk])).status_code == 302
    assert not ada.ssh_keys.exists()
    assert [message.subject for message in mail.outbox] == [
        "An SSH key was removed from your account"
    ]
    trail = pghistory.models.Events.objects.tracks(key).order_by("pgh_created_at")
    assert [(item.pgh_label, item.pgh_context["actor"]) for item in trail] == [
        ("insert", ada.email),
        ("delete", ada.email),
    ]


def test_nobody_sees_or_removes_the_keys_of_others(client: Client, ada: User) -> None:
    add(client, key=ed25519_line())
    key = ada.ssh_keys.get()
    client.force_login(make_person("Bram"))
    assert client.post(reverse("remove_ssh_key", args=[key.pk])).status_code == 404
    assert key.fingerprint not in client.get(reverse("ssh_keys")).content.decode()
    assert ada.ssh_keys.exists()


def test_the_site_may_limit_how_long_keys_hold(
    client: Client, ada: User, settings: Settings
) -> None:
    settings.SSH_KEY_MAX_DAYS = 30
    latest = timezone.localdate() + timedelta(days=30)
    too_late = str(latest + timedelta(days=1))
    assert add(client, key=ed25519_line(), expires_on=too_late).status_code == 422
    add(client, key=ed25519_line())
    assert ada.ssh_keys.get().expires_on == latest


def test_there_is_an_end_to_the_keys_of_one_person(client: Client, ada: User) -> None:
    for number in range(MOST_KEYS):
        SshKey.objects.create(user=ada, label="x", kind="x", blob="x", fingerprint=str(number))
    assert add(client, key=ed25519_line()).status_code == 422


def test_a_keys_last_day_ends_in_brussels() -> None:
    in_winter = SshKey(expires_on=date(2026, 12, 31)).expires_at
    in_summer = SshKey(expires_on=date(2026, 7, 31)).expires_at
    assert in_winter is not None
    assert in_summer is not None
    assert in_winter.isoformat() == "2027-01-01T00:00:00+01:00"
    assert in_summer.isoformat() == "2026-08-01T00:00:00+02:00"
