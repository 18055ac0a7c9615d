"""What is wrong with a node's figures, in words for staff."""

from django.utils.translation import gettext as _


def finding_words(kind: str) -> str:
    """A kind of `wire_gpu.FindingKind` as a sentence; a newer one as it is."""
    return {
        "unreachable": _("Its exporter does not answer."),
        "unreadable": _("Its exporter answers what nobody can read."),
        "too_large": _("Its exporter answers far too much."),
        "cut_off": _("Its answers end in the middle."),
        "impossible": _("It tells figures that cannot be."),
        "went_back": _("Its counters went back."),
        "wrong_clock": _("Its clock is wrong."),
        "wrong_node": _("It tells of jobs that never ran there."),
        "two_exporters": _("Two exporters tell of the same GPU."),
    }.get(kind, kind)
