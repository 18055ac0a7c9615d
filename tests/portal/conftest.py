"""What tests of pages may ask for."""

import pytest

from portal.reports.settled import SETTLED
from tests.portal.chromium import browser
from tests.portal.permission_world import people, values

__all__ = ["browser", "people", "values"]


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """Each test has days of its own, of which no trigger told that they took others' place."""
    SETTLED.forget()
