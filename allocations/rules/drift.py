"""Which changes by hand the portal can make its own, and why it cannot with the others."""

from django.utils.translation import gettext_lazy as _

from slurm_bridge import changes as ch

_DELETED = _("It was deleted, and is made again. To end the project, change its last day.")
_OWN_PARTITION = _("A project's own partition follows from its award: change that instead.")
_REASONS = {
    ch.MoveAccount: _("The place in the tree follows from the track, so it cannot be adopted."),
    ch.SetQosFlags: _("Without these flags the budget would refill or not hold: it is put back."),
    ch.SetAccountQos: _("The QOS holds the project's budget: another one cannot be adopted."),
    ch.CreateQos: _DELETED,
    ch.CreateAccount: _DELETED,
    ch.CreatePartition: _OWN_PARTITION,
    ch.ModifyPartition: _OWN_PARTITION,
}
_NO_LIMIT = _("A project without a limit cannot be adopted: change its budget instead.")


def why_not_adoptable(change: ch.Change) -> str:
    """Empty where the portal has a record of its own for this; else why it has not."""
    if isinstance(change, ch.SetQosBudget) and change.before is None:
        return str(_NO_LIMIT)
    return str(_REASONS.get(type(change), ""))
