"""Numbers of organisations in countries that are associated with Horizon Europe.

Each is written with the two letters of its country before the country's own number of enterprises,
as its register or tax office writes it. The check sum is tested where the number has one that
python-stdnum knows; of the other countries only the form is.

Source: European Commission, list of countries associated to Horizon Europe; which of them count is
the setting `BELFRY_ASSOCIATED_COUNTRIES`.
"""

import re
from types import ModuleType

from stdnum.al import nipt as albania
from stdnum.ca import bn as canada
from stdnum.ch import uid as switzerland
from stdnum.eg import tn as egypt
from stdnum.exceptions import InvalidFormat, ValidationError
from stdnum.fo import vn as faroe_islands
from stdnum.gb import vat as united_kingdom
from stdnum.il import hp as israel
from stdnum.is_ import kennitala as iceland
from stdnum.jp import cn as japan
from stdnum.kr import brn as korea
from stdnum.md import idno as moldova
from stdnum.me import pib as montenegro
from stdnum.mk import edb as north_macedonia
from stdnum.no import orgnr as norway
from stdnum.nz import ird as new_zealand
from stdnum.rs import pib as serbia
from stdnum.tn import mf as tunisia
from stdnum.tr import vkn as turkiye
from stdnum.ua import edrpou as ukraine

_CHECKS: dict[str, ModuleType] = {
    "AL": albania,
    "CA": canada,
    "CH": switzerland,
    "EG": egypt,
    "FO": faroe_islands,
    "GB": united_kingdom,
    "IL": israel,
    "IS": iceland,
    "JP": japan,
    "KR": korea,
    "MD": moldova,
    "ME": montenegro,
    "MK": north_macedonia,
    "NO": norway,
    "NZ": new_zealand,
    "RS": serbia,
    "TN": tunisia,
    "TR": turkiye,
    "UA": ukraine,
}
_SEPARATORS = re.compile(r"[\s./-]")
_UNCHECKED = re.compile(r"(?=.*[0-9])[0-9A-Z]{5,15}", re.ASCII)
_VAT_SUFFIXES = ("MVA", "MWST", "TVA", "IVA", "TPV")
MOST_CHARACTERS = 40
_LENGTHS = {"CA": 9, "GB": 9, "TN": 8}
"""What follows in longer numbers is a branch of the same enterprise, or one of its tax accounts."""


def compact_associated(country: str, text: str) -> str:
    """The number of one of these countries as it is kept, with the two letters before it.

    Raises `stdnum.exceptions.ValidationError` where it is none. What makes it a number for the tax
    office is left out, so that one enterprise has one number.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidFormat()
    whole = _SEPARATORS.sub("", text).upper()
    for suffix in _VAT_SUFFIXES:
        whole = whole.removesuffix(suffix)
    check = _CHECKS.get(country)
    number = _unchecked(whole[2:]) if check is None else _checked(check, whole)
    own = number.removeprefix(country)[: _LENGTHS.get(country)]
    return country + own


def _checked(check: ModuleType, whole: str) -> str:
    """Some countries' own numbers begin with their letters, such as CHE-107.787.577."""
    try:
        return str(check.validate(whole[2:]))
    except ValidationError:
        return str(check.validate(whole))


def _unchecked(number: str) -> str:
    if not _UNCHECKED.fullmatch(number):
        raise InvalidFormat()
    return number
