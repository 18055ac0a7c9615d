"""Short texts of the database in the reader's language.

What a new portal is seeded with is in the catalogues; what staff write reads as they wrote it.
"""

from django.utils.translation import gettext


def in_readers_language(text: str) -> str:
    """The text, translated where it is one of those that a new portal starts with."""
    return gettext(text) if text else text
