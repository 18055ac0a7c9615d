"""Every event of which a mail tells: what it is called, and whether it can wait for a digest."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class MailEvent:
    """One event; its code is the name of its template."""

    code: str
    label: Promise
    is_urgent: bool = False
    """Whether its mail goes at once, whatever the recipient prefers."""
    holds_secret: bool = False
    """Whether its text holds a link or code that opens something; such texts are not kept."""


def _urgent(code: str, label: Promise) -> MailEvent:
    return MailEvent(code, label, is_urgent=True)


def _secret(code: str, label: Promise) -> MailEvent:
    return MailEvent(code, label, is_urgent=True, holds_secret=True)


_ALL = (
    # Signing in; django-allauth asks for these.
    _secret("email_confirmation_signup", _("Welcome, with a link to confirm the address")),
    _secret("email_confirmation", _("Link to confirm an address")),
    _secret("password_reset_key", _("Link to choose a new password")),
    _secret("unknown_account", _("A new password was asked for an unknown address")),
    _secret("account_already_exists", _("Somebody signed up with a known address")),
    _urgent("ssh_key_added", _("SSH key added")),
    _urgent("ssh_key_removed", _("SSH key removed")),
    _urgent("token_made", _("Token made")),
    # Applications
    _secret("invitation", _("Invitation to a team")),
    MailEvent("member_joined", _("Invitation accepted")),
    _urgent("team_member_removed", _("Member removed from a team")),
    MailEvent("application_received", _("Receipt of an application")),
    MailEvent("application_submitted", _("Application handed in")),
    _urgent("file_infected", _("Virus in an attached file")),
    MailEvent("application_withdrawn", _("Application withdrawn")),
    _urgent("application_unanswered", _("Application withdrawn for want of an answer")),
    _urgent("information_requested", _("Question to the applicant")),
    _urgent("application_approved", _("Application approved")),
    _urgent("application_rejected", _("Application rejected")),
    _urgent("application_waitlisted", _("Application on the wait-list")),
    _urgent("award_proposed", _("Award waits for a second person")),
    MailEvent("award_declined", _("Proposed award declined")),
    MailEvent("offer_accepted", _("Award accepted")),
    _urgent("offer_near", _("Offer lapses soon")),
    _urgent("offer_lapsed", _("Offer lapsed")),
    MailEvent("offer_declined", _("Offer declined")),
    # Changes of awards
    MailEvent("change_asked", _("Change of an award asked for")),
    _urgent("change_seconded", _("Change of an award waits for a second person")),
    _urgent("change_decided", _("Change of an award decided")),
    # Reviews
    _urgent("review_asked", _("Review asked for")),
    _urgent("review_reopened", _("Review opened again")),
    _urgent("review_conflict", _("Conflict of interest declared")),
    MailEvent("review_taken_back", _("Review no longer needed")),
    MailEvent("review_mention", _("Mentioned in a discussion")),
    MailEvent("reviews_complete", _("All reviews are in")),
    # Projects
    _urgent("allocation_active", _("Project ready at a site")),
    _urgent("allocation_suspended", _("Project suspended")),
    MailEvent("allocation_resumed", _("Project open again")),
    MailEvent("allocation_renewed", _("Project renewed")),
    MailEvent("budget_changed", _("GPU-hours changed")),
    MailEvent("hours_moved", _("GPU-hours moved to another site")),
    MailEvent("end_changed", _("New last day")),
    MailEvent("leader_named", _("New leader of a project")),
    _urgent("member_removed", _("Member removed from a project")),
    _urgent("budget_used", _("GPU-hours nearly used")),
    _urgent("end_near", _("Last day is near")),
    MailEvent("runs_credited", _("GPU time of lost jobs given back")),
    MailEvent("credit_reversed", _("Refund taken back")),
    _urgent("jobs_cancelled", _("Jobs of somebody who left cancelled")),
    _urgent("gpu_idle", _("Job whose GPUs do nothing")),
    MailEvent("gpu_waste", _("How a job used its GPUs")),
    _urgent("export_ready", _("File ready to fetch")),
    _urgent("claw_back_proposed", _("Hours proposed to be taken back")),
    MailEvent("claw_back_answered", _("Answer about hours to be taken back")),
    MailEvent("claw_back_dismissed", _("Hours stay with the project")),
    # Final reports
    _urgent("report_due", _("Final report asked for")),
    _urgent("report_near", _("Final report due soon")),
    _urgent("report_late", _("Final report late")),
    MailEvent("report_handed_in", _("Final report handed in")),
    _urgent("report_incomplete", _("Something missing in a final report")),
    MailEvent("report_accepted", _("Final report accepted")),
    MailEvent("report_block_lifted", _("New applications allowed again")),
    _urgent("accessibility_feedback", _("Message about accessibility")),
    # Sites
    _urgent("plan_waiting", _("Plan of a site waits")),
    MailEvent("partition_not_made", _("Partition that a site cannot make")),
    MailEvent("usage_differs", _("Use differs from Slurm's figures")),
    # What could wait, in one mail
    _urgent("digest", _("Digest")),
)

EVENTS = {event.code: event for event in _ALL}


def event_of(code: str) -> MailEvent:
    """The event of a code; one that only another release knows is taken for a secret."""
    return EVENTS.get(code) or _secret(code, _("Another mail"))
