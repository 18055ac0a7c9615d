"""How a list of jobs is narrowed down."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import LONGEST_SEARCH
from accounts.models import UnixIdentity
from allocations.beginnings import BeginsInAnyCase
from allocations.models import Job, Project, Site

_DAY = {"type": "date"}

# The states of Slurm's accounting that people meet, with what they mean.
STATES = (
    ("PENDING", _("Waiting")),
    ("RUNNING", _("Running")),
    ("SUSPENDED", _("Suspended")),
    ("COMPLETED", _("Completed")),
    ("CANCELLED", _("Cancelled")),
    ("FAILED", _("Failed")),
    ("TIMEOUT", _("Out of time")),
    ("OUT_OF_MEMORY", _("Out of memory")),
    ("NODE_FAIL", _("Node failed")),
    ("PREEMPTED", _("Preempted")),
    ("REQUEUED", _("Requeued")),
)


class JobFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Jobs of one project, by site, user, state, days of UTC, and id or beginning of the name."""

    site = django_filters.ModelChoiceFilter(
        label=_("Site"), queryset=Site.objects.none(), empty_label=_("All sites")
    )
    username = django_filters.ChoiceFilter(label=_("User"), empty_label=_("Everybody"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=STATES, empty_label=_("Every state")
    )
    since = django_filters.DateFilter(
        label=_("Submitted from"),
        method="submitted_since",
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
    )
    until = django_filters.DateFilter(
        label=_("Submitted until"),
        method="submitted_until",
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
    )
    q = django_filters.CharFilter(
        label=_("Job id, or how its name begins"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    class Meta:
        model = Job
        fields = ("site", "username", "state", "since", "until", "q")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["site"].queryset = Site.objects.filter(allocations__project=project)
        names = UnixIdentity.objects.filter(user__memberships__project=project)
        self.filters["username"].extra["choices"] = [
            (name, name)
            for name in names.order_by("username").values_list("username", flat=True).distinct()
        ]

    def submitted_since(self, jobs: QuerySet[Job], name: str, day: date) -> QuerySet[Job]:
        """Jobs submitted on this day or later."""
        return jobs.filter(submitted_at__gte=datetime.combine(day, time.min, UTC))

    def submitted_until(self, jobs: QuerySet[Job], name: str, day: date) -> QuerySet[Job]:
        """Jobs submitted on this day or earlier."""
        return jobs.filter(submitted_at__lte=datetime.combine(day, time.max, UTC))

    def search(self, jobs: QuerySet[Job], name: str, text: str) -> QuerySet[Job]:
        """Jobs with this id or task (123_4), or else with a name that begins so."""
        match = re.fullmatch(r"(\d{1,18})(?:_(\d{1,18}))?", text.strip(), re.ASCII)
        if match is None:
            return jobs.filter(BeginsInAnyCase(F("name"), text.strip()))
        if match[2]:
            return jobs.filter(array_job_id=int(match[1]), array_task_id=int(match[2]))
        return jobs.filter(Q(job_id=int(match[1])) | Q(array_job_id=int(match[1])))
