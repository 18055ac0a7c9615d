"""Administrators keep the list of tracks: new ones, their names, their order."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from allocations.actions.drafts import submit_application
from allocations.actions.track_versions import publish_version, start_version
from allocations.actions.tracks import add_track, change_track, move_track
from allocations.desired_state import desired_state
from allocations.errors import RefusedError
from allocations.models import Site, Track, TrackVersion
from allocations.rules.naming import account_names, next_project_name, project_prefix
from tests.allocations.together import together
from tests.domain import make_draft, make_project

CODES = st.from_regex(r"\A[a-z]{1,8}\Z")


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def started(administrator: User) -> Track:
    """A track without a version."""
    return add_track(code="ed", name="Education", translations={}, actor=administrator)


def publish(track: Track, administrator: User, like: str = "pg") -> TrackVersion:
    """A version that holds from today on, as another track's."""
    source = TrackVersion.objects.get(track__code=like, number=1)
    version = start_version(source_id=source.pk, track_id=track.pk, actor=administrator)
    today = timezone.localdate()
    return publish_version(version_id=version.pk, valid_from=today, edits=0, actor=administrator)


def in_order() -> list[str]:
    return [track.code for track in Track.objects.all()]


def parents_at_zellik() -> dict[str, str | None]:
    """Each account that the site is told to have, with the one above it."""
    desired = desired_state(Site.objects.get(code="zellik"))
    return {account.name: account.parent for account in desired.accounts}


