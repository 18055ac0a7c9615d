"""Publishing what applicants declare, and signing it."""

from collections.abc import Collection
from datetime import date

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.transitions import lock_application
from allocations.errors import RefusedError, StateError
from allocations.models import DeclarationText, SignedDeclaration, Site
from allocations.stored_texts import Translations


@action
def sign_declarations(
    *, application_id: int, text_ids: Collection[int], actor: User
) -> list[SignedDeclaration]:
    """Sign those of the texts that this application has to declare; signing twice is once."""
    application = lock_application(application_id)
    if not application.is_editable:
        raise StateError(_("This application has been handed in and can no longer be changed."))
    asked = DeclarationText.objects.asked_of(application, timezone.localdate())
    return [
        SignedDeclaration.objects.get_or_create(
            application=application, text=text, defaults={"signed_by": actor}
        )[0]
        for text in asked
        if text.pk in text_ids
    ]


@action
def publish_declaration(
    *,
    code: str,
    site: Site | None,
    title: str,
    text: str,
    valid_from: date,
    actor: User,
    translations: Translations | None = None,
) -> DeclarationText:
    """The next version of a declaration, or the first of a new one; it is never changed."""
    if valid_from < timezone.localdate():
        raise RefusedError(_("Choose today or a day to come."), field="valid_from")
    known = DeclarationText.objects.filter(code=code)
    latest = known.order_by("-number").first()
    if latest is not None and latest.site_id != (site.pk if site else None):
        raise RefusedError(
            _("This declaration is made to somebody else: give the new one another code."),
            field="site",
        )
    number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
    return DeclarationText.objects.create(
        code=code,
        number=number,
        site=site,
        title=title,
        text=text,
        translations=translations or {},
        valid_from=valid_from,
    )
