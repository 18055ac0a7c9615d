"""The six tracks and two quotas of a new portal: figures to start from, which staff replace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts.models import Organisation
from allocations.rules.deadlines import DeadlineKind
from allocations.rules.questions import ALWAYS_ASKED, Question, Section
from allocations.rules.rubric import USUAL_RUBRIC

VALID_FROM = date(2026, 1, 1)
_KIND = Organisation.Kind
_INDUSTRY = (_KIND.START_UP, _KIND.SME, _KIND.LARGE)
_EVERY_KIND = tuple(_KIND)
_SHORTEST_FORM = tuple(section for section in Section if section in ALWAYS_ASKED)
_SHORT_FORM = tuple(
    section for section in Section if section not in {Section.TRUSTWORTHY_AI, Section.PLAN}
)
_SHORT_QUESTIONS = (
    Question.SECTOR,
    Question.WHY_GPUS,
    Question.RUNS,
    Question.GPU_TYPE,
    Question.LARGEST_JOB,
    Question.SOFTWARE,
    Question.FALLBACK_SITE,
    Question.STORAGE,
)
_RUBRIC = [
    {"code": item.code, "name": item.name, "threshold": item.threshold} for item in USUAL_RUBRIC
]
_REVIEWED: Mapping[str, Any] = {
    "has_admin_check": True,
    "peer_reviewers": 2,
    "rubric": _RUBRIC,
    "sections": list(Section),
    "optional_questions": list(Question),
}


@dataclass(frozen=True)
class TrackSeed:
    """One track and its first version."""

    code: str
    name: str
    summary: str
    kinds: tuple[str, ...]
    gpu_hours: tuple[int, int]
    lengths: tuple[int, ...]
    sites: int
    days: int
    kind_of_days: str = DeadlineKind.WORKING_DAYS
    more: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The fields of the version."""
        return {
            "summary": self.summary,
            "organisation_kinds": list(self.kinds),
            "min_gpu_hours": self.gpu_hours[0],
            "max_gpu_hours": self.gpu_hours[1],
            "lengths_in_months": list(self.lengths),
            "max_sites": self.sites,
            "deadline_days": self.days,
            "deadline_kind": self.kind_of_days,
            "sections": list(_SHORT_FORM),
            "optional_questions": list(_SHORT_QUESTIONS),
            "four_eyes_above_gpu_hours": 50_000,
            "valid_from": VALID_FROM,
            **self.more,
        }


TRACKS = (
    TrackSeed(
        "pg",
        _("Playground"),
        _("Try a GPU for a first time: small and quick."),
        kinds=_EVERY_KIND,
        gpu_hours=(1, 5_000),
        lengths=(1, 2, 3),
        sites=1,
        days=2,
        more={"sections": list(_SHORTEST_FORM), "optional_questions": []},
    ),
    TrackSeed(
        "fl",
        _("Fast Lane"),
        _("Firms and start-ups with a running project and a clear need."),
        kinds=_INDUSTRY,
        gpu_hours=(1, 50_000),
        lengths=(1, 2, 3),
        sites=1,
        days=4,
    ),
    TrackSeed(
        "rs",
        _("Research"),
        _("Universities and research centres."),
        kinds=(_KIND.RESEARCH, _KIND.PUBLIC, _KIND.OTHER),
        gpu_hours=(1_000, 90_000),
        lengths=(6,),
        sites=2,
        days=30,
        kind_of_days=DeadlineKind.CALENDAR_DAYS,
        more=_REVIEWED,
    ),
    TrackSeed(
        "pa",
        _("Public administration"),
        _("Public services, federal, regional or local."),
        kinds=(_KIND.PUBLIC,),
        gpu_hours=(1, 50_000),
        lengths=(3, 6, 12),
        sites=2,
        days=10,
    ),
    TrackSeed(
        "st",
        _("Strategic"),
        _("Health, security, aerospace and defence, by agreement."),
        kinds=_EVERY_KIND,
        gpu_hours=(1, 500_000),
        lengths=(3, 6, 12),
        sites=2,
        days=10,
        more={"has_gate": True, "sections": list(Section), "optional_questions": list(Question)},
    ),
    TrackSeed(
        "ls",
        _("Large Scale"),
        _("Training of large models and other work of the largest size."),
        kinds=_INDUSTRY,
        gpu_hours=(50_001, 2_000_000),
        lengths=(3, 6, 12),
        sites=2,
        days=10,
        kind_of_days=DeadlineKind.AFTER_CUT_OFF,
        more={**_REVIEWED, "cut_off_days": [1, 15]},
    ),
)

QUOTAS: tuple[dict[str, Any], ...] = (
    {
        "code": "industry",
        "name": _("Industry"),
        "organisation_kinds": list(_INDUSTRY),
        "percent": 30,
    },
    {
        "code": "quick",
        "name": _("Playground and Fast Lane"),
        "track_codes": ["pg", "fl"],
        "percent": 10,
    },
)
