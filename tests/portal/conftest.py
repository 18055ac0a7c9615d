"""What tests of pages may ask for."""

from tests.portal.chromium import browser

__all__ = ["browser"]
