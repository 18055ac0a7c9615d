"""Each track from the six questions to a closed project, in a browser.

Who applies reads French, staff and reviewers Dutch. The site is played: it says that it has set up
what it was asked for. KEEP_SCREENSHOTS=FOLDER keeps a picture of every page.
"""

from collections.abc import Callable
from datetime import timedelta

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import Organisation, User
from accounts.permissions import Role
from allocations.management.track_seeds import TRACKS
from allocations.models import (
    Allocation,
    Application,
    FinalReport,
    Project,
    Review,
    TrackVersion,
)
from allocations.rules.eligibility import Purpose, Seat
from allocations.states import AllocationState, ApplicationState
from tests.domain import make_organisation
from tests.people import make_person
from tests.portal.chromium import DESKTOP, PHONE, keep_picture, open_context

pytestmark = pytest.mark.browser

FRENCH, DUTCH = "fr", "nl"
SECTIONS = "#form-parts a"
PRIMARY = "main form .btn-primary[type=submit]"


class Reader:
    """Somebody at a window of their own, whose every page is in their language."""

    def __init__(self, context: BrowserContext, url: str, language: str, name: str) -> None:
        self.page: Page = context.new_page()
        self.url, self.language, self.name = url, language, name
        self.pages = 0

    def open(self, address: str) -> None:
        """Go to a page."""
        answer = self.page.goto(self.url + address)
        assert answer
        assert answer.ok, f"{address}: {answer.status}"
        self.look()

    def send(self, button: str = PRIMARY) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.look()

    def look(self) -> None:
        """Every page is in the reader's language, and says of no field that it is wrong."""
        assert self.page.locator("html").get_attribute("lang") == self.language, self.page.url
        wrong = self.page.locator(".invalid-feedback, #errors").all_inner_texts()
        assert not wrong, f"{self.page.url}: {wrong}"
        self.pages += 1
        keep_picture(self.page, f"{self.name}-{self.pages:02}-{self.language}")


def form(name: str, word: str) -> str:
    """The form that is sent to an address."""
    return f"form[action$='{reverse(name, args=[word])}']"


def button(name: str, word: str) -> str:
    """What sends it."""
    return f"{form(name, word)} [type=submit]"


@pytest.fixture
def reader(
    browser: Browser, live_server: object, transactional_db: None
) -> Callable[[User, str, str], Reader]:
    """Opens windows; who applies to some tracks does so on a phone."""

    def make(person: User, language: str, name: str, width: int = DESKTOP) -> Reader:
        User.objects.filter(pk=person.pk).update(language=language)
        return Reader(
            open_context(browser, str(live_server), person, width), str(live_server), language, name
        )

    return make


@pytest.mark.parametrize("code", [seed.code for seed in TRACKS])
def test_a_track_is_walked_from_the_six_questions_to_a_closed_project(
    reader: Callable[..., Reader], applicant: User, staff: User, code: str
) -> None:
    # As a new portal has them: the tests' own are open to all, and unreviewed.
    with pgtrigger.ignore("allocations.TrackVersion:published_is_frozen"):
        for seed in TRACKS:
            TrackVersion.objects.filter(track__code=seed.code).update(**seed.values())
    rules = TrackVersion.objects.get(track__code=code)
    make_organisation(applicant)
    kind = rules.organisation_kinds[0]
    Organisation.objects.update(kind=kind)
    reviewers = [reviewer(name) for name in ("Bea", "Leo")[: rules.peer_reviewers]]
    width = PHONE if code in ("pg", "st") else DESKTOP
    leader = reader(applicant, FRENCH, f"track-{code}-leader", width)
    office = reader(staff, DUTCH, f"track-{code}-staff")

    ask_six_questions(leader, rules, kind)
    application = apply(leader, rules)
    review(office, reader, application, reviewers)
    approve(office, reader, application, rules)
    project = accept(leader, application)
    Allocation.objects.update(active_since=timezone.now())
    leader.open(project.get_absolute_url())
    assert {item.state for item in project.allocations.all()} == {AllocationState.ACTIVE}
    end(project)
    report(leader, office, project)

    application.refresh_from_db()
    assert application.state == ApplicationState.CLOSED
    leader.open(project.get_absolute_url())


def reviewer(name: str) -> User:
    """Somebody of another house: colleagues of the applicant cannot review."""
    person: User = make_person(name, role=Role.REVIEWER)
    person.email = f"{name.lower()}@{name.lower()}.example"
    person.save(update_fields=["email"])
    EmailAddress.objects.filter(user=person).update(email=person.email)
    return person


def ask_six_questions(leader: Reader, rules: TrackVersion, kind: str) -> None:
    """The track fits, and its form can be begun from there."""
    leader.open(reverse("eligibility"))
    page = leader.page
    answers = {"kind": kind, "seat": Seat.EU.value, "purpose": Purpose.CIVIL.value}
    for name, value in answers.items():
        page.locator(f"[name={name}][value={value}]").check()
    page.locator("[name=hours]").fill(str(rules.min_gpu_hours))
    page.locator("[name=months]").fill(str(rules.lengths_in_months[0]))
    leader.send("main form [type=submit]")
    leader.send(f"main a.btn-primary[href*='track={rules.track.code}']")
    leader.send(button("start_application", rules.track.code))


