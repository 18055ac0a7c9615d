"""Short texts of the database in the reader's language.

What a new portal is seeded with is in the catalogues. What staff write reads as they wrote it,
unless they wrote it in the reader's language, too.
"""

from collections.abc import Mapping
from typing import TypeAlias

from django.utils.translation import gettext

from accounts.languages import current_language

Translations: TypeAlias = dict[str, dict[str, str]]
"""Texts by language, then by the name of their field."""


def in_readers_language(
    text: str, translations: Mapping[str, Mapping[str, str]] | None = None, field: str = ""
) -> str:
    """What staff wrote in this language, else the text, translated where a new portal has it."""
    own = (translations or {}).get(current_language(), {}).get(field)
    return own or (gettext(text) if text else text)
