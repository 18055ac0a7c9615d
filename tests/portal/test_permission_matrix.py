"""Who gets what from every route: a table over the whole URLconf that no new route can dodge.

In a row, `in` is the way to the sign-in page. A stranger gets 404 from what is about one
application or project, somebody who may see it but not do this gets 403.
"""

import re
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
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
from tests.portal.permission_answers import ROLES
from tests.portal.permission_rows import FUNDER, ROWS
from tests.portal.route_table import Route, all_routes
from tests.portal.staff_world import propose_plan, see_drift

MOST_QUERIES_OF_A_PAGE = 15
MOST_QUERIES = {
    # It carries an approval out at two sites, and rolls it back.
    "preview": 100,
}
OF_TAKING_BACK = 3
"""A savepoint, the way back to it, and its end."""


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
        "entry_id": project.allocations.get(site__code="zellik").ledger.get().pk,
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


def test_every_route_is_in_the_table_with_both_methods() -> None:
    there = {(route.name, method) for route in all_routes() for method in ("GET", "POST")}
    assert there - set(ROWS) == set(), "these routes need a row"
    assert set(ROWS) - there == set(), "these rows have no route any more"


def test_every_route_answers_as_the_table_says_in_few_queries(
    people: dict[str, User | None], values: dict[str, Any]
) -> None:
    routes = {route.name: route for route in all_routes()}
    sessions = _sessions(people)
    BROWSER.get(reverse("public_figures"))  # computed once in a while, and then kept
    wrong, slow = [], []
    for (name, method), row in ROWS.items():
        queries: list[int] = []
        found = " ".join(_answers(routes[name], method, sessions, values, queries))
        if found != " ".join(row.split()):
            wrong.append(f"{name} {method}: the table says {row}, the portal {found}")
        if method == "GET" and max(queries) > MOST_QUERIES.get(name, MOST_QUERIES_OF_A_PAGE):
            slow.append(f"{name} costs {queries} queries")
    assert not wrong, "\n".join(wrong)
    assert not slow, "\n".join(slow)


def test_funder_is_a_stranger_who_reads_reports(
    people: dict[str, User | None], values: dict[str, Any]
) -> None:
    assert set(FUNDER) <= set(ROWS)
    routes = {route.name: route for route in all_routes()}
    stranger = ROLES.index("stranger")
    session = _session(make_person("Fund", role=Role.FUNDER))
    wrong = []
    for (name, method), row in ROWS.items():
        expected = FUNDER.get((name, method), row.split()[stranger])
        found = _answer(session, method, routes[name].address(values))
        if found != expected:
            wrong.append(f"{name} {method}: should be {expected}, is {found}")
    assert not wrong, "\n".join(wrong)


def test_what_changes_something_cannot_be_done_from_another_site(
    people: dict[str, Any], values: dict[str, Any]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["administrator"])
    for route in all_routes():
        if route.name.startswith(("bridge:", "api:")):
            continue
        status = client.post(route.address(values)).status_code
        assert status in (403, 404, 405), route.name


def _answers(
    route: Route, method: str, sessions: list[Any], values: dict[str, Any], queries: list[int]
) -> list[str]:
    """One a session; `queries` gets how many each cost."""
    address, answers = route.address(values), []
    for session in sessions:
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any, asked: list[str] = asked) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            answers.append(_answer(session, method, address))
        queries.append(len(asked) - OF_TAKING_BACK)
    return answers


def _sessions(people: dict[str, User | None]) -> list[Any]:
    """For each column the cookies of a browser in which that person has signed in."""
    return [_session(people[role]) for role in ROLES]


def _session(person: User | None) -> Any:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client.cookies


# One for all requests: each new client loads every middleware anew, which takes longer than a page.
BROWSER = Client(raise_request_exception=False)


def _answer(session: Any, method: str, address: str) -> str:
    """The status; what the request changed is taken back."""
    BROWSER.cookies = copy(session)
    send: Callable[..., Any] = BROWSER.get if method == "GET" else BROWSER.post
    with transaction.atomic():
        response = send(address)
        transaction.set_rollback(True)
    goes_to = response.headers.get("Location", "")
    if goes_to.startswith(reverse(settings.LOGIN_URL)):
        return "in"
    return str(response.status_code)


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
