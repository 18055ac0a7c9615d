"""Who may do what to which application or project: the one place that decides.

A stranger gets 404, so that names cannot be probed; somebody who may see the object but not do
this to it gets 403.
"""

import re

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Organisation, OrganisationMember, User
from accounts.permissions import PERMISSIONS_OF_PART, Part, Permission
from allocations.models import Application, AwardChange, Job, Membership, Project, Review
from allocations.models.applications import ApplicationQuerySet
from allocations.parts import OwnPart, part_of, with_part
from allocations.rules.award_changes import ChangeKind

_RUN = re.compile(r"-?[0-9]{1,19}")
_SEES_APPLICATION = frozenset({Permission.APPLICATION_VIEW, Permission.APPLICATION_ASSESS})
_SEES_PROJECT = frozenset({Permission.PROJECT_VIEW})
_ASKED_BY = {
    ChangeKind.APPEAL: Permission.APPLICATION_APPEAL,
    ChangeKind.LEADER: Permission.PROJECT_ASK_LEADER,
}
# Who applies, or is bound to them, has no part in what is said and decided of it.
_NOT_ONES_OWN = frozenset(
    {
        Permission.APPLICATION_DECIDE,
        Permission.REVIEW_WRITE,
        Permission.REVIEWS_VIEW,
        Permission.REVIEWS_ASSIGN,
    }
)


def application_for(
    user: User,
    reference: str,
    permission: Permission,
    *,
    among: QuerySet[Application] | None = None,
) -> Application:
    """The application, if this person may do this to it; else Http404 or PermissionDenied."""
    return application_and_permissions(user, reference, permission, among=among)[0]


def application_and_permissions(
    user: User,
    reference: str,
    permission: Permission,
    *,
    among: QuerySet[Application] | None = None,
) -> tuple[Application, frozenset[Permission]]:
    """The same, and all that this person may do to it."""
    applications = Application.objects.all() if among is None else among
    application = with_part(applications, user).filter(reference=_storable(reference)).first()
    if application is None:
        raise Http404
    held = permissions_on_application(user, application)
    _require(permission, held, _SEES_APPLICATION)
    return application, held


def project_for(
    user: User,
    name: str,
    permission: Permission,
    *,
    among: QuerySet[Project] | None = None,
) -> Project:
    """The project, if this person may do this to it; else Http404 or PermissionDenied."""
    return project_and_permissions(user, name, permission, among=among)[0]


def project_and_permissions(
    user: User,
    name: str,
    permission: Permission,
    *,
    among: QuerySet[Project] | None = None,
) -> tuple[Project, frozenset[Permission]]:
    """The same, and all that this person may do to it."""
    projects = Project.objects.all() if among is None else among
    project = projects.filter(name=_storable(name)).first()
    if project is None:
        raise Http404
    held = permissions_on_project(user, project)
    _require(permission, held, _SEES_PROJECT)
    return project, held


def organisation_for(
    user: User, organisation_id: int, permission: Permission
) -> tuple[Organisation, frozenset[Permission]]:
    """The organisation and all that this person may do to it; else Http404 or PermissionDenied."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise Http404
    held = permissions_on_organisation(user, organisation)
    _require(permission, held, frozenset({Permission.ORGANISATION_VIEW}))
    return organisation, held


def job_for(user: User, name: str, site_code: str, run: str) -> Job:
    """The run of a project by its site and index, for those who may see the project's jobs."""
    projects = Project.objects.select_related("track", "organisation")
    project = project_for(user, name, Permission.PROJECT_VIEW, among=projects)
    if not _RUN.fullmatch(run) or not -(2**63) <= int(run) < 2**63:
        raise Http404
    jobs = Job.objects.filter(project=project, site__code=_storable(site_code), db_index=int(run))
    job = jobs.select_related("site__status").order_by("-submitted_at").first()
    if job is None:
        raise Http404
    job.project = project
    return job


def change_for(
    user: User, change_id: int, *, to_decide: bool = False, to_withdraw: bool = False
) -> AwardChange:
    """What somebody asked for, for staff, or for whom may take it back; else Http404 or 403."""
    return change_and_permission(user, change_id, to_decide=to_decide, to_withdraw=to_withdraw)[0]


def change_and_permission(
    user: User, change_id: int, *, to_decide: bool = False, to_withdraw: bool = False
) -> tuple[AwardChange, bool]:
    """The same, and whether this person may decide it."""
    change = AwardChange.objects.for_lists().filter(pk=change_id).first()
    if change is None:
        raise Http404
    on_application, on_project = _held_of(user, change)
    held = on_application if on_project is None else on_project
    _require(_needed(change, to_withdraw=to_withdraw), held, _SEES_APPLICATION | _SEES_PROJECT)
    # A leader does not take back that staff ask for another.
    if to_withdraw and change.to_member_id and change.asked_by_id != user.pk:
        raise PermissionDenied
    may_decide = _may_decide(user, change, on_application, on_project)
    if to_decide and not may_decide:
        raise PermissionDenied
    if not to_withdraw and not user.may(Permission.PROJECT_VIEW):
        raise PermissionDenied
    return change, may_decide


