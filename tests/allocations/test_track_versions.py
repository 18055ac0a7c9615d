"""Staff configure tracks: what is published is frozen, and applications keep what they had."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from allocations.actions.drafts import submit_application
from allocations.actions.track_versions import publish_version, save_version, start_version
from allocations.actions.tracks import set_track_open
from allocations.errors import IncompleteError, RefusedError, StateError
from allocations.forms.track_versions import VersionForm
from allocations.management.track_seeds import TRACKS
from allocations.models import Application, Track, TrackVersion
from tests.domain import make_draft


def version_of(code: str, number: int = 1) -> TrackVersion:
    return TrackVersion.objects.get(track__code=code, number=number)


def url(name: str, version: TrackVersion) -> str:
    return reverse(name, args=[version.track.code, version.number])


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def written(administrator: User) -> TrackVersion:
    """The second version of Playground, not published yet."""
    return start_version(source_id=version_of("pg").pk, actor=administrator)


def filled(version: TrackVersion, **changes: Any) -> dict[str, list[Any]]:
    """What a browser sends when somebody opens the form, changes something and saves."""
    form = VersionForm(version=version)
    sent: dict[str, list[Any]] = {}
    for field in form:
        value = changes.get(field.name, field.value())
        if field.name == "partitions":
            value = [item.pk for item in version.partitions.all()]
        if value is None or value is False:
            continue
        is_list = field.name in ("organisation_kinds", "sections", "optional_questions")
        sent[field.name] = value if is_list or isinstance(value, list) else [value]
        if field.name in ("lengths_in_months", "cut_off_days"):
            sent[field.name] = [field.field.prepare_value(value)]
    return sent


def test_six_tracks_come_with_a_version_that_holds(seeded: None) -> None:
    holding = TrackVersion.objects.on(timezone.localdate())
    assert {version.track.code for version in holding} == {seed.code for seed in TRACKS}
    assert all(version.partitions.exists() for version in holding)


def test_published_version_cannot_be_changed_or_deleted_even_in_sql(seeded: None) -> None:
    version = version_of("pg")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        TrackVersion.objects.filter(pk=version.pk).update(max_gpu_hours=9)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        TrackVersion.objects.filter(pk=version.pk).delete()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        version.partitions.clear()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        version.partitions.through.objects.update(partition_id=1)


def test_new_version_is_a_copy_that_can_be_edited_and_is_audited(
    written: TrackVersion, administrator: User
) -> None:
    first = version_of("pg")
    assert (written.number, written.is_published) == (2, False)
    assert set(written.partitions.all()) == set(first.partitions.all())
    save_version(version_id=written.pk, edits=0, values={"answer_days": 7}, actor=administrator)
    assert version_of("pg", 2).answer_days == 7
    trail = apps.get_model("allocations", "TrackVersionEvent").objects
    [event] = trail.filter(pgh_context__metadata__action="save_version")
    assert event.pgh_context.metadata["actor"] == administrator.email
    partitions = apps.get_model("allocations", "VersionPartitionEvent").objects
    assert partitions.filter(pgh_context__metadata__action="start_version").exists()


def test_only_one_new_version_of_a_track_at_a_time(
    written: TrackVersion, administrator: User
) -> None:
    with pytest.raises(StateError, match="being written already"):
        start_version(source_id=version_of("pg").pk, actor=administrator)


def test_two_people_who_edit_at_once_notice_it(written: TrackVersion, administrator: User) -> None:
    save_version(version_id=written.pk, edits=0, values={"answer_days": 7}, actor=administrator)
    with pytest.raises(StateError, match="since you opened it"):
        save_version(version_id=written.pk, edits=0, values={"answer_days": 9}, actor=administrator)
    with pytest.raises(StateError, match="since you opened it"):
        publish_version(
            version_id=written.pk, valid_from=timezone.localdate(), edits=0, actor=administrator
        )


def test_version_holds_from_its_day_on_and_never_before(
    written: TrackVersion, administrator: User
) -> None:
    today = timezone.localdate()
    with pytest.raises(RefusedError, match="a day to come"):
        publish_version(
            version_id=written.pk, valid_from=today - timedelta(1), edits=0, actor=administrator
        )
    tomorrow = today + timedelta(days=1)
    publish_version(version_id=written.pk, valid_from=tomorrow, edits=0, actor=administrator)
    holding = TrackVersion.objects.filter(track=written.track)
    assert holding.on(today).get().number == 1
    assert holding.on(tomorrow).get().number == 2


def test_application_keeps_the_version_under_which_it_was_handed_in(
    submitted: Application, applicant: User, administrator: User
) -> None:
    draft = make_draft(applicant, track="rs")
    written = start_version(source_id=version_of("rs").pk, actor=administrator)
    changes = {"max_gpu_hours": 1_200, "deadline_days": 5}
    written = save_version(version_id=written.pk, edits=0, values=changes, actor=administrator)
    publish_version(
        version_id=written.pk, valid_from=timezone.localdate(), edits=1, actor=administrator
    )

    assert submitted.rules().number == 1
    assert draft.rules().number == 2
    with pytest.raises(IncompleteError, match="1,200"):
        submit_application(application_id=draft.pk, actor=applicant)


def test_who_may_not_apply_on_a_track_cannot_hand_in(applicant: User, administrator: User) -> None:
    written = start_version(source_id=version_of("rs").pk, actor=administrator)
    kinds = {"organisation_kinds": [Organisation.Kind.RESEARCH]}
    save_version(version_id=written.pk, edits=0, values=kinds, actor=administrator)
    today = timezone.localdate()
    publish_version(version_id=written.pk, valid_from=today, edits=1, actor=administrator)
    draft = make_draft(applicant)
    with pytest.raises(IncompleteError, match="Small or medium enterprise"):
        submit_application(application_id=draft.pk, actor=applicant)


def test_staff_write_and_publish_a_version_on_the_pages(office: Client) -> None:
    assert "Playground" in office.get(reverse("tracks")).content.decode()
    page = office.post(url("start_version", version_of("pg")), follow=True)
    assert "write version 2" in page.content.decode()
    written = version_of("pg", 2)
    sent = filled(
        written,
        summary="For <b>beginners</b>",
        summary_nl="Voor \u202e<b>beginners</b>",
        max_gpu_hours=6_000,
        deadline_kind="after_cut_off",
        cut_off_days=[15, 1],
        peer_reviewers=2,
        criterion_1="Impact",
        threshold_1=3,
        criterion_2="Sound",
        threshold_2=4,
    )
    page = office.post(url("edit_version", written), sent, follow=True)
    told = page.content.decode()
    assert "up to 6,000 GPU-hours" in told
    assert "For &lt;b&gt;beginners&lt;/b&gt;" in told
    assert "day 1, 15 of the month, 10:00 in Brussels" in told
    assert version_of("pg", 2).translations == {"nl": {"summary": "Voor <b>beginners</b>"}}
    assert [(item.code, item.threshold) for item in version_of("pg", 2).criteria] == [
        ("impact", 3),
        ("c1", 4),
    ]
    page = office.post(
        url("publish_version", written),
        {"edits": 1, "valid_from": timezone.localdate().isoformat()},
        follow=True,
    )
    assert "frozen" in page.content.decode()
    assert office.get(url("edit_version", written)).status_code == 302
    assert "up to 6,000 GPU-hours" in office.get(reverse("choose_track")).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"max_gpu_hours": 0}, "greater than or equal to 1"),
        ({"min_gpu_hours": 9_000}, "This is less than the least."),
        ({"min_gpu_hours": 10**30}, "less than or equal to"),
        ({"deadline_kind": "after_cut_off"}, "Say on which days of the month."),
        ({"cut_off_days": [40]}, "less than or equal to 31"),
        ({"lengths_in_months": []}, "required"),
        ({"sections": ["project"]}, "These are always asked"),
        ({"optional_questions": ["milestones"]}, "Their section is not asked"),
        ({"peer_reviewers": 2}, "Reviewers need something to score."),
        ({"threshold_1": 3}, "Name what is scored."),
        ({"criterion_1": "A", "criterion_2": "A\u200b"}, "Two criteria have the same name."),
        ({"organisation_kinds": ["robots"]}, "not one of the available choices"),
        ({"summary": "x" * 10**6}, "at most 300 characters"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    office: Client, written: TrackVersion, changes: dict[str, Any], sentence: str
) -> None:
    answer = office.post(url("edit_version", written), filled(written, **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert version_of("pg", 2).edits == 0


def test_closed_track_takes_no_applications(
    office: Client, administrator: User, applicant: User
) -> None:
    track = Track.objects.get(code="pg")
    office.post(reverse("open_track", args=["pg"]), {"open": "no"})
    assert not Track.objects.get(code="pg").is_open
    assert "no applications" in office.get(reverse("choose_track")).content.decode()
    set_track_open(track_id=track.pk, is_open=True, actor=administrator)
    assert Track.objects.get(code="pg").is_open


def test_what_is_not_published_can_be_thrown_away(office: Client, written: TrackVersion) -> None:
    office.post(url("discard_version", written))
    assert not TrackVersion.objects.filter(pk=written.pk).exists()
    office.post(url("discard_version", version_of("pg")))
    assert version_of("pg").is_published


def test_a_day_that_is_no_day_is_refused(office: Client, written: TrackVersion) -> None:
    for day in ("", "soon", "2026-02-30", str(date(2000, 1, 1))):
        answer = office.post(url("publish_version", written), {"edits": 0, "valid_from": day})
        assert answer.status_code == 422
    assert not version_of("pg", 2).is_published
