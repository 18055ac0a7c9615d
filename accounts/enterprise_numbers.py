"""Belgian enterprise numbers (KBO/BCE): ten digits, the first 0 or 1, the last two a check sum.

Source: Crossroads Bank for Enterprises; the last two digits are 97 − (first eight mod 97).
python-stdnum checks the sum, not the first digit.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.be import vat
from stdnum.exceptions import ValidationError as NumberError


def compact_enterprise_number(text: str) -> str:
    """The ten digits of what somebody typed; raises ValidationError with what to do."""
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
    """Raise ValidationError unless the text is a Belgian enterprise number."""
    compact_enterprise_number(text)


def show_enterprise_number(digits: str) -> str:
    """Ten digits as people write them: 0403.019.261."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"
