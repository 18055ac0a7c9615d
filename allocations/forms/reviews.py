"""What reviewers fill in, and how staff choose them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.actions.reviews import Mark
from allocations.models import Review, ReviewerProfile
from allocations.models.reviews import LONGEST_CONFLICT, LONGEST_TEXT
from allocations.review_figures import reviewers
from allocations.rules.reviewers import LONGEST_TAG, MOST_TAGS, tags_of
from allocations.rules.rubric import HIGHEST_SCORE, LOWEST_SCORE, Criterion

_LARGEST_COUNT = 2**31 - 1
SCORES = [(str(score), str(score)) for score in range(LOWEST_SCORE, HIGHEST_SCORE + 1)]


@dataclass(frozen=True)
class CriterionFields:
    """What is filled in for one criterion."""

    criterion: Criterion
    score: BoundField
    text: BoundField


class WriteReviewForm(forms.Form):
    """A score and a text for each criterion of the track, and a summary."""

    edits = forms.IntegerField(min_value=0, max_value=_LARGEST_COUNT, widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("Summary"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For staff and the other reviewers; the applicant does not see it."),
    )

    def __init__(self, review: Review, data: Any = None) -> None:
        written = {line.criterion: line for line in review.scores.all()}
        initial = {"edits": review.edits, "comment": review.comment}
        self.criteria = review.application.rules().criteria
        for criterion in self.criteria:
            line = written.get(criterion.code)
            score, text = _names(criterion)
            if line is not None:
                initial |= {score: "" if line.score is None else str(line.score), text: line.text}
        super().__init__(data, initial=initial)
        for criterion in self.criteria:
            score, text = _names(criterion)
            self.fields[score] = forms.ChoiceField(
                label=_("Score of “%(name)s”") % {"name": criterion.shown_name},
                choices=SCORES,
                required=False,
                widget=forms.RadioSelect,
            )
            self.fields[text] = forms.CharField(
                label=_("Why: “%(name)s”") % {"name": criterion.shown_name},
                max_length=LONGEST_TEXT,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def criterion_fields(self) -> list[CriterionFields]:
        """The fields of each criterion, for the template."""
        return [
            CriterionFields(criterion, *(self[name] for name in _names(criterion)))
            for criterion in self.criteria
        ]

    def marks(self) -> dict[str, Mark]:
        """What was filled in, by criterion."""
        marks = {}
        for criterion in self.criteria:
            score, text = (self.cleaned_data[name] for name in _names(criterion))
            marks[criterion.code] = Mark(int(score) if score else None, text)
        return marks


class AssignForm(forms.Form):
    """Who is asked; what the portal proposes is ticked."""

    reviewers = forms.ModelMultipleChoiceField(
        label=_("Reviewers"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose somebody.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = reviewers()  # type: ignore[attr-defined]

    def chosen(self) -> Sequence[User]:
        """Those who were ticked."""
        return list(self.cleaned_data["reviewers"])


class ReopenForm(forms.Form):
    """Why a reviewer should look again."""

    reason = forms.CharField(
        label=_("What should the reviewer look at?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ConflictForm(forms.Form):
    """What binds somebody who reviews or decides to those who apply."""

    reason = forms.CharField(
        label=_("What is the conflict?"),
        max_length=LONGEST_CONFLICT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Staff read this. It stays, and cannot be taken back."),
    )


class CommentForm(forms.Form):
    """One contribution to the discussion."""

    text = forms.CharField(
        label=_("Your contribution"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewerProfileForm(forms.Form):
    """What somebody knows about, and until when they take no reviews."""

    expertise = forms.CharField(
        label=_("What you know about"),
        max_length=MOST_TAGS * (LONGEST_TAG + 2),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Words between commas, as they occur in applications: speech, weather, CFD."),
    )
    away_until = forms.DateField(
        label=_("No reviews until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: you can be asked at any time."),
    )

    def __init__(self, profile: ReviewerProfile | None, data: Any = None) -> None:
        initial = (
            {"expertise": ", ".join(profile.expertise), "away_until": profile.away_until}
            if profile
            else {}
        )
        super().__init__(data, initial=initial)

    def clean_expertise(self) -> list[str]:
        """The words, each once."""
        return tags_of(self.cleaned_data["expertise"])

    def clean_away_until(self) -> Any:
        """No day that is past."""
        day = self.cleaned_data["away_until"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return day


def _names(criterion: Criterion) -> tuple[str, str]:
    return f"score_{criterion.code}", f"text_{criterion.code}"
