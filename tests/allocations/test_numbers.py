from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from allocations.actions.drafts import MOST_STARTED_A_DAY
from allocations.actions.numbers import next_reference
from allocations.models import Application, Track


def start(applicant: User, **fields: Any) -> Application:
    track = Track.objects.get(code="pg")
    return Application.objects.create(track=track, applicant=applicant, **fields)


@pytest.mark.parametrize(
    ("there", "following"),
    [
        ([], "A26-00001"),
        (["A26-00009", "A26-00010"], "A26-00011"),
        (["A26-99998", "A26-99999"], "A26-100000"),
        (["A26-99999", "A26-100000", "A25-99999"], "A26-100001"),
    ],
)
def test_references_follow_each_other_however_many_there_are(
    applicant: User, there: list[str], following: str
) -> None:
    for reference in there:
        start(applicant, reference=reference)
    assert next_reference(2026) == following


def test_one_person_cannot_fill_the_portal_with_applications(
    client: Client, applicant: User
) -> None:
    for number in range(MOST_STARTED_A_DAY):
        start(applicant, reference=f"X{number}")
    client.force_login(applicant)
    answer = client.post(reverse("start_application", args=["pg"]), follow=True)
    assert "today" in answer.content.decode()
    assert Application.objects.count() == MOST_STARTED_A_DAY
