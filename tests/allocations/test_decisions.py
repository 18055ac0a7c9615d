import re

import pytest

from accounts.models import User
from allocations.actions.award_plans import AwardLine
from allocations.actions.decisions import approve_application, request_information
from allocations.actions.drafts import submit_application
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, Application, Site
from allocations.states import ApplicationState
from tests.domain import award_lines, make_draft, make_project
from tests.people import make_person


def test_approval_awards_the_hours_and_names_the_project(
    submitted: Application, staff: User
) -> None:
    project = make_project(submitted, staff, is_accepted=False)
    assert re.fullmatch(r"aif\d\drs0001", project.name)
    figures = {
        a.site.code: a.granted_minutes
        for a in Allocation.objects.with_figures().filter(project=project).select_related("site")
    }
    assert figures == {"zellik": 60_000, "charleroi": 30_000}
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.APPROVED


def test_less_than_asked_is_approved_in_part(submitted: Application, staff: User) -> None:
    lines = award_lines(submitted)
    zellik = Site.objects.get(code="zellik")
    lines = {zellik: AwardLine(gpu_hours=10, partitions=lines[zellik].partitions)}
    approve_application(application_id=submitted.pk, awards=lines, reason="Less.", actor=staff)
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.APPROVED_REDUCED


def test_nobody_decides_their_own_application(seeded: None) -> None:
    decider = make_person("Judge", role="staff")
    draft = make_draft(decider)
    submit_application(application_id=draft.pk, actor=decider)
    with pytest.raises(RefusedError, match="own application"):
        make_project(draft, decider)


def test_a_decision_needs_a_reason(submitted: Application, staff: User) -> None:
    with pytest.raises(RefusedError, match="reason"):
        request_information(application_id=submitted.pk, question="  ", actor=staff)


def test_an_application_is_approved_once(submitted: Application, staff: User) -> None:
    make_project(submitted, staff)
    with pytest.raises(StateError):
        make_project(submitted, staff)
