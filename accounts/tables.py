"""People as a table, and how to narrow it down."""

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable, WordFilter
from accounts.models import User
from accounts.permissions import Permission, Role


def _at_organisation(word: str) -> Q:
    return Q(pk__in=User.objects.filter(organisations__name__icontains=word).values("pk"))


class PeopleFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """People by name, address, organisation and role."""

    q = WordFilter(
        _("Name, e-mail address or organisation"),
        "first_name",
        "last_name",
        "email",
        more=_at_organisation,
    )
    role = filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("All"))


class PeopleTable(ListTable):
    """One row a person; administrators find the way to change a role there."""

    name = tables.Column(
        verbose_name=_("Name"), empty_values=(), order_by=("last_name", "first_name")
    )
    role = tables.Column(verbose_name=_("Role"))
    organisations = tables.Column(verbose_name=_("Organisations"), empty_values=(), orderable=False)
    has_second_factor = tables.Column(verbose_name=_("Second factor"), empty_values=())
    joined_at = tables.Column(verbose_name=_("Joined"))

    class Meta:
        order_by = ("name",)

    def render_name(self, record: User) -> SafeString:
        """The name, with the address below."""
        return format_html(
            '<bdi class="fw-semibold">{}</bdi><div class="small text-body-secondary">{}</div>',
            record.full_name,
            record.email,
        )

    def render_role(self, record: User) -> SafeString:
        """The role, which an administrator may change."""
        role = format_html("<span>{}</span>", Role(record.role).label)
        reader = self.request.user
        if not reader.may(Permission.PEOPLE_CHANGE_ROLE) or reader.pk == record.pk:
            return role
        return format_html(
            '{} <a class="ms-2" href="{}">{}<span class="visually-hidden">: {}</span></a>',
            role,
            reverse("change_role", args=[record.pk]),
            pgettext("verb", "Change"),
            record.full_name,
        )

    def render_organisations(self, record: User) -> SafeString | str:
        """The organisations that the person may apply for."""
        names = [(organisation.name,) for organisation in record.organisations.all()]
        return format_html_join(", ", "<bdi>{}</bdi>", names) or "—"

    def render_has_second_factor(self, record: User) -> str:
        """Whether one is set, and whether it should be."""
        if record.has_second_factor:  # type: ignore[attr-defined]  # annotated by the view
            return gettext("Set")
        return gettext("Missing") if record.needs_second_factor else gettext("Not set")

    def render_joined_at(self, record: User) -> str:
        """The day in Brussels."""
        return date_format(timezone.localtime(record.joined_at), "SHORT_DATE_FORMAT")
