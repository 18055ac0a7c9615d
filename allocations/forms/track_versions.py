"""A version of a track as a form, and the day from which it holds."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from allocations.forms.partitions import PartitionChoice
from allocations.forms.translations import (
    add_translations,
    take_translations,
    translated_fields,
)
from allocations.models import Partition, TrackVersion
from allocations.models.applications import MOST_GPU_HOURS
from allocations.rules.deadlines import DeadlineKind
from allocations.rules.questions import ALWAYS_ASKED, Question, Section, questions_outside
from allocations.rules.rubric import HIGHEST_SCORE, LOWEST_SCORE, Criterion, with_codes
from allocations.rules.text import one_line

MOST_CRITERIA = 6
MOST_DAYS, MOST_MONTHS, MOST_SITES, MOST_REVIEWERS = 366, 60, 20, 9
_LAST_DAY_OF_A_MONTH = 31
_LARGEST_COUNT = 2**31 - 1
_TEXTS = {"summary": one_line}


def _whole(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **more)


def _list_of(label: Any, least: int, most: int, **more: Any) -> SimpleArrayField:
    numbers = forms.IntegerField(min_value=least, max_value=most)
    return SimpleArrayField(numbers, label=label, max_length=MOST_CRITERIA * 2, **more)


def _several(label: Any, choices: Any, **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **more
    )


class VersionForm(forms.Form):
    """All that staff configure of a track."""

    edits = forms.IntegerField(min_value=0, max_value=_LARGEST_COUNT, widget=forms.HiddenInput)
    summary = forms.CharField(label=_("Who it is for, in a sentence"), max_length=300)
    organisation_kinds = _several(_("Organisations that may apply"), Organisation.Kind.choices)
    min_gpu_hours = _whole(_("Least GPU-hours"), 1, MOST_GPU_HOURS)
    max_gpu_hours = _whole(_("Most GPU-hours"), 1, MOST_GPU_HOURS)
    lengths_in_months = _list_of(
        _("Lengths in months"), 1, MOST_MONTHS, help_text=_("Separated by commas: 3, 6, 12.")
    )
    max_sites = _whole(_("Most sites of one award"), 1, MOST_SITES)
    partitions = PartitionChoice(
        Partition.objects.none(),
        label=_("Partitions that an award gets at first"),
        required=False,
        help_text=_("At a site without one nobody can apply on this track."),
    )
    sections = _several(_("Sections of the form"), Section.choices)
    optional_questions = _several(
        _("Optional questions that are asked"), Question.choices, required=False
    )
    has_admin_check = forms.BooleanField(label=_("Administrative check"), required=False)
    has_technical_review = forms.BooleanField(label=_("Technical review"), required=False)
    peer_reviewers = _whole(
        _("Independent reviewers"), 0, MOST_REVIEWERS, help_text=_("0 is no peer review.")
    )
    is_blind = forms.BooleanField(label=_("Reviewers do not learn who applies"), required=False)
    has_gate = forms.BooleanField(label=_("Gate before the decision"), required=False)
    four_eyes_above_gpu_hours = _whole(
        _("Two people decide above so many GPU-hours"),
        0,
        MOST_GPU_HOURS,
        required=False,
        help_text=_("Empty: one is always enough."),
    )
    deadline_kind = forms.ChoiceField(label=_("The answer comes so many"), choices=DeadlineKind)
    deadline_days = _whole(_("Days until the decision"), 1, MOST_DAYS)
    cut_off_days = _list_of(
        _("Cut-offs: days of the month"),
        1,
        _LAST_DAY_OF_A_MONTH,
        required=False,
        help_text=_("Separated by commas: 1, 15. 31 is the last day of any month."),
    )
    cut_off_time = forms.TimeField(
        label=_("Time of the cut-offs, in Brussels"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    answer_days = _whole(
        _("Days to answer a question"),
        1,
        MOST_DAYS,
        help_text=_("Then the application is withdrawn by itself."),
    )

    def __init__(self, *args: Any, version: TrackVersion, **kwargs: Any) -> None:
        self.version = version
        kwargs.setdefault("initial", _initial(version))
        super().__init__(*args, **kwargs)
        partitions = self.fields["partitions"]
        if isinstance(partitions, PartitionChoice):
            partitions.names_site = True
            partitions.queryset = Partition.objects.select_related("site")
        add_translations(self, _TEXTS, version.translations)
        for number in range(1, MOST_CRITERIA + 1):
            name, threshold = _names(number)
            self.fields[name] = forms.CharField(
                label=_("Criterion %(number)d") % {"number": number}, max_length=80, required=False
            )
            self.fields[threshold] = _whole(
                _("Score it needs"), LOWEST_SCORE, HIGHEST_SCORE, required=False
            )

    @property
    def summaries(self) -> list[BoundField]:
        """For whom it is in the other languages, for the template."""
        return translated_fields(self, _TEXTS)

    @property
    def criteria(self) -> list[tuple[BoundField, BoundField]]:
        """Name and threshold of each criterion, for the template."""
        rows = map(_names, range(1, MOST_CRITERIA + 1))
        return [(self[name], self[threshold]) for name, threshold in rows]

    def clean(self) -> dict[str, Any]:
        """What holds between fields, told beside the one to change."""
        cleaned = super().clean() or {}
        least, most = cleaned.get("min_gpu_hours"), cleaned.get("max_gpu_hours")
        if least and most and least > most:
            self.add_error("max_gpu_hours", _("This is less than the least."))
        if cleaned.get("deadline_kind") == DeadlineKind.AFTER_CUT_OFF and not cleaned.get(
            "cut_off_days"
        ):
            self.add_error("cut_off_days", _("Say on which days of the month."))
        self._check_sections(cleaned)
        self._check_criteria(cleaned)
        return cleaned

    def values(self) -> dict[str, Any]:
        """What to store, by the names of the version's fields."""
        mixed = {name for number in range(1, MOST_CRITERIA + 1) for name in _names(number)}
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in mixed | {"edits"}
        }
        values["translations"] = take_translations(values, _TEXTS)
        values["summary"] = one_line(values["summary"])
        values["lengths_in_months"] = sorted(set(values["lengths_in_months"]))
        values["cut_off_days"] = sorted(set(values["cut_off_days"]))
        criteria = with_codes(self._rows(self.cleaned_data), self.version.criteria)
        values["rubric"] = [_stored(criterion) for criterion in criteria]
        return values

    def _check_sections(self, cleaned: dict[str, Any]) -> None:
        sections = cleaned.get("sections")
        if sections is None:
            return
        missing = [section for section in Section if section in ALWAYS_ASKED - set(sections)]
        if missing:
            names = ", ".join(str(section.label) for section in missing)
            self.add_error("sections", _("These are always asked: %(names)s.") % {"names": names})
        homeless = questions_outside(sections, cleaned.get("optional_questions") or [])
        if homeless:
            names = ", ".join(str(question.label) for question in homeless)
            self.add_error(
                "optional_questions", _("Their section is not asked: %(names)s.") % {"names": names}
            )

    def _check_criteria(self, cleaned: dict[str, Any]) -> None:
        names = [one_line(name) for name, _threshold in self._rows(cleaned)]
        for number in range(1, MOST_CRITERIA + 1):
            name, threshold = _names(number)
            if cleaned.get(threshold) is not None and not cleaned.get(name):
                self.add_error(name, _("Name what is scored."))
        if len(set(names)) < len(names):
            self.add_error("criterion_1", _("Two criteria have the same name."))
        if cleaned.get("peer_reviewers") and not names:
            self.add_error("criterion_1", _("Reviewers need something to score."))

    def _rows(self, cleaned: dict[str, Any]) -> list[tuple[str, int]]:
        rows = map(_names, range(1, MOST_CRITERIA + 1))
        return [
            (one_line(cleaned[name]), cleaned.get(threshold) or LOWEST_SCORE)
            for name, threshold in rows
            if cleaned.get(name)
        ]


class PublishForm(forms.Form):
    """The day from which a version holds."""

    edits = forms.IntegerField(min_value=0, max_value=_LARGEST_COUNT, widget=forms.HiddenInput)
    valid_from = forms.DateField(
        label=_("Valid from"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Applications that were handed in before keep the version they have."),
    )


def _names(number: int) -> tuple[str, str]:
    return f"criterion_{number}", f"threshold_{number}"


def _initial(version: TrackVersion) -> dict[str, Any]:
    stored = {name: getattr(version, name, None) for name in VersionForm.base_fields}
    stored["partitions"] = list(version.partitions.all())
    for number, criterion in enumerate(version.criteria[:MOST_CRITERIA], start=1):
        name, threshold = _names(number)
        stored |= {name: criterion.name, threshold: criterion.threshold}
    return stored


def _stored(criterion: Criterion) -> dict[str, Any]:
    return {"code": criterion.code, "name": criterion.name, "threshold": criterion.threshold}
