"""What staff are shown before they approve is what the approval does, or why it is refused."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit import SystemActor
from accounts.identities import take_over_identity
from accounts.key_actions import add_ssh_key
from accounts.models import DeclaredAid, User
from accounts.ssh_keys import parse_public_key
from allocations.actions.award_plans import AwardLine
from allocations.actions.decisions import approve_application, requested_hours_of
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import accept_invitation, invite_member
from allocations.actions.partitions import PartitionWish
from allocations.actions.preview import SitePreview, preview_approval
from allocations.actions.sync import record_report
from allocations.award_means import read_means
from allocations.desired_state import desired_state
from allocations.errors import RefusedError
from allocations.models import Application, Project, Site, SlurmState
from allocations.rules.aid import CEILING_CENTS
from allocations.rules.calendar import last_day
from allocations.slurm_states import NAMED_BY
from slurm_bridge.plan import plan
from slurm_bridge.wire import ActualAccount, ActualQos, ActualState, ActualUser, SyncReport
from tests.accounts.keys import ed25519_line
from tests.allocations.pool_world import make_pool
from tests.domain import accept, award_lines, make_draft, make_project
from tests.people import make_person
from tests.portal.staff_world import report_site

BRIDGE = SystemActor("bridge@zellik")
NOTHING = ActualState(cluster="zellik", read_at=0)


@pytest.fixture
def zellik(submitted: Application) -> Site:
    return Site.objects.get(code="zellik")


def report(site: Site, actual: ActualState) -> None:
    said = SyncReport(revision="r", plan_id="p", started_at=0, finished_at=0, actual=actual)
    record_report(site=site, report=said, actor=BRIDGE)


def preview(application: Application, lines: Mapping[Site, AwardLine]) -> dict[str, SitePreview]:
    """By the site's code; it is given what pages give it."""
    found = preview_approval(
        application,
        lines,
        requested=requested_hours_of(application),
        means=read_means(application, lines, timezone.localdate()),
    )
    return {item.site.code: item for item in found}


def approve(application: Application, lines: Mapping[Site, AwardLine], staff: User) -> Project:
    return approve_application(
        application_id=application.pk, awards=lines, reason="Sound.", actor=staff
    )


def join(application: Application, name: str) -> User:
    """Somebody who accepted an invitation, with a key to sign in."""
    person = make_person(name)
    invitation = invite_member(
        application_id=application.pk, email=person.email, actor=application.applicant
    )
    accept_invitation(invitation_id=invitation.pk, actor=person)
    key = parse_public_key(ed25519_line())
    add_ssh_key(key=key, label="laptop", expires_on=None, actor=person)
    return person


def nothing(application: Application, staff: User) -> ActualState:
    return NOTHING


def others_wait(application: Application, staff: User) -> ActualState:
    for person in (application.applicant, make_person("Grace"), make_person("Hedy")):
        draft = make_draft(person)
        make_project(submit_application(application_id=draft.pk, actor=person), staff)
    return NOTHING


def a_team(application: Application, staff: User) -> ActualState:
    grace = join(application, "Grace")
    join(application, "Hedy")
    draft = make_draft(grace)
    make_project(submit_application(application_id=draft.pk, actor=grace), staff)
    return NOTHING


def people_are_there(application: Application, staff: User) -> ActualState:
    others_wait(application, staff)
    uid = application.applicant.unix_identity.uid
    user = ActualUser(username="apeeters", uid=uid)
    accounts = (
        ActualAccount(name="root", parent=""),
        ActualAccount(name="aif", parent="root", description="belfry-tree"),
    )
    return NOTHING.model_copy(update={"users": (user,), "accounts": accounts})


def name_is_taken(application: Application, staff: User) -> ActualState:
    year = timezone.localdate().year % 100
    taken = ActualAccount(name=f"aif{year}rs0001", parent="root", description="somebody else's")
    qos = ActualQos(name=f"aif{year}rs0001b_zellik", description="nightly")
    return NOTHING.model_copy(update={"accounts": (taken,), "qos": (qos,)})


def numbers_are_taken(application: Application, staff: User) -> ActualState:
    take_over_identity(make_person("Grace"), username="apeeters", uid=520_000)
    take_over_identity(make_person("Hedy"), username="apeeters2", uid=1_000_000)
    return NOTHING


