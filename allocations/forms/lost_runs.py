"""Which lost jobs are given back: one by its id, or what ran on a node in a span of time."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.forms.decisions import LONGEST_REASON
from allocations.lost_runs import LostRuns
from allocations.models import Site

LONGEST_SPAN = timedelta(days=31)
# Of the year 9999, after which there is no date.
LAST_SECOND = 253_402_300_799
_NODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class LostRunsForm(forms.Form):
    """A job, or a node with a span of time."""

    job = forms.RegexField(
        r"^\d{1,18}(_\d{1,18})?$",
        label=_("Job"),
        required=False,
        help_text=_("As Slurm writes it: 123, or 123_4 for a task of an array. Or a node:"),
    )
    run = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=-(2**63), max_value=2**63 - 1
    )
    submitted = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=LAST_SECOND
    )
    node = forms.CharField(label=_("Node"), required=False, max_length=63)
    since = forms.DateTimeField(
        label=_("From"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    until = forms.DateTimeField(
        label=_("To"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("By the clock in Brussels. Every run that was on the node in between counts."),
    )
    completed_too = forms.BooleanField(
        label=_("Runs that completed, too"), required=False, help_text=_("Rarely meant.")
    )

    def clean_node(self) -> str:
        """One node's name."""
        node: str = self.cleaned_data["node"].strip()
        if node and not _NODE.fullmatch(node):
            raise forms.ValidationError(_("Enter the name of one node."))
        return node

    def clean(self) -> dict[str, Any]:
        """One of the two, whole."""
        data = super().clean() or {}
        if self.errors:
            return data
        job, node, since, until = (data.get(key) for key in ("job", "node", "since", "until"))
        if bool(job) == bool(node):
            raise forms.ValidationError(_("Name either a job or a node."))
        if node and not (since and until):
            raise forms.ValidationError(_("Say from when to when the node was at fault."))
        if since and until and not timedelta() < until - since <= LONGEST_SPAN:
            raise forms.ValidationError(_("The span ends after it begins, and within 31 days."))
        return data

    def selection(self, site: Site) -> LostRuns:
        """What was chosen, once the form is valid."""
        data = self.cleaned_data
        return LostRuns(
            site=site,
            job=data["job"],
            run=data["run"] if data["job"] else None,
            submitted_at=_moment(data["submitted"]) if data["job"] else None,
            node=data["node"],
            since=data["since"],
            until=data["until"],
            completed_too=data["completed_too"],
        )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class CreditForm(forms.Form):
    """Why, and which runs were shown."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What broke, and when. The members of the projects read this."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
