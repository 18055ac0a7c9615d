"""How a list of jobs is narrowed down."""

import re
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import LONGEST_SEARCH
from accounts.models import UnixIdentity
from allocations.models import Job, Project, Site

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
    """Jobs of one project, by site, user, state, and free text on id or name."""

    site = django_filters.ModelChoiceFilter(
        label=_("Site"), queryset=Site.objects.none(), empty_label=_("All sites")
    )
    username = django_filters.ChoiceFilter(label=_("User"), empty_label=_("Everybody"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=STATES, empty_label=_("Every state")
    )
    q = django_filters.CharFilter(
        label=_("Job id or name"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    class Meta:
        model = Job
        fields = ("site", "username", "state", "q")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["site"].queryset = Site.objects.filter(allocations__project=project)
        names = UnixIdentity.objects.filter(user__memberships__project=project)
        self.filters["username"].extra["choices"] = [
            (name, name)
            for name in names.order_by("username").values_list("username", flat=True).distinct()
        ]

    def search(self, jobs: QuerySet[Job], name: str, text: str) -> QuerySet[Job]:
        """Jobs with this id, task (123_4) or text in their name."""
        wanted = Q(name__icontains=text)
        match = re.fullmatch(r"(\d{1,18})(?:_(\d{1,18}))?", text.strip(), re.ASCII)
        if match and match[2]:
            wanted |= Q(array_job_id=int(match[1]), array_task_id=int(match[2]))
        elif match:
            wanted |= Q(job_id=int(match[1])) | Q(array_job_id=int(match[1]))
        return jobs.filter(wanted)