World = Callable[[Application, User], ActualState]
WORLDS = (nothing, others_wait, a_team, people_are_there, name_is_taken, numbers_are_taken)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
def test_the_preview_shows_exactly_what_the_approval_then_changes(
    submitted: Application, staff: User, zellik: Site, world: World
) -> None:
    actual = world(submitted, staff)
    report(zellik, actual)
    submitted.refresh_from_db()
    lines = award_lines(submitted)
    before = plan(desired_state(zellik), actual)
    shown = preview(submitted, lines)
    assert not Project.objects.filter(application=submitted).exists()
    approve(submitted, lines, staff)
    accept(submitted)
    after = plan(desired_state(zellik), actual)
    # The mark of ownership is drawn anew each time; everything that is said is the same.
    known = set(before.lines())
    changes = [str(change) for change in after.changes if str(change) not in known]
    assert changes
    assert list(map(str, shown["zellik"].changes or ())) == changes
    assert set(shown["zellik"].conflicts) == set(after.conflicts) - set(before.conflicts)
    assert shown["charleroi"].changes is None, "a site that never reported has no preview"


def test_nodes_of_its_own_are_previewed_as_they_are_given(
    submitted: Application, staff: User, zellik: Site
) -> None:
    report_site(zellik)
    lines = award_lines(submitted)
    wish = own_nodes(last_day(timezone.localdate(), submitted.months or 1))
    lines = {site: AwardLine(line.gpu_hours, line.partitions, wish) for site, line in lines.items()}
    lines = {site: line for site, line in lines.items() if site == zellik}
    before = set(plan(desired_state(zellik), actual_of(zellik)).lines())
    shown = preview(submitted, lines)["zellik"]
    approve(submitted, lines, staff)
    accept(submitted)
    after = plan(desired_state(zellik), actual_of(zellik)).lines()
    changes = [str(change) for change in shown.changes or ()]
    assert changes == [line for line in after if line not in before]
    assert any(line.startswith("create partition") for line in changes)


def actual_of(site: Site) -> ActualState:
    state = SlurmState.objects.get(site=site).state
    named = [part for part in NAMED_BY if state[part] is not None]
    return ActualState.model_validate(state | {part: list(state[part].values()) for part in named})


def own_nodes(ends_on: date, nodes: str = "zellik-gpu[3-4]") -> PartitionWish:
    return PartitionWish(
        nodes=nodes, max_hours=48, max_nodes=None, priority=10, memory_mb_per_cpu=2_000,
        ends_on=ends_on,
    )  # fmt: skip


def test_a_preview_writes_nothing_and_holds_up_nobody(
    submitted: Application, staff: User, zellik: Site
) -> None:
    report(zellik, a_team(submitted, staff))
    submitted.refresh_from_db()
    lines = award_lines(submitted)
    before = counted()
    with CaptureQueriesContext(connection) as queries:
        preview(submitted, lines)
    assert counted() == before
    for query in queries.captured_queries:
        assert re.match(r"\s*\(*(SELECT|WITH)\b", query["sql"]), query["sql"]
        assert not re.search(r"FOR (NO KEY )?UPDATE|_lock\(", query["sql"]), query["sql"]


def counted() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count()
        for label in ("accounts", "allocations")
        for model in apps.get_app_config(label).get_models()
        if model._meta.managed
    }


def a_quota_holds_back(application: Application) -> None:
    make_pool("zellik", gpu_hours=999)


def too_much_aid(application: Application) -> None:
    # What is asked for at both sites does not fit, though each part alone does.
    had = CEILING_CENTS - 300_000
    DeclaredAid.objects.create(
        organisation=application.organisation, grantor="Region", cents=had,
        granted_on=timezone.localdate() - timedelta(days=30), declared_by=application.applicant,
    )  # fmt: skip


def nothing_said_of_nodes(application: Application) -> None:
    pass


@pytest.mark.parametrize(
    ("hindrance", "words"),
    [
        (a_quota_holds_back, "have 299 GPU-hours left"),
        (too_much_aid, "may still have 500.00 €"),
        (nothing_said_of_nodes, "has not said yet which nodes"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_would_be_refused_is_refused_before_in_the_same_words(
    submitted: Application,
    staff: User,
    zellik: Site,
    hindrance: Callable[[Application], None],
    words: str,
) -> None:
    hindrance(submitted)
    lines = award_lines(submitted)
    if hindrance is nothing_said_of_nodes:
        line, wish = lines[zellik], own_nodes(timezone.localdate())
        lines[zellik] = AwardLine(line.gpu_hours, line.partitions, wish)
    with pytest.raises(RefusedError) as shown:
        preview(submitted, lines)
    with pytest.raises(RefusedError) as refused:
        approve(submitted, lines, staff)
    assert words in str(shown.value)
    assert str(shown.value) == str(refused.value)
    assert not Project.objects.exists()
