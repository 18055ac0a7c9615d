from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.models import Application, Review
from tests.allocations.attachment_world import clean_attachment
from tests.allocations.review_world import ask, make_reviewer, reviewed, to_be_reviewed, write
from tests.domain import ask_for_reviews, make_draft

HIDDEN = ("Klokken", "Ada", "0403.019.261", "example.org", "Staf Peeters")


@pytest.fixture
def judge(seeded: None) -> User:
    return make_reviewer("Judge", tags=["audio"])


def url(route: str, application: Application, *more: int) -> str:
    return reverse(route, args=[application.reference, *more])


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def sent(application: Application, edits: int = 0, **changes: Any) -> dict[str, Any]:
    """What the form of a review sends."""
    values: dict[str, Any] = {"edits": edits, "comment": "Sound."}
    for criterion in application.rules().criteria:
        values |= {f"score_{criterion.code}": "4", f"text_{criterion.code}": "Well founded."}
    return values | changes


def test_staff_ask_the_proposed_reviewers_on_the_page(
    client: Client, applicant: User, staff: User, judge: User
) -> None:
    application = to_be_reviewed(applicant)
    make_reviewer("Bound", house="example.org")
    client.force_login(staff)
    text = text_of(client, url("review", application))
    assert "2 of 2 required reviews are missing. Ask 2 more reviewers." in text
    assert "0 of 2 reviews" in text_of(client, reverse("queue"))
    assert 'type="submit">Approve</button>' not in text
    text = text_of(client, url("reviews", application))
    assert f'value="{judge.pk}" id="reviewer-{judge.pk}" checked' in text
    assert "knows about audio" in text
    assert "mail address of the same house" in text
    assert "Judge" not in text_of(client, url("reviews", application) + "?reviewer=zzz")
    done = client.post(url("assign_reviewers", application), {"reviewers": [judge.pk]}, follow=True)
    assert "Asked 1 reviewer by mail." in done.content.decode()
    again = client.post(
        url("assign_reviewers", application), {"reviewers": [judge.pk]}, follow=True
    )
    assert "asked already" in again.content.decode()
    assert Review.objects.count() == 1


@pytest.mark.parametrize("chosen", [[], ["0"], ["x"], ["9" * 30], ["\x00"]])
def test_nonsense_for_reviewers_asks_nobody(
    client: Client, applicant: User, staff: User, chosen: list[str]
) -> None:
    application = to_be_reviewed(applicant)
    client.force_login(staff)
    response = client.post(url("assign_reviewers", application), {"reviewers": chosen})
    assert response.status_code == 422
    assert not Review.objects.exists()


def test_a_reviewer_saves_hands_in_and_then_reads_the_others(
    client: Client, applicant: User, staff: User, judge: User
) -> None:
    application = to_be_reviewed(applicant)
    (theirs, _mine) = ask(application, staff, make_reviewer("Other"), judge)
    write(theirs, text="Theirs.")
    client.force_login(judge)
    assert "1 review to write" in text_of(client, reverse("home"))
    assert "waits for your review" in text_of(client, reverse("queue"))
    assert "Write your review" in text_of(client, url("review", application))
    text_of(client, url("reviews", application), 403)
    address = url("write_review", application)
    client.post(address, sent(application, text_impact=""))
    assert "Well founded." in text_of(client, address)
    stale = client.post(address, sent(application))
    assert stale.status_code == 422
    assert "another window" in stale.content.decode()
    unfinished = client.post(address, sent(application, 1, text_impact="", hand_in="1"))
    assert "“Impact” needs a score and a text." in unfinished.content.decode()
    done = client.post(address, sent(application, 1, hand_in="1"), follow=True)
    assert "Your review is in" in done.content.decode()
    twice = client.post(address, sent(application, 2, hand_in="1"), follow=True)
    assert "You handed it in" in twice.content.decode()
    assert "Theirs." in text_of(client, url("reviews", application))
    assert "you have reviewed it" in text_of(client, reverse("queue"))


@pytest.mark.parametrize(
    "changes",
    [{"score_impact": "6"}, {"score_impact": "-1"}, {"edits": "x"}, {"edits": "9" * 40},
     {"text_impact": "x" * 1_000_000}, {"comment": "x" * 5_001}, {"comment": "\x00"}],
)  # fmt: skip
def test_hostile_input_leaves_the_review_as_it_was(
    client: Client, applicant: User, staff: User, judge: User, changes: dict[str, str]
) -> None:
    application = to_be_reviewed(applicant)
    (review,) = ask(application, staff, judge)
    client.force_login(judge)
    response = client.post(url("write_review", application), sent(application, **changes))
    assert response.status_code == 422
    review.refresh_from_db()
    assert (review.edits, review.scores.count()) == (0, 0)


