"""The people of the demonstration, and how they get into the portal."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from deploy.demo.browser import Browser, PageError
from deploy.demo.stack import Stack

PASSWORD = "belfry demo password"  # printed on purpose, for a portal on loopback
MAIL_SECONDS = 30


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    first_name: str
    last_name: str
    house: str = "demo.example"

    @property
    def email(self) -> str:
        """The address with which they sign in."""
        return f"{self.first_name}@{self.house}".lower()


ADA = Person("Ada", "Lovelace")
BRAM = Person("Bram", "Claes")
STAF = Person("Staf", "Peeters", house="factory.example")


def sign_in(stack: Stack, person: Person) -> Browser:
    """The person's browser after signing in; the account is made the first time."""
    browser = Browser(stack.url)
    log_in(browser, person)
    if "/accounts/login" in browser.address:
        sign_up(browser, person)
    if "/accounts/confirm-email" in browser.address:
        browser.open(mailed_link(stack, person, "/accounts/confirm-email/"))
        browser.submit("/accounts/confirm-email/")
        log_in(browser, person)
    if "/accounts/" in browser.address:
        raise PageError(f"{person.email} could not sign in: {browser.text()[:300]}")
    return browser


def log_in(browser: Browser, person: Person) -> None:
    """Enter address and password, unless signed in already."""
    browser.open("/accounts/login/")
    if "/accounts/login" in browser.address:
        browser.submit("/accounts/login/", {"login": person.email, "password": PASSWORD})


def sign_up(browser: Browser, person: Person) -> None:
    """Make an account; it waits for the link in the mail that confirms the address."""
    browser.open("/accounts/signup/")
    browser.submit(
        "/accounts/signup/",
        {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )


def mailed_link(stack: Stack, person: Person, part: str) -> str:
    """The newest link of a kind that was mailed to somebody; waits for the worker to send it."""
    deadline = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < deadline:
        for path in sorted(stack.mail_folder.glob("*.log"), key=_age):
            link = _link_in(path, person, part)
            if link:
                return link
        time.sleep(0.2)
    raise PageError(
        f"No mail with a link to {part} reached {person.email} within {MAIL_SECONDS} s.",
        f"Look into {stack.mail_folder} and the log of the worker.",
    )


def _age(path: Path) -> float:
    return -path.stat().st_mtime


def _link_in(path: Path, person: Person, part: str) -> str | None:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    if person.email not in str(message["To"]):
        return None
    body = message.get_body(("plain",))
    found = re.findall(rf"https?://\S*{part}\S*", body.get_content() if body else "")
    return found[-1] if found else None
