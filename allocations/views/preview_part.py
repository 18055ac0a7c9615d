"""What approving an application would change, for the part of its page that says so."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from allocations.actions.decisions import AwardLine
from allocations.actions.preview import SitePreview, preview_approval
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


def preview_of_form(form: ApprovalForm, actor: User) -> Preview:
    """Of what somebody has typed so far, or else of what was asked for."""
    if not form.is_bound:
        return _preview(form, form.asked_awards(), actor)
    if not form.is_valid():
        problem = _("Correct what is marked in the form to see what would change.")
        return Preview(sites=[], problem=problem)
    return _preview(form, form.awards(), actor)


def _preview(form: ApprovalForm, awards: dict[Site, AwardLine], actor: User) -> Preview:
    hours = {site: line.gpu_hours for site, line in awards.items()}
    outlook = outlook_of(form.application, hours, timezone.localdate()) if hours else None
    try:
        sites = preview_approval(application_id=form.application.pk, awards=awards, actor=actor)
    except AllocationsError as error:
        return Preview(sites=[], problem=str(error), outlook=outlook)
    return Preview(sites=sites, outlook=outlook)
