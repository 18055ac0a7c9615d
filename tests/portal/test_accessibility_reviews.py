"""Pages of reviewers, and of staff about reviews, in a real browser: no finding of axe.

KEEP_SCREENSHOTS=FOLDER keeps a picture of each.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from accounts.models import LinkedEnterprise, SizeFigures, User
from accounts.permissions import Role
from allocations.actions.discussion import write_comment
from allocations.actions.drafts import submit_application
from allocations.actions.proposals import propose_award
from allocations.actions.review_steps import record_step
from allocations.models import Application, Site
from allocations.rules.review_steps import StepKind
from tests.allocations.pool_world import make_pool, told_until_now, used
from tests.allocations.review_world import ask, make_reviewer, to_be_reviewed, write
from tests.domain import ask_for_reviews, award_lines, make_draft, make_project
from tests.people import make_organisation, make_person
from tests.portal.chromium import Judge, open_context

pytestmark = pytest.mark.browser


@pytest.fixture
def judge(transactional_db: None, seeded: None) -> User:
    return make_reviewer("Judge", tags=["audio", "speech"])


@pytest.fixture
def world(judge: User, staff: User, applicant: User) -> dict[str, Application]:
    """One application with reviews that differ, one to review, one that waits for a second."""
    make_pool("zellik")
    zellik = Site.objects.get(code="zellik")
    ask_for_reviews(0)
    earlier = submit_application(application_id=make_draft(applicant).pk, actor=applicant)
    told_until_now(zellik)
    used(make_project(earlier, staff), zellik, 300, days_ago=1)
    discussed = to_be_reviewed(applicant)
    enter_sizes(discussed)
    own, other, _late = ask(
        discussed, staff, judge, make_reviewer("Other"), make_reviewer("Late", last_name="Zz" * 30)
    )
    write(own, 4, text="A clear plan, and a team that has done it before. " * 6)
    write(other, 1)
    make_reviewer("Bound", house="example.org")
    make_reviewer("Free", tags=["bell"])
    text = "@judge-peeters, do you agree that the budget is too large?\nI would grant a half."
    write_comment(application_id=discussed.pk, text=text, actor=other.reviewer)
    fresh = submit_application(application_id=make_draft(applicant).pk, actor=applicant)
    ask(fresh, staff, judge)
    ask_for_reviews(0, four_eyes_above_gpu_hours=1_000)
    large = submit_application(application_id=make_draft(applicant).pk, actor=applicant)
    propose_award(application_id=large.pk, awards=award_lines(large), reason="Sound.", actor=staff)
    ask_for_reviews(2, is_blind=True, has_admin_check=True, has_gate=True)
    record_step(
        application_id=fresh.pk, kind=StepKind.ADMIN_CHECK, note="All is there.", actor=staff
    )
    return {"discussed": discussed, "fresh": fresh, "large": large}


def enter_sizes(application: Application) -> None:
    """Figures of the organisation, a linked enterprise with a long name and a partner."""
    SizeFigures.objects.create(
        organisation=application.organisation,
        year=2025,
        people=30,
        turnover_euros=4_500_000,
        balance_euros=3_000_000,
        public_percent=5,
        entered_by=application.applicant,
    )
    for number, name, relation, percent in (
        ("0428759497", "Moeder" + "maatschappij" * 8, "linked", 60),
        ("0401574852", "Deler BV", "partner", 30),
    ):
        LinkedEnterprise.objects.create(
            organisation=application.organisation,
            enterprise_number=number,
            name=name,
            relation=relation,
            percent=percent,
            people=12,
            turnover_euros=900_000,
            balance_euros=500_000,
        )


def test_pages_about_reviews_can_be_used_by_everybody(
    browser: Browser, live_server: object, world: dict[str, Application], judge: User
) -> None:
    url = str(live_server)
    second, bound = (make_person(name, role=Role.STAFF) for name in ("Second", "Bound-to"))
    make_organisation(bound)
    discussed, fresh, large = (world[name].reference for name in ("discussed", "fresh", "large"))
    pages: dict[str, tuple[User, str]] = {
        "reviews-staff": (second, reverse("reviews", args=[discussed])),
        "review-missing": (second, reverse("review", args=[fresh])),
        "review-proposed": (second, reverse("review", args=[large])),
        "review-kept-out": (bound, reverse("review", args=[fresh])),
        "reviewer-queue": (judge, reverse("queue")),
        "reviewer-read": (judge, reverse("review", args=[fresh])),
        "reviewer-write": (judge, reverse("write_review", args=[fresh])),
        "reviewer-reviews": (judge, reverse("reviews", args=[discussed])),
        "reviewer-expertise": (judge, reverse("reviewer_profile")),
    }
    problems = []
    for person in (second, bound, judge):
        context = open_context(browser, url, person)
        look = Judge(context.new_page())
        for name, (reader, address) in pages.items():
            if reader == person:
                look.look_at(name, url + address)
                look.page.evaluate(
                    "document.querySelectorAll('main details').forEach(d => { d.open = true; })"
                )
                look.judge(f"{name}-unfolded")
        problems += look.problems
        context.close()
    assert not problems, "\n".join(problems)


def test_a_reviewer_writes_a_review_with_the_keyboard_alone(
    browser: Browser, live_server: object, world: dict[str, Application], judge: User
) -> None:
    url = str(live_server)
    context = open_context(browser, url, judge)
    page = context.new_page()
    page.goto(url + reverse("write_review", args=[world["fresh"].reference]))
    page.locator("input[type=radio]").first.focus()
    for _criterion in world["fresh"].rules().criteria:
        page.keyboard.press("Space")
        for _step in range(4):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.type("Well founded.")
        page.keyboard.press("Tab")
    page.keyboard.type("Good.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Your review is in. Thank you.").wait_for()
    scores = set(judge.reviews.get(application=world["fresh"]).scores.values_list("score"))
    assert scores == {(4,)}
    context.close()
