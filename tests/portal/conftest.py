"""What tests of pages may ask for."""

from tests.portal.chromium import browser
from tests.portal.permission_world import people, values

__all__ = ["browser", "people", "values"]
