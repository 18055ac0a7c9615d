"""Somebody without a mouse: Tab to what is wanted, and the keys that belong to it.

Each stop on the way has to be seen, and to follow the one before in the order of the page.
"""

from playwright.sync_api import Page

MOST_STOPS = 150
MOST_CHOICES = 60

STOP = """wanted => {
    const here = document.activeElement;
    const style = getComputedStyle(here);
    const box = here.getBoundingClientRect();
    const before = window.stopBefore;
    window.stopBefore = here;
    const comesLater = (one, other) =>
        one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    return {
        what: here.outerHTML.slice(0, 120),
        isWanted: here.matches(wanted),
        isNowhere: here === document.body,
        isSeen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth,
        isMarked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
            || style.boxShadow !== "none",
        isInOrder: !before || !before.isConnected || before === here
            || Boolean(comesLater(before, here)),
    };
}"""


class Keyboard:
    """The keys of one window."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go_to(self, wanted: str) -> None:
        """Press Tab until something that matches has the focus."""
        for _stop in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(STOP, wanted)
            where = f"{self.page.url}: {stop['what']}"
            if stop["isNowhere"]:
                self.page.evaluate("() => { window.stopBefore = null; }")
                continue
            assert stop["isSeen"], f"the focus is out of sight at {where}"
            assert stop["isMarked"], f"nothing shows the focus at {where}"
            assert stop["isInOrder"], f"the focus jumps back to {where}"
            if stop["isWanted"]:
                return
        raise AssertionError(f"Tab does not lead to {wanted} on {self.page.url}")

    def turn_to(self, value: str) -> None:
        """Press the arrow until a list or a group of radio buttons has this value."""
        for _choice in range(MOST_CHOICES):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {value} on {self.page.url}")
