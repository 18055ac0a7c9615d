"""What approving an application would change, for the part of its page that says so."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from allocations.actions.award_plans import AwardLine
from allocations.actions.preview import SitePreview, preview_approval
from allocations.award_means import read_means
from allocations.errors import AllocationsError
from allocations.forms.decisions import ApprovalForm
from allocations.models import Site
from allocations.outlook import Outlook, outlook_of


@dataclass(frozen=True)
class Preview:
    """What approving would change at each site, or why that cannot be said."""

    sites: list[SitePreview]
    problem: str = ""
    outlook: Outlook | None = None
    """What it would do to pools and sites, also where it would be refused."""


def preview_of_form(form: ApprovalForm) -> Preview:
    """Of what somebody has typed so far, or else of what was asked for."""
    if not form.is_bound:
        return _preview(form, form.asked_awards())
    if not form.is_valid():
        problem = _("Correct what is marked in the form to see what would change.")
        return Preview(sites=[], problem=problem)
    return _preview(form, form.awards())


def _preview(form: ApprovalForm, awards: dict[Site, AwardLine]) -> Preview:
    application, today = form.application, timezone.localdate()
    means = read_means(application, awards, today)
    hours = {site: line.gpu_hours for site, line in awards.items()}
    outlook = outlook_of(application, hours, today, means) if hours else None
    try:
        sites = preview_approval(application, awards, requested=form.asked, means=means)
    except AllocationsError as error:
        return Preview(sites=[], problem=str(error), outlook=outlook)
    return Preview(sites=sites, outlook=outlook)
