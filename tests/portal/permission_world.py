"""Somebody in each role and something at each address: on what routes are tried."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Mail, User
from accounts.permissions import Role
from allocations.actions.award_changes import ask_for_change
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import accept_invitation, invite_member, join_project
from allocations.actions.proposals import close, propose_award
from allocations.actions.reviewers import assign_reviewers
from allocations.models import (
    Application,
    FinalReport,
    Membership,
    Paper,
    Project,
    ProposedAward,
    Site,
)
from allocations.rules.award_changes import ChangeKind
from portal.models import AccessibilityFeedback
from tests.allocations.attachment_world import clean_attachment
from tests.allocations.claw_back_world import proposed_claw_back
from tests.allocations.leaving_world import waiting_removal
from tests.allocations.measured_world import measured_run
from tests.allocations.offers import offered_account
from tests.allocations.pool_world import make_pool
from tests.allocations.review_world import make_reviewer
from tests.domain import award_lines, make_draft, make_project
from tests.people import make_person
from tests.portal.export_world import own_export, own_subscription
from tests.portal.gpu_run_world import watched_run
from tests.portal.organisation_world import entered_organisation
from tests.portal.staff_world import propose_plan, see_drift


@pytest.fixture
def people(seeded: None) -> dict[str, User | None]:
    """Somebody for each column; the applicant and the leader know nothing of one another's."""
    return {
        "anonymous": None,
        "stranger": make_person("Stran"),
        "applicant": make_person("Ada"),
        "team": make_person("Tia"),
        "leader": make_person("Lea"),
        "member": make_person("Mem"),
        "reviewer": make_reviewer("Rev"),
        "staff": make_person("Staf", role=Role.STAFF),
        "administrator": make_person("Adm", role=Role.ADMINISTRATOR),
    }


@pytest.fixture
def values(people: dict[str, Any], settings: Any, tmp_path: Path) -> dict[str, Any]:
    """What the addresses are about: an application of the applicant, a project of the leader."""
    settings.ATTACHMENT_FOLDER = tmp_path
    application = _application_with_team(people["applicant"], people["team"])
    project = _project_with_member(people["leader"], people["member"], people["staff"])
    Paper.objects.create(snapshot=application.snapshots.get(), pdf=b"%PDF", sha256="0" * 64)
    FinalReport.objects.create(project=project, due_on=timezone.localdate())
    organisation = entered_organisation(people["applicant"], people["team"])
    (review,) = assign_reviewers(
        application_id=application.pk, reviewers=[people["reviewer"]], actor=people["staff"]
    )
    invitation, token = _open_invitation(application, people["applicant"])
    return {
        "reference": application.reference,
        "organisation_id": organisation.pk,
        "enterprise_id": organisation.linked_enterprises.get().pk,
        "aid_id": organisation.declared_aid.get().pk,
        "member_id": organisation.organisationmember_set.get(user=people["team"]).pk,
        "section": "project",
        "step": "technical_review",
        "review_id": review.pk,
        "proposal_id": _settled_award(application, people["staff"]).pk,
        "name": project.name,
        "claw_back_id": proposed_claw_back(project.allocations.get(site__code="zellik")).pk,
        "feedback_id": AccessibilityFeedback.objects.create(text="No contrast.").pk,
        "attachment_id": clean_attachment(application).pk,
        "run_id": measured_run(project, Site.objects.get(code="zellik")).pk,
        "drift_id": see_drift(project.allocations.get(site__code="zellik")),
        "leaving_id": waiting_removal(project, people["staff"]).pk,
        "allocation_id": project.allocations.get(site__code="zellik").pk,
        "membership_id": project.memberships.get(user=people["member"]).pk,
        "invitation_id": invitation,
        "token": token,
        "kind": "pause",
        "change_id": _asked_change(project, people["leader"]),
        "offer_id": offered_account(Site.objects.get(code="zellik")).pk,
        "entry_id": project.allocations.get(site__code="zellik").ledger.get(kind="award").pk,
        "user_id": people["stranger"].pk,
        "mail_id": Mail.objects.latest("pk").pk,
        "event": "digest",
        "language": "fr",
        "track_code": "pg",
        "number": 1,
        "pool_id": make_pool("zellik").pk,
        "code": "zellik",
        "plan_id": propose_plan(Site.objects.get(code="zellik")).plan_id,
        "site_code": "zellik",
        "chart": "by-site",
        "run": str(watched_run(project).db_index),
        "series": "power",
        "key_id": 1,
        "token_id": 1,
        "export_id": own_export(people["staff"]).pk,
        "subscription_id": own_subscription(people["staff"]).pk,
        "file_format": "csv",
        "provider_id": "unknown",
        "key": "unknown",
        "uidb36": "1",
        "pk": 1,
    }


def session_of(person: User | None) -> Any:
    """The cookies of a browser in which this person has signed in."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client.cookies


def _application_with_team(applicant: User, team: User) -> Application:
    application = make_draft(applicant)
    invitation = invite_member(application_id=application.pk, email=team.email, actor=applicant)
    accept_invitation(invitation_id=invitation.pk, actor=team)
    return submit_application(application_id=application.pk, actor=applicant)


def _settled_award(application: Application, staff: User) -> ProposedAward:
    """An award that was settled, so that the application can still be decided."""
    proposal = propose_award(
        application_id=application.pk,
        awards=award_lines(application),
        reason="Sound.",
        actor=staff,
    )
    close(proposal, ProposedAward.Ending.DECLINED)
    return proposal


def _project_with_member(leader: User, member: User, staff: User) -> Project:
    application = submit_application(application_id=make_draft(leader).pk, actor=leader)
    project = make_project(application, staff)
    join_project(project, member, Membership.Role.MEMBER)
    return project


def _asked_change(project: Project, leader: User) -> int:
    """Something of which another kind can be asked for still."""
    return ask_for_change(
        allocation_id=project.allocations.get(site__code="zellik").pk,
        kind=ChangeKind.SUPPLEMENT,
        gpu_hours=5,
        reason="We found more.",
        actor=leader,
    ).pk


def _open_invitation(application: Application, applicant: User) -> tuple[int, str]:
    invitation = invite_member(
        application_id=application.pk, email="nobody@example.org", actor=applicant
    )
    link = re.search(r"/invitations/([^/\s]+)/", str(mail.outbox[-1].body))
    assert link is not None
    return invitation.pk, link[1]