def may_decide_change(user: User, change: AwardChange) -> bool:
    """Whether this person may decide what somebody asked for: nobody decides their own."""
    return _may_decide(user, change, *_held_of(user, change))


def _held_of(
    user: User, change: AwardChange
) -> tuple[frozenset[Permission], frozenset[Permission] | None]:
    """What this person may do to its application, and to its project where that is what counts."""
    project = None if change.is_appeal else getattr(change.application, "project", None)
    return (
        permissions_on_application(user, change.application),
        None if project is None else permissions_on_project(user, project),
    )


def _may_decide(
    user: User,
    change: AwardChange,
    on_application: frozenset[Permission],
    on_project: frozenset[Permission] | None,
) -> bool:
    if user.pk == change.asked_by_id or Permission.APPLICATION_DECIDE not in on_application:
        return False
    if change.is_appeal:
        decision = getattr(change.application, "decision", None)
        return decision is None or decision.decided_by_id != user.pk
    return on_project is not None and Permission.PROJECT_MANAGE in on_project


def _needed(change: AwardChange, *, to_withdraw: bool) -> Permission:
    if to_withdraw:
        return _ASKED_BY.get(ChangeKind(change.kind), Permission.PROJECT_ASK)
    return Permission.APPLICATION_VIEW if change.is_appeal else Permission.PROJECT_VIEW


def visible_projects(user: User) -> QuerySet[Project]:
    """The projects whose pages this person may see."""
    if user.may(Permission.PROJECT_VIEW):
        return Project.objects.all()
    part_of = Membership.objects.filter(user=user, left_at=None).values("project")
    return Project.objects.filter(pk__in=part_of)


def require(user: User, permission: Permission) -> None:
    """Raise PermissionDenied unless the person's role carries this permission."""
    if not user.may(permission):
        raise PermissionDenied


def permissions_on_application(user: User, application: Application) -> frozenset[Permission]:
    """All that this person may do to this application; drafts are their authors' own."""
    held = frozenset[Permission]()
    own = part_of(user, application)
    part = _part_in_team(user, application, own)
    if part:
        held |= PERMISSIONS_OF_PART[part]
    if application.submitted_at is None:
        return held
    held |= user.permissions
    as_reviewer = _as_reviewer(user, own)
    if not (held | as_reviewer) & _NOT_ONES_OWN:
        return held
    if own.conflicts:
        return held - _NOT_ONES_OWN
    return held | as_reviewer


def is_blind_to(user: User, application: Application) -> bool:
    """Whether this person, if they review it, is not to learn who applies."""
    version = application.track_version
    if version is None or not version.is_blind or user.may(Permission.APPLICATION_VIEW):
        return False
    return _part_in_team(user, application, part_of(user, application)) is None


def applications_to_review(user: User) -> ApplicationQuerySet:
    """What this person finds in the queue: all of it, or what they were asked to review."""
    handed_in = Application.objects.handed_in()
    if user.may(Permission.APPLICATION_VIEW):
        return handed_in
    asked = Review.objects.standing().filter(reviewer=user).values("application")
    return handed_in.filter(pk__in=asked)


def permissions_on_organisation(user: User, organisation: Organisation) -> frozenset[Permission]:
    """All that this person may do to this organisation."""
    members = OrganisationMember.objects.filter(organisation=organisation, user=user)
    keeps = members.values_list("keeps_figures", flat=True).first()
    if keeps is None:
        return user.permissions
    return user.permissions | PERMISSIONS_OF_PART[Part.KEEPER if keeps else Part.REPRESENTATIVE]


def permissions_on_project(user: User, project: Project) -> frozenset[Permission]:
    """All that this person may do to this project; nobody changes the budget of their own."""
    membership = Membership.objects.filter(project=project, user=user, left_at=None).first()
    if membership is None:
        return user.permissions
    part = Part.LEADER if membership.role == Membership.Role.LEADER else Part.MEMBER
    return (user.permissions | PERMISSIONS_OF_PART[part]) - {Permission.PROJECT_MANAGE}


def _storable(name: str) -> str:
    """The name from an address; Http404 where PostgreSQL could not even look for it."""
    if "\x00" in name:
        raise Http404
    return name


def _as_reviewer(user: User, own: OwnPart) -> frozenset[Permission]:
    """What a reviewer may do if no conflict of interest keeps them from it; nothing for others.

    What other reviewers say is for those who have said theirs.
    """
    if not (own.is_asked_for_review and user.is_active and user.may(Permission.QUEUE_VIEW)):
        return frozenset()
    held = PERMISSIONS_OF_PART[Part.REVIEWER]
    return held if own.has_handed_in_review else held - {Permission.REVIEWS_VIEW}


def _part_in_team(user: User, application: Application, own: OwnPart) -> Part | None:
    if application.applicant_id == user.pk:
        return Part.APPLICANT
    return Part.TEAM if own.is_in_team else None


def _require(
    permission: Permission, held: frozenset[Permission], to_see_it: frozenset[Permission]
) -> None:
    if not to_see_it & held:
        raise Http404
    if permission not in held:
        raise PermissionDenied
