"""The languages of the portal, and which of them somebody reads."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation

from accounts.models import User


def current_language() -> str:
    """The one that is active, English where it is none of the portal's."""
    return known_language(translation.get_language())


def language_of(person: User | None) -> str:
    """The one that a person chose, English where they chose none or are not known."""
    return (person.language if person else "") or settings.LANGUAGE_CODE


def in_language_of(person: User | None) -> AbstractContextManager[None]:
    """What is written inside is in the person's language, whoever causes it."""
    return translation.override(language_of(person))


def known_language(code: str | None) -> str:
    """The portal's language for a code: `nl` for `nl-be`, English for what is not known."""
    try:
        return translation.get_supported_language_variant(code or settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE
