"""What can be done, as one enum, and who may do it, as two tables.

A permission reads `scope:resource:action`. A role of the portal holds on everything; a part in one
application or project holds on that object alone. `allocations.access` puts the two together.
"""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Everything that somebody may or may not do."""

    APPLICATION_VIEW = "application:text:view"
    APPLICATION_EDIT = "application:text:edit"
    APPLICATION_SUBMIT = "application:state:submit"
    APPLICATION_WITHDRAW = "application:state:withdraw"
    APPLICATION_APPEAL = "application:decision:appeal"
    OFFER_ANSWER = "application:offer:answer"
    APPLICATION_INVITE = "application:team:invite"
    APPLICATION_DECIDE = "application:state:decide"
    ORGANISATION_VIEW = "organisation:page:view"
    ORGANISATION_CHANGE = "organisation:figures:change"
    APPLICATION_ASSESS = "application:text:assess"
    APPLICATION_FETCH_FILE = "application:file:fetch"
    REVIEW_WRITE = "application:review:write"
    REVIEWS_VIEW = "application:reviews:view"
    REVIEWS_ASSIGN = "application:reviews:assign"
    PROJECT_VIEW = "project:page:view"
    PROJECT_INVITE = "project:team:invite"
    PROJECT_ASK = "project:changes:ask"
    PROJECT_ASK_LEADER = "project:leader:ask"
    PROJECT_REMOVE_MEMBER = "project:team:remove"
    PROJECT_MANAGE = "project:allocation:change"
    PROJECT_REPORT = "project:report:write"
    QUEUE_VIEW = "portal:queue:view"
    EXPERTISE_CHANGE = "portal:expertise:change"
    SITES_VIEW = "portal:sites:view"
    SITES_CHANGE = "portal:sites:change"
    PLANS_DECIDE = "portal:plans:decide"
    TRACKS_CHANGE = "portal:tracks:change"
    REPORTS_VIEW = "portal:reports:view"
    OVERVIEW_VIEW = "portal:overview:view"
    FEEDBACK_ANSWER = "portal:feedback:answer"
    MAILS_VIEW = "portal:mails:view"
    MAILS_READ = "portal:mails:read"
    PEOPLE_VIEW = "portal:people:view"
    PEOPLE_CHANGE_ROLE = "portal:people:change_role"


class Role(TextChoices):
    """What somebody is to the portal as a whole."""

    APPLICANT = "applicant", _("Applicant")
    REVIEWER = "reviewer", _("Reviewer")
    FUNDER = "funder", _("Funder")
    STAFF = "staff", _("Staff")
    ADMINISTRATOR = "administrator", _("Administrator")


class Part(StrEnum):
    """What somebody is to one application, organisation or project."""

    APPLICANT = "applicant"
    TEAM = "team"
    REPRESENTATIVE = "representative"
    KEEPER = "keeper"
    REVIEWER = "reviewer"
    LEADER = "leader"
    MEMBER = "member"


_STAFF = frozenset(
    {
        Permission.QUEUE_VIEW,
        Permission.APPLICATION_VIEW,
        Permission.APPLICATION_ASSESS,
        Permission.APPLICATION_FETCH_FILE,
        Permission.APPLICATION_DECIDE,
        Permission.REVIEWS_VIEW,
        Permission.REVIEWS_ASSIGN,
        Permission.ORGANISATION_VIEW,
        Permission.ORGANISATION_CHANGE,
        Permission.PROJECT_VIEW,
        Permission.PROJECT_INVITE,
        Permission.PROJECT_ASK_LEADER,
        Permission.PROJECT_REMOVE_MEMBER,
        Permission.PROJECT_MANAGE,
        Permission.SITES_VIEW,
        Permission.PLANS_DECIDE,
        Permission.REPORTS_VIEW,
        Permission.OVERVIEW_VIEW,
        Permission.FEEDBACK_ANSWER,
        Permission.PEOPLE_VIEW,
        Permission.MAILS_VIEW,
    }
)

PERMISSIONS_OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.APPLICANT: frozenset(),
    Role.REVIEWER: frozenset({Permission.QUEUE_VIEW, Permission.EXPERTISE_CHANGE}),
    Role.FUNDER: frozenset({Permission.REPORTS_VIEW}),
    Role.STAFF: _STAFF,
    Role.ADMINISTRATOR: _STAFF
    | {
        Permission.PEOPLE_CHANGE_ROLE,
        Permission.SITES_CHANGE,
        Permission.TRACKS_CHANGE,
        Permission.MAILS_READ,
    },
}

PERMISSIONS_OF_PART: dict[Part, frozenset[Permission]] = {
    Part.APPLICANT: frozenset(
        {
            Permission.APPLICATION_VIEW,
            Permission.APPLICATION_EDIT,
            Permission.APPLICATION_SUBMIT,
            Permission.APPLICATION_WITHDRAW,
            Permission.OFFER_ANSWER,
            Permission.APPLICATION_APPEAL,
            Permission.APPLICATION_INVITE,
            Permission.APPLICATION_FETCH_FILE,
        }
    ),
    Part.TEAM: frozenset(
        {
            Permission.APPLICATION_VIEW,
            Permission.APPLICATION_EDIT,
            Permission.APPLICATION_FETCH_FILE,
        }
    ),
    # Not APPLICATION_VIEW: the applicant's own pages say who applies, which may be hidden.
    Part.REVIEWER: frozenset(
        {
            Permission.APPLICATION_ASSESS,
            Permission.APPLICATION_FETCH_FILE,
            Permission.REVIEW_WRITE,
            Permission.REVIEWS_VIEW,
        }
    ),
    Part.REPRESENTATIVE: frozenset({Permission.ORGANISATION_VIEW}),
    Part.KEEPER: frozenset({Permission.ORGANISATION_VIEW, Permission.ORGANISATION_CHANGE}),
    Part.LEADER: frozenset(
        {
            Permission.PROJECT_VIEW,
            Permission.PROJECT_INVITE,
            Permission.PROJECT_REMOVE_MEMBER,
            Permission.PROJECT_REPORT,
            Permission.PROJECT_ASK,
            Permission.PROJECT_ASK_LEADER,
        }
    ),
    Part.MEMBER: frozenset({Permission.PROJECT_VIEW}),
}

SECOND_FACTOR_ROLES = frozenset({Role.STAFF, Role.ADMINISTRATOR})
