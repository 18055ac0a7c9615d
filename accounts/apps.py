"""The Django application `accounts`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, organisations and their rights."""

    name = "accounts"
    verbose_name = _("accounts")
