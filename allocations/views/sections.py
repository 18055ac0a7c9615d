"""Writing one section of an application's long form."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import User
from accounts.organisation_size import size_of
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, permissions_on_organisation
from allocations.actions.sections import save_section
from allocations.aid_outlook import aid_outlook
from allocations.errors import StateError
from allocations.forms.sections import SectionForm
from allocations.missing import FormPart, parts_of, section_or_none, what_is_missing
from allocations.models import Application, SectionAnswers
from allocations.offered import offered_answers
from allocations.rules.form.sections import asked_fields
from allocations.rules.form.security import PURPOSE
from allocations.rules.questions import Section
from allocations.runs_said import runs_said

NEXT = "next"
"""The value of `step` that leads to the following page of the form."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_section(request: SignedInRequest, reference: str, section: str) -> HttpResponse:
    """The section's questions; what is half filled in is saved, also while somebody types."""
    application = application_for(
        request.user,
        reference,
        Permission.APPLICATION_EDIT,
        among=Application.objects.for_form(),
    )
    found = section_or_none(application, section)
    if found is None:
        raise Http404
    if not application.is_editable:
        messages.info(request, _("This application has been handed in and cannot be changed now."))
        return redirect(application)
    if request.method == "POST":
        return _save(request, application, found)
    return _answer(request, application, found, _form(application, found))


def _form(application: Application, section: Section, data: Any = None) -> SectionForm:
    row = _stored(application, section)
    asked = asked_fields(section, application.rules().optional_questions)
    depends = any(field.is_offered for field in asked)
    return SectionForm(
        data,
        asked=asked,
        offered=offered_answers(application) if depends else {},
        stored=row.answers if row else _carried(application, section),
        initial={"version": row.version if row else 0},
    )


def _stored(application: Application, section: Section) -> SectionAnswers | None:
    rows = application.section_answers.all()
    return next((row for row in rows if row.section == section), None)


def _carried(application: Application, section: Section) -> dict[str, Any]:
    """What the eligibility check was told before."""
    purpose = application.answers.get("purpose_kind")
    return {PURPOSE: purpose} if purpose and section == Section.SECURITY else {}


def _save(request: SignedInRequest, application: Application, section: Section) -> HttpResponse:
    form = _form(application, section, request.POST)
    if not form.is_valid():
        return _answer(request, application, section, form)
    try:
        saved = save_section(
            application_id=application.pk,
            section=section,
            version=form.cleaned_data["version"],
            answers=form.answers(),
            actor=request.user,
        )
    except StateError as error:
        return _clash(request, application, section, form, error)
    if request.htmx:
        # What was read before saving is no longer what is stored.
        application.refresh_from_db(fields=["section_answers", "is_economic_activity"])
        return _answer(request, application, section, form, version=saved.version)
    if request.POST.get("step") == NEXT:
        return redirect(_following(application, section))
    messages.success(request, _("Your draft has been saved."))
    return redirect("edit_section", application.reference, section)


def _clash(
    request: SignedInRequest,
    application: Application,
    section: Section,
    form: SectionForm,
    error: StateError,
) -> HttpResponse:
    """Both texts side by side; nothing of what was typed is lost, nothing stored overwritten."""
    application.refresh_from_db()
    if not application.is_editable:
        messages.error(request, str(error))
        return HttpResponseClientRefresh() if request.htmx else redirect(application)
    rows = SectionAnswers.objects.select_related("saved_by")
    theirs = rows.filter(application=application, section=section).first()
    if theirs is not None and not request.htmx:
        form.answer_version(theirs.version)
    return _answer(
        request,
        application,
        section,
        form,
        theirs=theirs,
        clash=form.differences(theirs.answers if theirs else {}),
        status=HTTPStatus.CONFLICT,
    )


def _following(application: Application, section: Section) -> str:
    """The next page of the form; after the last one, the application itself."""
    parts = parts_of(application, [])
    names = [part.name for part in parts]
    later: list[FormPart] = parts[names.index(section) + 1 :]
    return later[0].href if later else application.get_absolute_url()


def _answer(
    request: SignedInRequest,
    application: Application,
    section: Section,
    form: SectionForm,
    *,
    status: int = HTTPStatus.OK,
    **context: Any,
) -> HttpResponse:
    """The whole page, or the line on saving that htmx puts in its place."""
    missing = what_is_missing(application)
    context |= _beside(request.user, application, section, form) | {
        "application": application,
        "section": section,
        "form": form,
        "missing": missing,
        "parts": parts_of(application, missing),
        "here": section.value,
    }
    if request.htmx:
        # htmx shows the body of a success only.
        return render(request, f"applications/parts/{_part(form, context)}.html", context)
    return render(request, "applications/section.html", context, status=status)


def _beside(
    user: User, application: Application, section: Section, form: SectionForm
) -> dict[str, Any]:
    """What a section shows beside its questions: what runs come to, size and aid."""
    if section == Section.RESOURCES and form.runs is not None:
        row = _stored(application, section)
        lines = application.requested_hours.all()
        return {"runs_said": runs_said(lines, row.answers if row else {})}
    organisation = application.organisation
    if section != Section.SIZE_AND_AID or organisation is None:
        return {}
    held = permissions_on_organisation(user, organisation)
    return {
        "keeps": Permission.ORGANISATION_CHANGE in held,
        "verdict": size_of(organisation),
        "aid": aid_outlook(organisation, timezone.localdate(), application),
    }


def _part(form: SectionForm, context: dict[str, Any]) -> str:
    if form.errors:
        return "not_saved"
    return "clash" if "clash" in context else "saved"
