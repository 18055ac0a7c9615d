"""Why a run is not given back, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.rules.credits import Verdict

_WORDS: dict[Verdict, str | Promise] = {
    Verdict.CREDITABLE: _("can be given back"),
    Verdict.RUNNING: _("no: it has not ended"),
    Verdict.NOTHING_USED: _("no: it used no GPU time"),
    Verdict.CREDITED: _("given back already"),
    Verdict.ADOPTED: _("no: the site's own account"),
    Verdict.OTHER_BUDGET: _("no: it was not on this budget"),
    Verdict.ENDED: _("no: the last day has passed"),
    Verdict.OWN_PROJECT: _("no: your own project, ask a colleague"),
}


def verdict_in_words(verdict: Verdict) -> str:
    """One verdict."""
    return str(_WORDS[verdict])
