"""What somebody wrote in a form whose session had ended, for them to copy; nothing is stored."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest

MOST_CHARACTERS = 500_000
"""Of all texts together: far more than any form takes."""
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "version", "edits", "next", "step"})
_SECRET = ("password", "token", "secret", "credential")
_CODE = "code"
"""The one-time code of a second factor."""


@dataclass(frozen=True)
class UnsavedText:
    """One field of the form that was sent."""

    label: str
    text: str


def unsaved_texts(request: HttpRequest) -> list[UnsavedText]:
    """What the form's fields held, without files, secrets and what would be too long to show."""
    shown, left = [], MOST_CHARACTERS
    for name, values in request.POST.lists():
        text = "\n".join(values)
        if not text.strip() or not _is_typed(name) or len(name) + len(text) > left:
            continue
        left -= len(name) + len(text)
        shown.append(UnsavedText(name.rpartition("-")[2].replace("_", " "), text))
    return shown


def page_of_form(request: HttpRequest) -> str:
    """The page that showed the form, where the browser tells; else what the form was sent to."""
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc != request.get_host():
        return request.get_full_path()
    return page._replace(scheme="", netloc="", fragment="").geturl()


def _is_typed(name: str) -> bool:
    plain = name.lower()
    if plain.rpartition("-")[2] in _NOT_TYPED or plain == _CODE:
        return False
    return not any(part in plain for part in _SECRET)
