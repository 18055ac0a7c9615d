"""Prints the letter that tells a decision, in the worker."""

import hashlib
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django_tasks import task

from accounts.audit import SystemActor, action
from accounts.languages import in_language_of
from accounts.pdf import pdf_of
from allocations.models import Decision, DecisionLetter

PRINTER = SystemActor("printer")


def ask_for_letter(decision: Decision) -> None:
    """Have the letter made, in the applicant's language, unless it is there."""
    if not DecisionLetter.objects.filter(decision=decision).exists():
        make_letter.enqueue(decision.pk)


@task()
def make_letter(decision_id: int) -> None:
    """Print what was decided; a second call changes nothing."""
    letter = letter_of(decision_id)
    with in_language_of(letter["application"].applicant):
        pdf = pdf_of(render_to_string("applications/letter.html", letter))
    keep_letter(decision_id=decision_id, pdf=pdf, actor=PRINTER)


def letter_of(decision_id: int) -> dict[str, Any]:
    """What the letter says."""
    decision = Decision.objects.select_related(
        "application__applicant", "application__organisation", "application__track", "offer"
    ).get(pk=decision_id)
    application = decision.about
    project = getattr(application, "project", None)
    return {
        "decision": decision,
        "offer": getattr(decision, "offer", None),
        "application": application,
        "awards": decision.awards.select_related("site"),
        "project": project,
        "allocations": project.allocations.select_related("site") if project else [],
        "declarations": application.declarations.select_related("text"),
        "portal": settings.PUBLIC_URL,
    }


@action
def keep_letter(*, decision_id: int, pdf: bytes, actor: SystemActor) -> DecisionLetter:
    """Store a letter; the first one stays."""
    letter, _created = DecisionLetter.objects.get_or_create(
        decision_id=decision_id,
        defaults={"pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest()},
    )
    return letter
