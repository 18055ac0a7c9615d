"""Asking for files, stopping them, and reports that come each month."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.audit import Actor, SystemActor, action
from accounts.models import User
from accounts.permissions import Permission
from portal.exports.contents import FORMATS
from portal.models import (
    OPEN_STATES,
    Export,
    ExportProgress,
    ExportState,
    FileFormat,
    ReportKind,
    ReportSubscription,
)
from portal.programme.forms import last_month

MOST_OPEN = 5
MOST_SUBSCRIPTIONS = 10


class ExportError(Exception):
    """The file cannot be had; the text says why."""


@action
def request_export(
    *, kind: ReportKind, file_format: FileFormat, query: dict[str, str], actor: User
) -> Export:
    """Let the worker make a file; its owner gets a mail with the way to it."""
    User.objects.select_for_update().get(pk=actor.pk)
    if Export.objects.filter(person=actor, state__in=OPEN_STATES).count() >= MOST_OPEN:
        raise ExportError(_("%d of your files are being made already; wait for one.") % MOST_OPEN)
    return _order(actor, kind, file_format, query)


@action
def cancel_export(*, export_id: int, actor: User) -> None:
    """Stop a file of one's own; the worker notices within some thousand rows."""
    export = Export.objects.select_for_update().get(pk=export_id, person=actor)
    if export.is_open:
        export.state = ExportState.CANCELLED
        export.save(update_fields=["state"])


@action
def subscribe(
    *, file_format: FileFormat, query: dict[str, str], today: date, actor: User
) -> ReportSubscription:
    """Send a report of each month from this one on, soon after it is over."""
    User.objects.select_for_update().get(pk=actor.pk)
    if ReportSubscription.objects.filter(person=actor).count() >= MOST_SUBSCRIPTIONS:
        raise ExportError(_("You get %d reports already; end one first.") % MOST_SUBSCRIPTIONS)
    return ReportSubscription.objects.create(
        person=actor, file_format=file_format, query=query, last_month=last_month(today)[0]
    )


@action
def unsubscribe(*, subscription_id: int, actor: User) -> None:
    """Send one of one's own reports no more; raises DoesNotExist for any other."""
    ReportSubscription.objects.get(pk=subscription_id, person=actor).delete()


@action
def order_monthly_report(*, subscription_id: int, today: date, actor: SystemActor) -> None:
    """Let the report of the last month be made, once, however often this is called."""
    wanted = ReportSubscription.objects.select_for_update(of=["self"]).select_related("person")
    subscription = wanted.get(pk=subscription_id)
    first, last = last_month(today)
    if subscription.last_month >= first or not subscription.person.may(Permission.REPORTS_VIEW):
        return
    subscription.last_month = first
    subscription.save(update_fields=["last_month"])
    query = {**subscription.query, "from": first.isoformat(), "to": last.isoformat()}
    _order(subscription.person, ReportKind.PROGRAMME, FileFormat(subscription.file_format), query)


@action
def forget_export(*, export_id: int, actor: Actor) -> str:
    """Note that a file's time is over; returns its name, to be removed after."""
    export = Export.objects.select_for_update().get(pk=export_id)
    export.state = ExportState.REMOVED
    export.save(update_fields=["state"])
    return export.file_name


def _order(
    person: User, kind: ReportKind, file_format: FileFormat, query: dict[str, str]
) -> Export:
    from portal.exports.tasks import make_export  # noqa: PLC0415  # the task calls actions, too

    if file_format not in FORMATS[kind]:
        raise ExportError(_("This report cannot be had in this format."))
    export = Export.objects.create(person=person, kind=kind, file_format=file_format, query=query)
    ExportProgress.objects.create(export=export)
    make_export.enqueue(export_id=export.pk)
    return export
