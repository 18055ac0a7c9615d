"""The Django application `allocations`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AllocationsConfig(AppConfig):
    """Applications and what becomes of them."""

    name = "allocations"
    verbose_name = _("allocations")
