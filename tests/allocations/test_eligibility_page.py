"""Six questions, open to everybody, say which tracks fit; what was said goes into the draft."""

from typing import Any

import lxml.html
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from allocations.models import Application
from tests.people import make_person

SAID = {
    "kind": "start_up", "seat": "eu", "purpose": "civil", "hours": 20_000, "months": 2, "aid": 0,
}  # fmt: skip


@pytest.fixture
def new_portal(db: None) -> None:
    """With the tracks just as they come."""
    call_command("seed")


def shown(client: Client, **said: Any) -> str:
    return client.get(reverse("eligibility"), SAID | said).content.decode()


def test_start_up_learns_in_one_page_what_fits_and_why_not(
    client: Client, new_portal: None
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = shown(client)
    fitting, others = page.split("Fast Lane", 1)[0], page.split("Fast Lane", 1)[1]
    assert "Large Scale" not in fitting
    assert "track=fl" in page
    assert "track=rs" not in page
    assert "It is not for organisations of your kind." in others
    assert "It begins at 50,001 GPU-hours." in others
    assert "It ends at 5,000 GPU-hours." in others
    assert len(queries) <= 6
    assert not any(query["sql"].startswith(("INSERT", "UPDATE")) for query in queries)
    assert "sessionid" not in client.cookies


def test_where_nothing_fits_the_page_says_what_stands_in_the_way(
    client: Client, new_portal: None
) -> None:
    page = shown(client, seat="elsewhere")
    assert "Nothing fits as it is" in page
    assert "established in the EU" in page
    assert "track=" not in page


@pytest.mark.parametrize(
    "said",
    [
        {"hours": -1}, {"hours": 10**30}, {"hours": "x" * 10_000}, {"kind": "<script>"},
        {"months": 0}, {"aid": "1e999"}, {"seat": "\u202eue"}, {"purpose": "\x00"},
    ],
)  # fmt: skip
def test_nonsense_is_told_beside_its_question(
    client: Client, new_portal: None, said: dict[str, Any]
) -> None:
    answer = client.get(reverse("eligibility"), SAID | said)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "One thing needs your attention" in page
    assert "<script>&" not in page
    assert "track=" not in page


def test_each_error_leads_to_its_question(client: Client, new_portal: None) -> None:
    answer = client.get(reverse("eligibility"), {"kind": "", "hours": "many"})
    page = lxml.html.fromstring(answer.content.decode())
    targets = [link.get("href").removeprefix("#") for link in page.xpath("//div[@id='errors']//a")]
    assert len(targets) == 6
    assert [target for target in targets if not page.xpath(f"//*[@id='{target}']")] == []


def test_what_was_said_is_carried_through_sign_in_into_the_draft(
    client: Client, new_portal: None
) -> None:
    person: User = make_person("Ada")
    address = reverse("choose_track")
    way = client.get(address, SAID | {"track": "fl"})
    assert "hours%3D20000" in way.headers["Location"]
    client.force_login(person)
    page = client.get(address, SAID | {"track": "fl"}).content.decode()
    assert page.index("Fast Lane") < page.index("Playground")
    assert '<input type="hidden" name="hours" value="20000">' in page
    client.post(reverse("start_application", args=["fl"]), SAID)
    draft = Application.objects.get()
    assert draft.months == 2
    assert draft.answers == {"seat": "eu", "purpose_kind": "civil", "aid_euros": 0}
    assert [line.gpu_hours for line in draft.requested_hours.all()] == [20_000]


def test_forged_answers_start_an_empty_draft(client: Client, new_portal: None) -> None:
    client.force_login(make_person("Ada"))
    client.post(reverse("start_application", args=["fl"]), SAID | {"hours": -7})
    assert not Application.objects.get().requested_hours.exists()