def apply(leader: Reader, rules: TrackVersion) -> Application:
    """Fill in what is asked, part by part, and hand it in."""
    page, application = leader.page, Application.objects.get()
    page.locator("[name=title]").fill("Bells that tell when they crack")
    page.locator("[name=abstract]").fill("We teach a model to hear a crack before it is seen. " * 2)
    page.locator("[name=purpose]").fill("Training of a listening model on 40,000 hours of bells.")
    page.locator("[name=organisation]").select_option(index=1)
    page.locator("[name=months]").select_option(str(rules.lengths_in_months[0]))
    page.locator("[name=hours_zellik]").fill(str(rules.min_gpu_hours))
    leader.send("main form [name=step][value=save]")
    links = page.locator(SECTIONS).evaluate_all("found => found.map(a => a.getAttribute('href'))")
    for address in links[1:]:
        leader.open(address)
        fill_in(page)
        leader.send()
    leader.open(application.get_absolute_url())
    leader.send(button("submit_application", application.reference))
    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    return application


def fill_in(page: Page) -> None:
    """Something in every field of a part of the form."""
    part = page.locator("main form").filter(has=page.locator(".btn-primary"))
    for choice in part.locator("select").all():
        choice.select_option(index=1)
    for box in part.locator("[type=checkbox]").all():
        box.check()
    for number in part.locator("[type=number]").all():
        number.fill(number.get_attribute("min") or "1")
    for day in part.locator("[type=date]").all():
        day.fill("2050-01-01")
    for text in part.locator("[type=text], textarea").all():
        text.fill("Comme dit la description.")


def review(
    office: Reader, reader: Callable[..., Reader], application: Application, reviewers: list[User]
) -> None:
    """As many reviews as the track asks for."""
    if not reviewers:
        return
    office.open(reverse("reviews", args=[application.reference]))
    for person in reviewers:
        office.page.locator(f"[name=reviewers][value='{person.pk}']").check()
    office.send(button("assign_reviewers", application.reference))
    for person in reviewers:
        reads = reader(person, DUTCH, f"{office.name}-{person.first_name}")
        reads.open(reverse("write_review", args=[application.reference]))
        for radio in reads.page.locator("main form [type=radio][value='5']").all():
            radio.check()
        for text in reads.page.locator("main form textarea").all():
            text.fill("Goed onderbouwd.")
        reads.send("[name=hand_in]")
    assert Review.objects.filter(submitted_at__isnull=False).count() == len(reviewers)


def approve(
    office: Reader, reader: Callable[..., Reader], application: Application, rules: TrackVersion
) -> None:
    """Each step of the track, then all that was asked for; a large award takes a second person."""
    office.open(reverse("review", args=[application.reference]))
    for kind in rules.steps:
        office.send(f"form[action$='/steps/{kind}'] .btn-primary[type=submit]")
    office.page.locator("[name=approve-reason]").fill("Goed, nuttig en helder.")
    office.send("#approval .btn-primary[type=submit]")
    if rules.min_gpu_hours > (rules.four_eyes_above_gpu_hours or rules.max_gpu_hours):
        second = make_person("Stine", role=Role.STAFF)
        office = reader(second, DUTCH, f"{office.name}-second")
        office.open(reverse("review", args=[application.reference]))
        office.send("form[action$='/confirm'] [type=submit]")
    application.refresh_from_db()
    assert application.state == ApplicationState.APPROVED


def accept(leader: Reader, application: Application) -> Project:
    """Read the offer and take it."""
    leader.open(reverse("offer", args=[application.reference]))
    for box in leader.page.locator(f"{form('offer', application.reference)} [type=checkbox]").all():
        box.check()
    leader.send(button("offer", application.reference))
    application.refresh_from_db()
    assert application.state == ApplicationState.ACCEPTED
    return application.project


def end(project: Project) -> None:
    """Its time passes."""
    today = timezone.localdate()
    Allocation.objects.filter(project=project).update(
        starts_on=today - timedelta(days=40), ends_on=today - timedelta(days=1)
    )
    call_command("nightly")
    project.application.refresh_from_db()
    assert project.application.state == ApplicationState.REPORT_DUE


def report(leader: Reader, office: Reader, project: Project) -> None:
    """What came of it, handed in and accepted."""
    address = reverse("final_report", args=[project.name])
    leader.open(address)
    for text in leader.page.locator("main form textarea").all():
        text.fill("Le modèle entend une fêlure trois ans avant qu'on la voie.")
    leader.page.locator("[name=may_be_published]").select_option("yes")
    leader.send("main form [name=step][value=hand_in]")
    assert FinalReport.objects.get(project=project).is_handed_in
    office.open(address)
    office.send(button("accept_report", project.name))
