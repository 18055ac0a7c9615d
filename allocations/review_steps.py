"""The steps of an application as its page shows them, done or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import JSONObject

from allocations.models import Application, ReviewStep, SubmissionSnapshot
from allocations.rules.review_steps import StepKind

_LATER_TEXT = SubmissionSnapshot.objects.filter(
    application=OuterRef("application"), number__gt=OuterRef("read_number")
)

STEPS_DONE = ArraySubquery(
    ReviewStep.objects.filter(application=OuterRef("pk"))
    .order_by("read_number")
    .values(
        said=JSONObject(
            kind=F("kind"),
            note=F("note"),
            at=F("done_at"),
            first_name=F("done_by__first_name"),
            last_name=F("done_by__last_name"),
            is_of_older_text=Exists(_LATER_TEXT),
        )
    )
)
"""To be read with the application as `steps_done`, so that the page need not ask."""


@dataclass(frozen=True)
class ShownStep:
    """One step; `done_at` is None until somebody has taken it."""

    kind: StepKind
    done_at: datetime | None = None
    done_by: str = ""
    note: str = ""
    is_of_older_text: bool = False
    """Whether the applicant handed the application in again after this."""

    @property
    def is_done(self) -> bool:
        """Whether it counts."""
        return self.done_at is not None and not self.is_of_older_text


def shown_steps(application: Application) -> list[ShownStep]:
    """What the application's track asks for, in its order, each as it was taken last."""
    rows: list[Mapping[str, Any]] = application.steps_done  # type: ignore[attr-defined]  # annotated
    last = {row["kind"]: row for row in rows}
    return [_shown(kind, last.get(kind)) for kind in application.rules().steps]


def _shown(kind: StepKind, row: Mapping[str, Any] | None) -> ShownStep:
    if row is None:
        return ShownStep(kind)
    return ShownStep(
        kind,
        done_at=datetime.fromisoformat(row["at"]),
        done_by=f"{row['first_name']} {row['last_name']}".strip(),
        note=row["note"],
        is_of_older_text=row["is_of_older_text"],
    )
