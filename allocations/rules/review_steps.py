"""Steps that staff take before an application may be granted anything. Pure."""

from collections.abc import Collection

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StepKind(TextChoices):
    """What is done, in the order in which a track's page tells it."""

    ADMIN_CHECK = "admin_check", _("Administrative check")
    TECHNICAL_REVIEW = "technical_review", _("Technical review")
    GATE = "gate", _("Gate before the decision")


def missing_steps(asked: Collection[StepKind], done: Collection[str]) -> list[StepKind]:
    """Those that a track asks for and that nobody has done."""
    return [kind for kind in asked if kind not in done]
