"""Belgian enterprise numbers (KBO/BCE): ten digits, the first 0 or 1, the last two a check sum.

Organisations of other countries of the EU have their VAT number, which begins with two letters;
those of associated countries the number of their own register behind the letters of the country.

Source: Crossroads Bank for Enterprises; the last two digits are 97 − (first eight mod 97).
python-stdnum checks the sum, not the first digit.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.be import vat
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NumberError

from accounts.associated_numbers import compact_associated

COUNTRY_LETTERS = 2


def compact_enterprise_number(text: str) -> str:
    """The ten digits, or the foreign VAT number, of what somebody typed.

    Raises ValidationError with what to do.
    """
    if is_foreign(text):
        return _compact_foreign(text)
    try:
        digits = vat.validate(text)
    except NumberError:
        raise ValidationError(
            _("This is not a Belgian enterprise number. Look for ten digits, like 0403.019.261."),
            code="enterprise_number",
        ) from None
    if digits[0] not in "01":
        raise ValidationError(
            _("A Belgian enterprise number starts with 0 or 1."), code="enterprise_number"
        )
    return digits


def validate_enterprise_number(text: str) -> None:
    """Raise ValidationError unless the text is an enterprise number."""
    compact_enterprise_number(text)


def show_enterprise_number(digits: str) -> str:
    """Ten digits as people write them: 0403.019.261; a foreign number as it is."""
    if not digits.isdecimal():
        return digits
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def is_foreign(text: str) -> bool:
    """Whether a number begins with the letters of another country than Belgium."""
    country = text.strip()[:COUNTRY_LETTERS]
    return country.isascii() and country.isalpha() and country.upper() != "BE"


def vat_number(number: str) -> tuple[str, str]:
    """Country and number as VIES asks for them."""
    if number.isdecimal():
        return "BE", number
    return number[:COUNTRY_LETTERS], number[COUNTRY_LETTERS:]


def is_of_eu(number: str) -> bool:
    """Whether a number is one that VIES can know: of Belgium or another country of the EU."""
    return vat_number(number)[0] not in settings.ASSOCIATED_COUNTRIES


def _compact_foreign(text: str) -> str:
    country = text.strip()[:COUNTRY_LETTERS].upper()
    try:
        if country in settings.ASSOCIATED_COUNTRIES:
            return compact_associated(country, text.strip())
        return str(eu_vat.validate(text))
    except NumberError:
        raise ValidationError(
            _(
                "This is no number of an organisation in the EU or an associated country. It begins"
                " with the two letters of the country, like LU26375245 or NO988077917."
            ),
            code="enterprise_number",
        ) from None
