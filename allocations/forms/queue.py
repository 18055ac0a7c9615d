"""How staff narrow down the queue and the list of projects."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from accounts.models import Organisation
from allocations.models import Allocation, Application, Project, RequestedHours, Site, Track
from allocations.states import OPEN_STATES, AllocationState, ApplicationState

EVERY_STATE = "all"


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


def _tracks(request: object) -> QuerySet[Track]:
    return Track.objects.published()


class QueueFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """The queue by state, track, site and kind of organisation; open applications by default."""

    q = WordFilter(
        _("Reference, title, organisation or applicant"),
        "reference",
        "title",
        "organisation__name",
        "applicant__first_name",
        "applicant__last_name",
        "applicant__email",
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        empty_label=_("Open"),
        choices=[
            (EVERY_STATE, _("All")),
            *(choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT),
        ],
        method="of_state",
    )
    track = filters.ModelChoiceFilter(
        label=_("Track"), queryset=_tracks, to_field_name="code", empty_label=_("All")
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"),
        queryset=_sites,
        to_field_name="code",
        empty_label=_("All"),
        method="at_site",
    )
    kind = filters.ChoiceFilter(
        label=_("Organisation"),
        field_name="organisation__kind",
        choices=Organisation.Kind.choices,
        empty_label=_("All kinds"),
    )

    def of_state(
        self, applications: QuerySet[Application], name: str, value: str
    ) -> QuerySet[Application]:
        """Those in one state, or in any."""
        return applications if value == EVERY_STATE else applications.filter(state=value)

    def at_site(
        self, applications: QuerySet[Application], name: str, value: Site
    ) -> QuerySet[Application]:
        """Those that ask for hours at a site; a subquery keeps the sum of hours whole."""
        asking = RequestedHours.objects.filter(site=value).values("application")
        return applications.filter(pk__in=asking)

    def filter_queryset(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        """What was asked for; without a state, the open ones."""
        found: QuerySet[Application] = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            found = found.filter(state__in=OPEN_STATES)
        return found


class ReviewerQueueFilter(QueueFilter):
    """The same for a reviewer, who cannot find out by it who applies."""

    q = WordFilter(_("Reference or title"), "reference", "title")
    kind = None


def _with_member(word: str) -> Q:
    members = Project.objects.filter(
        Q(memberships__user__first_name__icontains=word)
        | Q(memberships__user__last_name__icontains=word)
        | Q(memberships__user__email__icontains=word),
        memberships__left_at=None,
    )
    return Q(pk__in=members.values("pk"))


class ProjectsFilter(filters.FilterSet):  # type: ignore[misc]
    """All projects by track, and by the state of an allocation, at one site or any."""

    q = WordFilter(
        _("Name, title, organisation or member"),
        "name",
        "title",
        "organisation__name",
        more=_with_member,
    )
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=AllocationState.choices,
        empty_label=_("All"),
        method="by_allocation",
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"),
        queryset=_sites,
        to_field_name="code",
        empty_label=_("All"),
        method="by_allocation",
    )
    track = filters.ModelChoiceFilter(
        label=_("Track"), queryset=_tracks, to_field_name="code", empty_label=_("All")
    )

    def by_allocation(
        self, projects: QuerySet[Project], name: str, value: object
    ) -> QuerySet[Project]:
        """Left to `filter_queryset`: state and site must hold of the same allocation."""
        return projects

    def filter_queryset(self, queryset: QuerySet[Project]) -> QuerySet[Project]:
        """What was asked for."""
        found: QuerySet[Project] = super().filter_queryset(queryset)
        state, site = (self.form.cleaned_data.get(name) for name in ("state", "site"))
        allocations = Allocation.objects.all()
        if state:
            allocations = allocations.in_state(AllocationState(state), timezone.localdate())
        if site:
            allocations = allocations.filter(site=site)
        if state or site:
            found = found.filter(pk__in=allocations.values("project"))
        return found