def test_text_of_reviewers_is_escaped(client: Client, applicant: User, staff: User) -> None:
    application = reviewed(applicant, staff, 4)
    client.force_login(staff)
    nasty = "<script>alert(1)</script>\u202e"
    client.post(url("discuss", application), {"text": nasty})
    text = text_of(client, url("reviews", application))
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;" in text
    assert client.post(url("discuss", application), {"text": ""}).status_code == 422
    assert client.post(url("discuss", application), {"text": "x" * 5_001}).status_code == 422


def test_a_reviewer_declares_a_conflict_and_is_out(
    client: Client, applicant: User, staff: User, judge: User
) -> None:
    application = to_be_reviewed(applicant)
    ask(application, staff, judge)
    client.force_login(judge)
    client.post(url("conflict", application), {"reason": ""})
    text_of(client, url("review", application))
    done = client.post(url("conflict", application), {"reason": "My sister."}, follow=True)
    assert "Staff choose somebody else" in done.content.decode()
    for route in ("review", "write_review", "reviews", "application"):
        text_of(client, url(route, application), 404)
    assert "Bells" not in text_of(client, reverse("queue"))


def test_a_blind_reviewer_learns_nowhere_who_applies(
    client: Client, applicant: User, staff: User, judge: User, settings: Any, tmp_path: Path
) -> None:
    settings.ATTACHMENT_FOLDER = tmp_path
    application = to_be_reviewed(applicant, is_blind=True)
    file = clean_attachment(application)
    type(file).objects.filter(pk=file.pk).update(shown_name="Klokken NV.pdf")
    before = len(mail.outbox)
    ask(application, staff, judge)
    client.force_login(judge)
    pages = [
        text_of(client, url("review", application)),
        text_of(client, url("write_review", application)),
        text_of(client, reverse("queue")),
        *(str(message.body) + str(message.subject) for message in mail.outbox[before:]),
    ]
    for page in pages:
        found = [word for word in HIDDEN if word in page]
        assert not found
    assert "Earlier awards" not in pages[0]
    assert f"{application.reference}-1.pdf" in pages[0]
    answer = client.get(url("attachment_file", application, file.pk))
    assert "Klokken" not in answer.headers["Content-Disposition"]
    for query in ("q=Klokken", "q=ada", "kind=sme", "sort=organisation"):
        shown = text_of(client, reverse("queue") + f"?{query}")
        assert ("Bells" in shown) == (not query.startswith("q="))
    for route in ("application", "attachments"):
        text_of(client, url(route, application), 403)


def test_where_the_track_is_not_blind_the_reviewer_knows_who_applies(
    client: Client, applicant: User, staff: User, judge: User
) -> None:
    application = to_be_reviewed(applicant)
    ask(application, staff, judge)
    client.force_login(judge)
    assert "Klokken NV" in text_of(client, url("review", application))


def test_the_applicant_learns_nothing_of_the_reviewers(
    client: Client, applicant: User, staff: User
) -> None:
    application = reviewed(applicant, staff, 4, 2)
    client.force_login(applicant)
    text = text_of(client, url("application", application))
    assert "Judge" not in text
    assert "Well founded" not in text


def test_expertise_is_kept_in_few_short_words(client: Client, judge: User) -> None:
    client.force_login(judge)
    address = reverse("reviewer_profile")
    client.post(address, {"expertise": "Speech,  CFD , speech"})
    judge.reviewer_profile.refresh_from_db()
    assert judge.reviewer_profile.expertise == ["speech", "cfd"]
    for typed in ("x" * 41, ",".join(map(str, range(30))), "x" * 100_000):
        assert client.post(address, {"expertise": typed}).status_code == 422
    past = {"expertise": "", "away_until": "2020-01-01"}
    assert client.post(address, past).status_code == 422


def test_the_queue_of_a_reviewer_costs_a_fixed_number_of_queries(
    client: Client, applicant: User, staff: User, judge: User, django_assert_max_num_queries: Any
) -> None:
    ask_for_reviews(2)
    for number in range(4):
        draft = make_draft(applicant, title=f"Bell {number}")
        ask(submit_application(application_id=draft.pk, actor=applicant), staff, judge)
    client.force_login(judge)
    client.get(reverse("queue"))
    with django_assert_max_num_queries(9):
        text = client.get(reverse("queue")).content.decode()
    assert "Bell 3" in text


def test_the_queue_of_a_reviewer_looks_and_is_ordered_as_that_of_staff(
    client: Client, applicant: User, staff: User, judge: User
) -> None:
    ask_for_reviews(1)
    for number, due in enumerate((20, 10)):
        draft = make_draft(applicant, title=f"Bell {number}")
        handed_in = submit_application(application_id=draft.pk, actor=applicant)
        ask(handed_in, staff, judge)
        due_on = timezone.localdate() + timedelta(due)
        Application.objects.filter(pk=handed_in.pk).update(decision_due_on=due_on)
    client.force_login(judge)
    text = client.get(reverse("queue")).content.decode()
    assert text.index("Bell 1") < text.index("Bell 0"), "the most urgent comes first"
    assert 'data-label="Decision"' in text