def test_a_new_track_gets_its_first_version_as_a_copy_of_another(office: Client) -> None:
    names = {"name": "Education", "name_fr": "Enseignement"}
    page = office.post(reverse("new_track"), {"code": "ed", **names}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("track", args=["ed"])
    page = office.post(reverse("begin_track", args=["ed"]), {"like": "fl"})
    assert page.headers["Location"] == reverse("edit_version", args=["ed", 1])
    version = TrackVersion.objects.get(track__code="ed")
    like = TrackVersion.objects.get(track__code="fl")
    assert (version.number, version.is_published) == (1, False)
    assert version.max_gpu_hours == like.max_gpu_hours
    assert set(version.partitions.all()) == set(like.partitions.all())
    assert in_order()[-1] == "ed"
    again = office.post(reverse("begin_track", args=["ed"]), {"like": "fl"}, follow=True)
    assert "being written already" in again.text


def test_a_new_track_is_met_by_nobody_before_a_version_is_published(
    started: Track, administrator: User, applicant: User, client: Client
) -> None:
    addresses = (
        "choose_track",
        "eligibility",
        "awarded_projects",
        "public_figures",
        "programme",
        "reports",
    )
    client.force_login(administrator)
    pages = [client.get(reverse(name)).text for name in addresses]
    assert not any("Education" in page for page in pages)
    assert client.get(reverse("choose_track") + "?track=ed").status_code == 200
    refused = client.post(reverse("start_application", args=["ed"]), follow=True)
    assert "takes no applications" in refused.text
    assert "aif_ed" not in parents_at_zellik()

    publish(started, administrator)

    assert "Education" in client.get(reverse("choose_track")).text
    assert parents_at_zellik()["aif_ed"] == "aif"


def test_an_award_on_a_new_track_is_an_account_under_its_own(
    started: Track, administrator: User, applicant: User, staff: User
) -> None:
    publish(started, administrator, like="rs")
    draft = make_draft(applicant, track="ed")
    project = make_project(submit_application(application_id=draft.pk, actor=applicant), staff)
    year = timezone.localdate().year % 100
    assert project.name == f"aif{year}ed0001"
    assert parents_at_zellik()[project.name] == "aif_ed"


@pytest.mark.parametrize(
    "code",
    ["", "ED", "e d", "ed1", "e-d", "é", "a" * 9, "ed\n0001", "root;", "\u202eed", "1" * 4000],
)
def test_a_code_that_slurm_or_names_could_not_bear_is_refused_beside_its_field(
    office: Client, code: str
) -> None:
    page = office.post(reverse("new_track"), {"code": code, "name": "Education"})
    assert page.status_code == 422
    assert 'id="id_code_error"' in page.text
    assert len(in_order()) == 6


@pytest.mark.parametrize(
    "name", ["", " ", "\u200b\u202e", "\u200d", "x" * 81, "a\0b", "play GROUND"]
)
def test_a_name_that_cannot_be_read_or_told_apart_is_refused(office: Client, name: str) -> None:
    Track.objects.filter(code="pg").update(name="Play ground")
    page = office.post(reverse("new_track"), {"code": "ed", "name": name})
    assert page.status_code == 422
    assert 'id="id_name_error"' in page.text
    assert len(in_order()) == 6


def test_markup_in_a_name_is_shown_as_it_was_typed(office: Client, administrator: User) -> None:
    name = "<b>Bold</b> \u202e & co"
    office.post(reverse("new_track"), {"code": "ed", "name": name})
    track = Track.objects.get(code="ed")
    assert track.name == "<b>Bold</b> & co"
    publish(track, administrator)
    for address in (reverse("tracks"), reverse("track", args=["ed"]), reverse("choose_track")):
        page = office.get(address).text
        assert "&lt;b&gt;Bold&lt;/b&gt; &amp; co" in page
        assert "<b>Bold" not in page


def test_a_form_that_is_sent_twice_makes_one_track(office: Client) -> None:
    sent = {"code": "ed", "name": "Education"}
    assert office.post(reverse("new_track"), sent).status_code == 302
    again = office.post(reverse("new_track"), sent)
    assert again.status_code == 422
    assert "Another track has this code." in again.text
    assert in_order().count("ed") == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_track_at_once_make_one(administrator: User) -> None:
    def add() -> None:
        add_track(code="ed", name="Education", translations={}, actor=administrator)

    assert together(add, add) == ["Another track has this code."]


def test_the_database_keeps_codes_to_letters(seeded: None) -> None:
    for code in ("fl2", "FL", "f_l", "f-l"):
        with pytest.raises(IntegrityError, match="track_code_is_letters"), transaction.atomic():
            Track.objects.create(code=code, name="Another")


def test_the_code_can_be_changed_until_a_version_is_published(
    office: Client, started: Track, administrator: User
) -> None:
    edit = reverse("edit_track", args=["ed"])
    office.post(edit, {"code": "edu", "name": "Education"})
    started.refresh_from_db()
    assert started.code == "edu"
    publish(started, administrator)
    office.post(reverse("edit_track", args=["edu"]), {"code": "ed", "name": "Teaching"})
    started.refresh_from_db()
    assert (started.code, started.name) == ("edu", "Teaching")
    with pytest.raises(RefusedError, match="for good"):
        change_track(
            track_id=started.pk, code="ed", name="Teaching", translations={}, actor=administrator
        )


def test_a_track_is_called_otherwise_in_each_language(office: Client) -> None:
    names = {"name": "Sandbox", "name_fr": "Bac à sable", "name_nl": "Zandbak"}
    office.post(reverse("edit_track", args=["pg"]), names)
    page = reverse("choose_track")
    assert "Sandbox" in office.get(page).text
    assert "Bac à sable" in office.get(page, headers={"accept-language": "fr"}).text
    assert "Sandbox" in office.get(page, headers={"accept-language": "de"}).text
    filled = office.get(reverse("edit_track", args=["pg"])).text
    assert 'value="Zandbak"' in filled


def test_the_order_is_that_of_every_list_and_a_button_pressed_twice_moves_once(
    office: Client,
) -> None:
    assert in_order() == ["pg", "fl", "rs", "pa", "st", "ls"]
    for _press in range(2):
        page = office.post(reverse("move_track", args=["st"]), {"place": 2}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("tracks") + "#st"
    assert in_order() == ["pg", "st", "fl", "rs", "pa", "ls"]
    shown = office.get(reverse("choose_track")).text
    assert shown.index("Strategic") < shown.index("Fast Lane")
    for place in ("0", "-1", "x", "", "9" * 400):
        page = office.post(reverse("move_track", args=["st"]), {"place": place}, follow=True)
        assert "no such place" in page.text
    office.post(reverse("move_track", args=["pg"]), {"place": 32767})
    assert in_order()[-1] == "pg"


def test_the_seed_undoes_nothing(started: Track, administrator: User) -> None:
    fast = Track.objects.get(code="fl")
    names = {"fr": {"name": "Voie express"}}
    change_track(
        track_id=fast.pk, code="fl", name="Express", translations=names, actor=administrator
    )
    move_track(track_id=fast.pk, place=1, actor=administrator)
    before = list(Track.objects.values())
    call_command("seed")
    assert list(Track.objects.values()) == before


def test_every_change_is_in_the_history(
    office: Client, started: Track, administrator: User
) -> None:
    office.post(reverse("edit_track", args=["ed"]), {"code": "edu", "name": "Teaching"})
    office.post(reverse("move_track", args=["edu"]), {"place": 1})
    trail = apps.get_model("allocations", "TrackEvent").objects.filter(pgh_obj_id=started.pk)
    said = [event.pgh_context.metadata for event in trail.order_by("pgh_id")]
    assert [one["action"] for one in said] == ["add_track", "change_track", "move_track"]
    assert {one["actor"] for one in said} == {administrator.email}
    page = office.get(reverse("track", args=["edu"])).text
    assert "Education" in page
    assert administrator.email in page


@given(ours=CODES, theirs=CODES, last=st.integers(1, 9998), other=st.integers(1, 9998))
def test_no_two_codes_can_make_the_same_name(ours: str, theirs: str, last: int, other: int) -> None:
    def names(code: str, number: int) -> set[str]:
        prefix = project_prefix(year=2026, track_code=code)
        project = next_project_name(prefix=prefix, last=f"{prefix}{number:04d}")
        return set(account_names(project))

    if (ours, last) != (theirs, other):
        assert not names(ours, last) & names(theirs, other)
