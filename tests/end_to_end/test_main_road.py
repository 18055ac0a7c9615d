"""The main job in a real browser, on real Slurm; pictures stay in tests/screenshots."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.demo.people import PASSWORD, Person, mailed_link
from deploy.demo.stack import Stack
from deploy.demo.steps import sbatch, wait_for_end, wait_until
from deploy.testbed.layout import CHARLEROI, SITES, ZELLIK
from deploy.testbed.sreport import tres_seconds_by_user
from tests.portal.chromium import CHROMIUM
from tests.testbed import Testbed

pytestmark = [pytest.mark.slurm, pytest.mark.browser]

PICTURES = Path(__file__).parents[1] / "screenshots"
EVA = Person("Eva", "Maes")
RIK = Person("Rik", "Wouters", house="factory.example")
PATIENCE_MS = 60_000
SECONDS_A_DAY = 86_400


@pytest.fixture(scope="module")
def chromium() -> Browser:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield running
        running.close()


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=True)


def window(chromium: Browser, stack: Stack, width: int = 1280) -> Page:
    page = chromium.new_context(
        base_url=stack.url, viewport={"width": width, "height": 860}
    ).new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def sign_up(page: Page, stack: Stack, person: Person) -> None:
    page.goto("/accounts/signup/")
    for name, value in {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "password1": PASSWORD,
        "password2": PASSWORD,
    }.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form [type=submit]").first.click()
    page.goto(mailed_link(stack, person, "/accounts/confirm-email/"))
    page.locator("main form [type=submit]").first.click()
    page.goto("/accounts/login/")
    if "/accounts/login" in page.url:
        page.locator("[name=login]").fill(person.email)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form [type=submit]").first.click()
    expect(page.get_by_text(person.first_name).first).to_be_visible()


def apply(page: Page) -> str:
    page.goto("/organisations/new")
    page.locator("[name=enterprise_number]").fill("0428.759.497")
    page.locator("[name=name]").fill("Beiaard BV")
    page.locator("[name=kind]").select_option("public")
    page.locator("[name=postcode]").fill("6000")
    page.locator("main form [type=submit]").first.click()
    page.goto("/applications/new")
    picture(page, "choose-a-track")
    page.locator("form[action$='/applications/new/pa'] [type=submit]").click()
    page.wait_for_url("**/edit")
    page.locator("[name=title]").fill("A carillon that tunes itself")
    page.locator("[name=abstract]").fill(
        "We teach a carillon to hear how far each bell is out of tune and to say what to do."
    )
    page.locator("[name=purpose]").fill("Training of a listening model on 40,000 hours of bells.")
    page.locator("[name=organisation]").select_option(label="Beiaard BV")
    page.locator("[name=months]").select_option("6")
    page.locator("[name=hours_zellik]").fill("1500")
    page.locator("[name=hours_charleroi]").fill("500")
    picture(page, "application-form")
    page.get_by_role("button", name="Save draft").click()
    reference = page.url.split("/applications/")[1].split("/")[0]
    fill_in_sections(page)
    page.goto(f"/applications/{reference}/")
    page.locator("form[action$='/submit'] [type=submit]").first.click()
    expect(page.get_by_text("Submitted").first).to_be_visible()
    picture(page, "application-submitted")
    return reference


def fill_in_sections(page: Page) -> None:
    """Answer every further page of the form that the track shows."""
    links = page.locator("#form-parts a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    for address in links[1:]:
        page.goto(address)
        form = page.locator("form[data-answers]")
        for choice in form.locator("select").all():
            choice.select_option(index=1)
        for box in form.locator("[type=checkbox]").all():
            box.check()
        for number in form.locator("[type=number]").all():
            number.fill(number.get_attribute("min") or "1")
        for day in form.locator("[type=date]").all():
            day.fill("2050-01-01")
        for text in form.locator("[type=text], textarea").all():
            text.fill("As our description says.")
        picture(page, f"application-{address.rsplit('/', 1)[-1]}")
        form.get_by_role("button", name=re.compile("^(Save and go on|Sign)$")).click()
        page.wait_for_url(lambda url, left=address: left not in url)


def approve(page: Page, reference: str) -> str:
    page.goto("/staff/queue")
    expect(page.get_by_text(reference)).to_be_visible()
    picture(page, "queue")
    page.goto(f"/staff/applications/{reference}/")
    expect(page.get_by_text("create account aif").first).to_be_visible()
    picture(page, "review-with-preview")
    steps = page.get_by_role("button", name=re.compile("^Record as done"))
    for left in range(steps.count(), 0, -1):
        steps.first.click()
        expect(steps).to_have_count(left - 1)
    expect(page.get_by_text("create account aif").first).to_be_visible()
    page.locator("[name=approve-reason]").fill("Sound, useful, and well explained.")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url("**/projects/*/")
    picture(page, "project-offered")
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def accept(page: Page, reference: str) -> None:
    page.goto(f"/applications/{reference}/")
    page.get_by_role("link", name="Read and answer the offer").click()
    picture(page, "offer")
    page.get_by_label("I accept this award").check()
    page.get_by_role("button", name="Accept the award").click()
    page.wait_for_url("**/projects/*/")


def use_the_grant(stack: Stack, testbed: Testbed, project: str, username: str) -> dict[str, int]:
    for site in SITES:
        answer = testbed.as_user(
            site.name, username, *sbatch(site, project, "--gres=gpu:2", command="sleep 3")
        )
        assert answer.returncode == 0, answer.stderr
        wait_for_end(stack, site, answer.stdout.strip())
    used = {}
    for site in SITES:
        report = tres_seconds_by_user(stack.layout, site, since=int(time.time()) - SECONDS_A_DAY)
        used[site.name] = sum(
            seconds for (account, _), seconds in report.items() if account == project
        )
    return used


def test_from_an_application_in_the_browser_to_gpu_hours_in_the_report(
    chromium: Browser, stack: Stack, testbed: Testbed
) -> None:
    eva, rik = window(chromium, stack), window(chromium, stack)
    eva.goto("/")
    picture(eva, "welcome")
    sign_up(eva, stack, EVA)
    sign_up(rik, stack, RIK)
    stack.manage("set_role", RIK.email, "staff")

    reference = apply(eva)
    project = approve(rik, reference)
    accept(eva, reference)

    eva.goto(f"/projects/{project}/")
    expect(eva.get_by_text("Active since")).to_have_count(len(SITES), timeout=PATIENCE_MS)
    username = re.findall(rf"{stack.username_prefix}emaes\d*", eva.content())[0]
    used = use_the_grant(stack, testbed, project, username)
    assert all(seconds > 0 for seconds in used.values()), used

    def shown() -> bool:
        figures = eva.request.get(f"/projects/{project}/usage.json").json()["allocations"]
        return {row["site"]: row["used_gpu_seconds"] for row in figures} == used

    wait_until(shown, 60, f"the portal does not show {used}", "Read the bridges' logs.")
    eva.reload()
    for site in (ZELLIK, CHARLEROI):
        expect(eva.get_by_text(site.name.title()).first).to_be_visible()
    picture(eva, "project")
    # The picture at the top of the README, docs/images/project.jpg.
    eva.screenshot(path=str(PICTURES / "project.jpg"), type="jpeg", quality=60)
    eva.goto(f"/projects/{project}/jobs")
    picture(eva, "jobs")
    rik.goto("/staff/sites/")
    picture(rik, "sites")
    rik.goto("/reports/?sort=-project")
    expect(rik.get_by_text(project).first).to_be_visible()
    picture(rik, "report")
    phone = eva.context
    eva.set_viewport_size({"width": 390, "height": 844})
    eva.goto(f"/projects/{project}/")
    picture(eva, "project-on-a-phone")
    phone.close()
