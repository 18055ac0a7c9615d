"""Each track from the six questions to a closed project, in a browser.

Who applies reads French, staff and reviewers Dutch. The site is played: it says that it has set up
what it was asked for. One track is walked without a mouse, by who applies and who decides.
KEEP_SCREENSHOTS=FOLDER keeps a picture of every page.
"""

from collections.abc import Callable
from datetime import timedelta

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

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
from tests.portal.chromium import DESKTOP, PHONE, open_context
from tests.portal.readers import KeyboardReader, Reader

pytestmark = pytest.mark.browser

FRENCH, DUTCH = "fr", "nl"
SECTIONS = "#form-parts a"
BY_KEYBOARD = "fl"


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
    """Opens windows; who applies to some tracks does so on a phone, to one without a mouse."""

    def make(person: User, language: str, name: str, width: int = DESKTOP) -> Reader:
        User.objects.filter(pk=person.pk).update(language=language)
        kind = KeyboardReader if f"-{BY_KEYBOARD}-" in name else Reader
        url = str(live_server)
        return kind(open_context(browser, url, person, width), url, language, name)

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
    leader.pick("kind", kind)
    leader.pick("seat", Seat.EU.value)
    leader.pick("purpose", Purpose.CIVIL.value)
    leader.write("hours", str(rules.min_gpu_hours))
    leader.write("months", str(rules.lengths_in_months[0]))
    leader.send("main form [type=submit]")
    leader.send(f"main a.btn-primary[href*='track={rules.track.code}']")
    leader.send(button("start_application", rules.track.code))


def apply(leader: Reader, rules: TrackVersion) -> Application:
    """Fill in what is asked, part by part, and hand it in."""
    application = Application.objects.get()
    leader.write("title", "Bells that tell when they crack")
    leader.write("abstract", "We teach a model to hear a crack before it is seen. " * 2)
    leader.write("purpose", "Training of a listening model on 40,000 hours of bells.")
    leader.choose("organisation", str(Organisation.objects.get().pk))
    leader.choose("months", str(rules.lengths_in_months[0]))
    leader.write("hours_zellik", str(rules.min_gpu_hours))
    leader.send("main form [name=step][value=save]")
    links = leader.page.locator(SECTIONS)
    for address in links.evaluate_all("found => found.map(a => a.getAttribute('href'))")[1:]:
        leader.open(address)
        leader.fill_in("Comme dit la description.")
        leader.send()
    leader.open(application.get_absolute_url())
    leader.send(button("submit_application", application.reference))
    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    return application


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
