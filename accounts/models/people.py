"""People, who sign in with their e-mail address."""

from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import PERMISSIONS_OF_ROLE, SECOND_FACTOR_ROLES, Permission, Role


class MailRhythm(models.TextChoices):
    """How often somebody gets the mails that can wait."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("every day at 7:00, in one mail")
    WEEKLY = "weekly", _("every Monday at 7:00, in one mail")


class UserManager(BaseUserManager["User"]):
    """Creates people by address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person; the address is stored in lower case, since people do not mean case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person with one role in the portal."""

    email = models.EmailField(_("e-mail address"), unique=True)
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.APPLICANT)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, blank=True)
    """That of the person's pages and mails; empty until one is chosen, or guessed at sign-up."""
    mail_rhythm = models.CharField(
        _("mails that can wait"), max_length=10, choices=MailRhythm, default=MailRhythm.AT_ONCE
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("last_name", "first_name")
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="people_by_name"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The name as people read it, or the address when there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person's role allows on everything."""
        return PERMISSIONS_OF_ROLE[Role(self.role)] if self.is_active else frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the person's role carries this permission."""
        return permission in self.permissions

    @property
    def needs_second_factor(self) -> bool:
        """Whether the person's role is one that must sign in with two factors."""
        return Role(self.role) in SECOND_FACTOR_ROLES


def display_name(user: User) -> str:
    """How sign-in pages and mails address somebody."""
    return user.full_name
