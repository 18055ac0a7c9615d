"""What is asked about people, size and aid."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from allocations.rules.calendar import last_day
from allocations.rules.form.fields import YES_OR_NO, Answers, Field, Kind
from allocations.rules.questions import Question

SIZE_AND_AID = (
    Field(
        "is_economic_activity",
        _("Is the GPU time for an economic activity?"),
        Kind.CHOICE,
        _(
            "Offering goods or services on a market is an economic activity, whatever the legal "
            "form. Then free GPU time is state aid, and counts towards a limit."
        ),
        YES_OR_NO,
    ),
    Field(
        "aid_is_complete",
        _("All de minimis aid of the last three years is entered with the organisation."),
        Kind.CONFIRM,
        _("Of all linked enterprises together; nothing to enter is an answer, too."),
    ),
)

CONTRACT_UNTIL = "contract_until"
MONTHS_AFTER_THE_END = 3

PEOPLE = (
    Field(
        CONTRACT_UNTIL,
        _("Last day of the principal investigator's contract"),
        Kind.DATE,
        _(
            "The principal investigator is whoever started this application. The contract has to "
            "last three months longer than the GPU time; leave it empty if it is permanent."
        ),
        is_required=False,
    ),
    Field(
        "technical_contact",
        _("Technical contact"),
        Kind.LINE,
        _("Name and e-mail address of whom we ask about jobs."),
    ),
    Field(
        "deputy",
        _("Deputy of the principal investigator"),
        Kind.LINE,
        _("Name and e-mail address."),
        asked_if=Question.DEPUTY,
    ),
    Field(
        "signatory",
        _("Signatory of the organisation"),
        Kind.LINE,
        _("Name and function of the person who may sign for the organisation."),
        asked_if=Question.SIGNATORY,
    ),
)


def problem_of_contract(answers: Answers, *, months: int | None, today: date) -> str | None:
    """Why a contract ends too early for an award of so many months that begins today, if so."""
    until = answers.get(CONTRACT_UNTIL)
    if not until or not months:
        return None
    needed = last_day(today, months + MONTHS_AFTER_THE_END)
    if date.fromisoformat(str(until)) >= needed:
        return None
    return gettext(
        "The principal investigator's contract has to last three months longer than the GPU time:"
        " until %(day)s at least."
    ) % {"day": date_format(needed, "DATE_FORMAT")}
