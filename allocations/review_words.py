"""What reviews still need, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allocations.rules.review_progress import ReviewProgress
from allocations.rules.review_steps import StepKind


def words_for_missing_reviews(progress: ReviewProgress) -> str:
    """How many reviews are missing, and for how many nobody was asked."""
    words = {"missing": progress.missing, "required": progress.required}
    text = (
        ngettext(
            "%(missing)d of %(required)d required reviews is missing.",
            "%(missing)d of %(required)d required reviews are missing.",
            progress.missing,
        )
        % words
    )
    if not progress.unassigned:
        return text
    unassigned = ngettext(
        "Ask %(number)d more reviewer.", "Ask %(number)d more reviewers.", progress.unassigned
    )
    return f"{text} {unassigned % {'number': progress.unassigned}}"


def words_for_low_scores(progress: ReviewProgress) -> str:
    """Which criteria miss the track's threshold."""
    names = ", ".join(line.criterion.shown_name for line in progress.below_threshold)
    text = _("The reviews miss the threshold of the track: %(names)s. Reject it, or send one back.")
    return text % {"names": names}


def words_for_missing_steps(missing: Iterable[StepKind]) -> str:
    """Which steps nobody has done yet."""
    names = ", ".join(str(kind.label) for kind in missing)
    return _("Before it can be approved, record as done: %(names)s.") % {"names": names}
