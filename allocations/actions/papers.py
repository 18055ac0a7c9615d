"""Prints what was handed in, in the worker."""

import hashlib

from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import task

from accounts.audit import SystemActor, action
from accounts.pdf import pdf_of
from allocations.models import Paper, SubmissionSnapshot
from allocations.shown_snapshot import shown_snapshot

PRINTER = SystemActor("printer")


def ask_for_paper(snapshot: SubmissionSnapshot) -> None:
    """Have the paper made, in the language of who asks, unless it is there."""
    if not Paper.objects.filter(snapshot=snapshot).exists():
        make_paper.enqueue(snapshot.pk, translation.get_language() or "en")


@task()
def make_paper(snapshot_id: int, language: str) -> None:
    """Print what was frozen; a second call changes nothing."""
    snapshot = SubmissionSnapshot.objects.select_related("application").get(pk=snapshot_id)
    with translation.override(language):
        page = render_to_string(
            "applications/paper.html",
            {"snapshot": snapshot, "parts": shown_snapshot(snapshot.content)},
        )
        pdf = pdf_of(page)
    keep_paper(snapshot_id=snapshot_id, pdf=pdf, actor=PRINTER)


@action
def keep_paper(*, snapshot_id: int, pdf: bytes, actor: SystemActor) -> Paper:
    """Store a paper; the first one stays."""
    paper, _created = Paper.objects.get_or_create(
        snapshot_id=snapshot_id,
        defaults={"pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest()},
    )
    return paper
