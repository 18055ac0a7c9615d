"""People at windows of their own, with a mouse or with the keys alone."""

from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.portal.chromium import keep_picture
from tests.portal.keyboard import Keyboard

PRIMARY = "main form .btn-primary[type=submit]"
COMING_DAY = "2050-01-01"
FIELDS = """form => [...form.elements]
    .filter(field => field.name && field.offsetParent && !field.readOnly && !field.disabled)
    .filter(field => ["SELECT", "INPUT", "TEXTAREA"].includes(field.tagName))
    .map(field => ({
        name: field.name, type: field.type, least: field.min,
        value: field.getAttribute("value"),
        second: field.options?.[1]?.value,
    }))"""


class Reader:
    """Somebody with a mouse, whose every page is in their language."""

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
            self._press(button)
        self.look()

    def look(self) -> None:
        """Every page is in the reader's language, and says of no field that it is wrong."""
        assert self.page.locator("html").get_attribute("lang") == self.language, self.page.url
        wrong = self.page.locator(".invalid-feedback, #errors").all_inner_texts()
        assert not wrong, f"{self.page.url}: {wrong}"
        self.pages += 1
        keep_picture(self.page, f"{self.name}-{self.pages:02}-{self.language}")

    def write(self, name: str, text: str) -> None:
        """Write in a field instead of what is there."""
        self.page.locator(f"[name='{name}']").fill(text)

    def tick(self, name: str, value: str | None) -> None:
        """Tick a box, of several of a name the one with this value."""
        self.page.locator(_box(name, value)).check()

    def pick(self, name: str, value: str) -> None:
        """Take one of a group of radio buttons."""
        self.tick(name, value)

    def choose(self, name: str, value: str) -> None:
        """Take one of a list."""
        self.page.locator(f"[name='{name}']").select_option(value)

    def write_day(self, name: str, day: str) -> None:
        """Write a day, such as 2050-01-01."""
        self.write(name, day)

    def fill_in(self, words: str) -> None:
        """Something in every field of a part of the form, in the order of the page."""
        part = self.page.locator("main form").filter(has=self.page.locator(".btn-primary"))
        for field in part.evaluate(FIELDS):
            self._fill_in(field, words)

    def _fill_in(self, field: dict[str, Any], words: str) -> None:
        name = field["name"]
        match field["type"]:
            case "select-one":
                self.choose(name, field["second"])
            case "checkbox":
                self.tick(name, field["value"])
            case "number":
                self.write(name, field["least"] or "1")
            case "date":
                self.write_day(name, COMING_DAY)
            case "text" | "textarea":
                self.write(name, words)

    def _press(self, button: str) -> None:
        self.page.locator(button).first.click()


class KeyboardReader(Reader):
    """Somebody without a mouse, who follows the links of the page where it has them."""

    def __init__(self, context: BrowserContext, url: str, language: str, name: str) -> None:
        super().__init__(context, url, language, name)
        self.keyboard = Keyboard(self.page)

    def open(self, address: str) -> None:
        """Go to a page by its link, or by its address."""
        link = f"a[href='{address}']"
        if self.page.locator(link).count():
            self.send(link)
        else:
            super().open(address)

    def write(self, name: str, text: str) -> None:
        """Write in a field instead of what is there."""
        self.keyboard.go_to(f"[name='{name}']")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tick(self, name: str, value: str | None) -> None:
        """Tick a box, of several of a name the one with this value."""
        box = _box(name, value)
        self.keyboard.go_to(box)
        if not self.page.locator(box).is_checked():
            self.page.keyboard.press("Space")

    def pick(self, name: str, value: str) -> None:
        """Take one of a group of radio buttons: Space takes the first, arrows the next."""
        self.keyboard.go_to(f"[name='{name}']")
        self.page.keyboard.press("Space")
        self.keyboard.turn_to(value)

    def choose(self, name: str, value: str) -> None:
        """Take one of a list."""
        self.keyboard.go_to(f"[name='{name}']")
        self.page.keyboard.press("Home")
        self.keyboard.turn_to(value)

    def write_day(self, name: str, day: str) -> None:
        """Write a day as a browser in English has it: month, day, year."""
        year, month, in_month = day.split("-")
        self.keyboard.go_to(f"[name='{name}']")
        self.page.keyboard.type(f"{month}{in_month}{year}")

    def _press(self, button: str) -> None:
        self.keyboard.go_to(button)
        self.page.keyboard.press("Enter")


def _box(name: str, value: str | None) -> str:
    return f"[name='{name}']" if value is None else f"[name='{name}'][value='{value}']"
