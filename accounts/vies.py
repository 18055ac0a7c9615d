"""Asks VIES whether a VAT number is known, in the worker: it is often down, and holds up nothing.

VIES is the European Commission's register of VAT numbers.
"""

import json
import logging
from datetime import timedelta
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from accounts.audit import SystemActor, action
from accounts.enterprise_numbers import vat_number
from accounts.models import Organisation, VatState

log = logging.getLogger(__name__)

VIES = SystemActor("VIES")
TIMEOUT_SECONDS = 10
MOST_ANSWER_BYTES = 64 * 1024
FIRST_RETRY = timedelta(minutes=1)
MOST_ATTEMPTS = 10
"""The last one is some 17 hours after the first; the next night asks again."""


class ViesError(Exception):
    """VIES gave no verdict; ask again later."""


def is_known(number: str, address: str) -> bool:
    """Whether VIES knows the number; raises ViesError where it does not say."""
    country, digits = vat_number(number)
    wanted = Request(  # noqa: S310  # settings take http and https alone
        f"{address.rstrip('/')}/ms/{country}/vat/{digits}",
        headers={"Accept": "application/json"},
    )
    try:
        with urlopen(wanted, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # as above
            body = answer.read(MOST_ANSWER_BYTES)
        said: Any = json.loads(body)
    except (URLError, OSError, ValueError) as error:
        raise ViesError(f"VIES cannot be asked: {error}") from error
    verdict = said.get("isValid") if isinstance(said, dict) else None
    if not isinstance(verdict, bool) or said.get("userError") not in ("VALID", "INVALID", None):
        raise ViesError("VIES does not say whether it knows the number")
    return verdict


@task()
def check_vat_number(organisation_id: int, attempt: int = 1) -> None:
    """Ask, and write down what was said; tried again, ever later, while VIES is away."""
    if not settings.VIES_URL:
        return
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None or not organisation.is_of_eu:
        return
    try:
        known = is_known(organisation.enterprise_number, settings.VIES_URL)
    except ViesError:
        log.warning("VIES gave no verdict on organisation %d, attempt %d", organisation_id, attempt)
        if attempt < MOST_ATTEMPTS:
            later = timezone.now() + FIRST_RETRY * 2 ** (attempt - 1)
            check_vat_number.using(run_after=later).enqueue(organisation_id, attempt=attempt + 1)
        return
    note_check(organisation_id=organisation_id, is_known=known, actor=VIES)


@action
def note_check(*, organisation_id: int, is_known: bool, actor: SystemActor) -> None:
    """Write down what VIES said."""
    Organisation.objects.filter(pk=organisation_id).update(
        vat_state=VatState.VALID if is_known else VatState.INVALID, vat_checked_at=timezone.now()
    )


def check_again() -> int:
    """Have every number asked for that VIES has said nothing of; how many these are."""
    if not settings.VIES_URL:
        return 0
    unchecked = Organisation.objects.filter(vat_state=VatState.UNCHECKED)
    keys = [one.pk for one in unchecked.only("enterprise_number") if one.is_of_eu]
    for key in keys:
        check_vat_number.enqueue(key)
    return len(keys)
