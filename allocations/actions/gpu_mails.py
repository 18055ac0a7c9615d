"""Mails to people about how their runs use GPUs: each once, and nothing is stopped by them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.audit import Actor, action, person_or_none
from accounts.languages import in_language_of
from accounts.mail import send_mail
from accounts.models import User
from allocations.errors import RefusedError, StateError
from allocations.gpu_verdicts import RunKey, jobs_by_run, key_of, verdicts_of
from allocations.models import GpuNotice, GpuRun
from allocations.rules.gpu_words import verdict_sentence
from slurm_bridge.gpu_verdict import Kind
from slurm_bridge.gpu_words import HELP_PATH


@action
def mail_about_waste(*, run_id: int, actor: User) -> GpuNotice:
    """Tell whoever ran it, politely and once, how a run used its GPUs."""
    run = GpuRun.objects.select_related("project", "site").filter(pk=run_id).first()
    if run is None:
        raise StateError(_("Nothing is known of this job any more."))
    jobs = jobs_by_run([run])
    verdict = verdicts_of([run], jobs)[key_of(run)]
    if verdict is None or not verdict.is_waste:
        raise RefusedError(_("This job gives no reason for a mail: look at its figures again."))
    return tell(
        run,
        GpuNotice.Kind.WASTE,
        said=lambda: verdict_sentence(verdict),
        actor=actor,
        help_path=f"{HELP_PATH}#{verdict.kind.value}",
    )


def tell(
    run: GpuRun,
    kind: GpuNotice.Kind,
    *,
    said: Callable[[], str],
    actor: Actor,
    help_path: str = "",
    **more: Any,
) -> GpuNotice:
    """Write the mail and that it was sent, together; call it inside an action.

    What is said is asked for in the recipient's language.
    """
    recipient = recipient_of(run)
    if recipient is None:
        raise RefusedError(
            _("%(username)s has no account in the portal that could get a mail.")
            % {"username": run.username}
        )
    with in_language_of(recipient):
        sentence = said()
    site_id, db_index, submitted_at = key_of(run)
    notice, is_new = GpuNotice.objects.get_or_create(
        site_id=site_id,
        db_index=db_index,
        submitted_at=submitted_at,
        kind=kind,
        defaults={"recipient": recipient, "sent_by": person_or_none(actor), "said": sentence},
    )
    if not is_new:
        raise StateError(_("A mail about this job was sent already."))
    path = help_path or f"{HELP_PATH}#{Kind.NO_GPU_USED.value}"
    send_mail(
        template=f"gpu_{kind.value}",
        to=recipient,
        context={"run": run, "said": sentence, "help_path": path, **more},
    )
    return notice


def told_of(runs: Sequence[GpuRun], kind: GpuNotice.Kind) -> dict[RunKey, GpuNotice]:
    """The mails of a kind that were sent about these runs, in one query."""
    found = GpuNotice.objects.filter(
        kind=kind,
        site__in={run.site_id for run in runs},
        db_index__in={run.db_index for run in runs},
    )
    return {key_of(notice): notice for notice in found} if runs else {}


def recipient_of(run: GpuRun) -> User | None:
    """The person of that name on the clusters, if they can sign in."""
    return User.objects.filter(unix_identity__username=run.username, is_active=True).first()
