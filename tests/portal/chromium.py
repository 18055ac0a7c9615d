"""Pages in a real browser, judged by axe-core.

KEEP_SCREENSHOTS=FOLDER keeps a picture of each.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User

AXE = settings.BASE_DIR / "portal/frontend/node_modules/axe-core/axe.min.js"
# A chart is drawn anew a moment after the window's width has changed.
FITS_SOON = """async () => {
    const fits = () => document.documentElement.scrollWidth <= window.innerWidth;
    for (let left = 30; left > 0 && !fits(); left--) await new Promise(r => setTimeout(r, 100));
    return fits();
}"""
# What would be cut off with no way to read it, save what only screen readers read; what moves.
CUT_OFF_OR_MOVING = """() => {
    const isCutOff = (part) => part.clientWidth > 1 && part.scrollWidth > part.clientWidth + 1
        && ["hidden", "clip"].includes(getComputedStyle(part).overflowX);
    const named = (what) => (part) => `${what}: ${part.outerHTML.slice(0, 120)}`;
    return [
        ...[...document.querySelectorAll("body :not(input, svg, svg *)")].filter(isCutOff)
            .map(named("cut off")),
        ...document.getAnimations().map((moving) => moving.effect.target).map(named("moving")),
        ...[...document.querySelectorAll("*")]
            .filter((part) => getComputedStyle(part).scrollBehavior === "smooth")
            .map(named("scrolls smoothly")),
    ];
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
DESKTOP, PHONE = 1280, 390
ZOOMED = DESKTOP // 2
"""What a desktop has at 200 %."""
HEIGHT = 900
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which Django would refuse to ask the
        # database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield running
        running.close()


def open_context(
    browser: Browser, url: str, person: User | None, width: int = DESKTOP
) -> BrowserContext:
    """A window of this width in which this person, or nobody, has signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce"
    )
    if person:
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    return context


@dataclass
class Judge:
    """Looks at pages one after the other, at each width, and collects what is wrong with them."""

    page: Page
    widths: tuple[int, ...] = (DESKTOP, PHONE)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._hear(message.text))

    def look_at(self, name: str, address: str, *, status: int = 200) -> None:
        """Open a page and judge it."""
        answer = self.page.goto(address)
        if answer is None or answer.status != status:
            self.problems.append(f"{name}: answered {answer and answer.status}")
        self.judge(name)

    def judge(self, name: str) -> None:
        """Judge what is shown once every part that the page asks for is there.

        The page is left at the first width.
        """
        self.page.locator(".htmx-request").first.wait_for(state="hidden")
        # The page's own policy forbids scripts of others; the test's arrives through the debugger.
        self.page.evaluate(AXE.read_text())
        for width in self.widths:
            self._judge_at(width, f"{name}-{width}")
        self._judge_zoomed(f"{name}-zoomed")
        self.page.set_viewport_size({"width": self.widths[0], "height": HEIGHT})

    def _judge_at(self, width: int, name: str) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        if not self.page.evaluate(FITS_SOON):
            self.problems.append(f"{name}: wider than the screen")
        keep_picture(self.page, name)
        found = self.page.evaluate(
            "what => axe.run(what).then(all => all.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ')))",
            # What passes is not told in full: nobody reads it.
            {"runOnly": RULES, "resultTypes": ["violations"]},
        )
        self.problems += [f"{name}: {finding}" for finding in found]

    def _judge_zoomed(self, name: str) -> None:
        """At 200 % nothing is lost; and nothing moves for those who asked for that."""
        self.page.set_viewport_size({"width": ZOOMED, "height": HEIGHT // 2})
        if not self.page.evaluate(FITS_SOON):
            self.problems.append(f"{name}: wider than the screen")
        self.problems += [f"{name}: {what}" for what in self.page.evaluate(CUT_OFF_OR_MOVING)]

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.problems.append(text)


def keep_picture(page: Page, name: str) -> None:
    """A picture of the whole page, where somebody wants them."""
    folder = os.environ.get("KEEP_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
