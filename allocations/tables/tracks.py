"""What a version of a track says, in plain words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation
from accounts.numbers import grouped
from allocations.models import TrackVersion
from allocations.rules.deadlines import DeadlineKind
from allocations.rules.questions import Question, Section


@dataclass(frozen=True)
class Fact:
    """One line of a version."""

    label: str | Promise
    text: str


def facts_of(version: TrackVersion) -> list[Fact]:
    """All that a version says, in the order in which an applicant meets it."""
    return [
        Fact(gettext_lazy("For whom"), version.shown_summary),
        Fact(gettext_lazy("Who may apply"), _kinds(version)),
        Fact(gettext_lazy("Size"), size(version)),
        Fact(gettext_lazy("Length"), lengths(version)),
        Fact(gettext_lazy("Sites"), sites(version)),
        Fact(gettext_lazy("Sections of the form"), _sections(version)),
        Fact(gettext_lazy("Optional questions"), _questions(version)),
        Fact(gettext_lazy("Review"), _review(version)),
        Fact(gettext_lazy("Scores"), _rubric(version)),
        Fact(gettext_lazy("Two people decide"), _four_eyes(version)),
        Fact(gettext_lazy("Answer"), answer_time(version)),
        Fact(gettext_lazy("Questions to the applicant"), _answer_days(version)),
    ]


def answer_time(version: TrackVersion) -> str:
    """Until when the applicant gets an answer."""
    days = version.deadline_days
    words = {"days": days, "cut_offs": _cut_offs(version)}
    if version.deadline_kind == DeadlineKind.CALENDAR_DAYS:
        return ngettext("%(days)d day", "%(days)d days", days) % words
    if version.deadline_kind == DeadlineKind.WORKING_DAYS:
        return ngettext("%(days)d working day", "%(days)d working days", days) % words
    return (
        ngettext(
            "%(days)d working day after the next cut-off (%(cut_offs)s)",
            "%(days)d working days after the next cut-off (%(cut_offs)s)",
            days,
        )
        % words
    )


def size(version: TrackVersion) -> str:
    """How many GPU-hours can be asked for."""
    words = {"least": grouped(version.min_gpu_hours), "most": grouped(version.max_gpu_hours)}
    if version.min_gpu_hours > 1:
        return _("%(least)s to %(most)s GPU-hours") % words
    return _("up to %(most)s GPU-hours") % words


def lengths(version: TrackVersion) -> str:
    """For how many months."""
    months = ", ".join(str(length) for length in version.lengths_in_months)
    return _("%(lengths)s months") % {"lengths": months}


def sites(version: TrackVersion) -> str:
    """Where, with the partitions that an award gets at first."""
    by_site: dict[str, list[str]] = {}
    for partition in version.partitions.all():
        by_site.setdefault(partition.site.name, []).append(partition.name)
    if not by_site:
        return _("none: nobody can apply")
    places = "; ".join(f"{site} ({', '.join(names)})" for site, names in by_site.items())
    if version.max_sites >= len(by_site):
        return places
    at_most = ngettext("%(sites)d of them", "at most %(sites)d of them", version.max_sites)
    return f"{places}: {at_most % {'sites': version.max_sites}}"


def _cut_offs(version: TrackVersion) -> str:
    days = ", ".join(str(day) for day in version.cut_off_days)
    return _("day %(days)s of the month, %(time)s in Brussels") % {
        "days": days,
        "time": f"{version.cut_off_time:%H:%M}",
    }


def _kinds(version: TrackVersion) -> str:
    return _joined([str(Organisation.Kind(kind).label) for kind in version.organisation_kinds])


def _sections(version: TrackVersion) -> str:
    return _joined([str(section.label) for section in Section if section in version.sections])


def _questions(version: TrackVersion) -> str:
    asked = [item for item in Question if item in version.optional_questions]
    return _joined([str(question.label) for question in asked])


def _review(version: TrackVersion) -> str:
    steps = []
    if version.has_admin_check:
        steps.append(_("administrative check"))
    if version.has_technical_review:
        steps.append(_("technical review"))
    if version.peer_reviewers:
        reviewers = ngettext(
            "%(number)d independent reviewer", "%(number)d independent reviewers",
            version.peer_reviewers,
        ) % {"number": version.peer_reviewers}  # fmt: skip
        steps.append(f"{reviewers} ({_('blind')})" if version.is_blind else reviewers)
    if version.has_gate:
        steps.append(_("gate"))
    return " → ".join([*steps, _("decision")])


def _rubric(version: TrackVersion) -> str:
    return _joined([f"{item.shown_name} ≥ {item.threshold}" for item in version.criteria])


def _four_eyes(version: TrackVersion) -> str:
    if version.four_eyes_above_gpu_hours is None:
        return _("never: one is enough")
    hours = grouped(version.four_eyes_above_gpu_hours)
    return _("above %(hours)s GPU-hours") % {"hours": hours}


def _answer_days(version: TrackVersion) -> str:
    return ngettext(
        "withdrawn by itself %(days)d day after an unanswered question",
        "withdrawn by itself %(days)d days after an unanswered question",
        version.answer_days,
    ) % {"days": version.answer_days}


def _joined(words: list[str]) -> str:
    return ", ".join(words) or _("none")
