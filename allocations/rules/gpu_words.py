"""A verdict on a job's GPUs as one sentence in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slurm_bridge.gpu_verdict import Kind, Verdict


def verdict_sentence(verdict: Verdict) -> str:
    """What `slurm_bridge.gpu_words.sentence` says in English."""
    if verdict.kind == Kind.SOME_GPUS_UNUSED:
        return _unused(verdict)
    return _patterns(verdict.gpus)[verdict.kind].format(
        gpus=verdict.gpus,
        idle=verdict.idle_percent,
        busy=verdict.busy_percent,
        active=verdict.active_percent,
        memory=verdict.memory_percent,
    )


def _unused(verdict: Verdict) -> str:
    used = verdict.gpus - verdict.unused_gpus
    return ngettext(
        "{unused} of {gpus} GPUs was idle for {idle} % of the time: your program probably uses"
        " {used}.",
        "{unused} of {gpus} GPUs were idle for {idle} % of the time: your program probably uses"
        " {used}.",
        verdict.unused_gpus,
    ).format(
        unused=verdict.unused_gpus,
        gpus=verdict.gpus,
        idle=verdict.idle_percent,
        used=ngettext("one GPU", "{used} GPUs", used).format(used=used),
    )


def _patterns(gpus: int) -> dict[Kind, str]:
    return {
        Kind.TOO_SHORT: ngettext(
            "The job was too short to say how well it used its GPU.",
            "The job was too short to say how well it used its GPUs.",
            gpus,
        ),
        Kind.NO_GPU_USED: ngettext(
            "Its GPU was idle for {idle} % of the time: your program probably runs on"
            " processors only.",
            "All {gpus} GPUs were idle for {idle} % of the time: your program probably runs on"
            " processors only.",
            gpus,
        ),
        Kind.MOSTLY_WAITING: ngettext(
            "Its GPU was busy for {busy} % of the time only: your program probably waits for"
            " data, or for the processors.",
            "Its {gpus} GPUs were busy for {busy} % of the time only: your program probably"
            " waits for data, or for the processors.",
            gpus,
        ),
        Kind.FEW_CORES: ngettext(
            "Its GPU was busy for {busy} % of the time, but only {active} % of its cores"
            " worked: your program probably gives it too little at once.",
            "Its {gpus} GPUs were busy for {busy} % of the time, but only {active} % of their"
            " cores worked: your program probably gives them too little at once.",
            gpus,
        ),
        Kind.MEMORY_FULL: ngettext(
            "Its GPU was busy for {busy} % of the time; its memory was nearly full ({memory} %).",
            "Its {gpus} GPUs were busy for {busy} % of the time; the memory of one was nearly"
            " full ({memory} %).",
            gpus,
        ),
        Kind.MEMORY_EMPTY: ngettext(
            "Its GPU was busy for {busy} % of the time, and at most {memory} % of its memory"
            " was used: a smaller GPU may do, or larger batches.",
            "Its {gpus} GPUs were busy for {busy} % of the time, and at most {memory} % of the"
            " memory of each was used: smaller or fewer GPUs may do, or larger batches.",
            gpus,
        ),
        Kind.GOOD: ngettext(
            "Its GPU was busy for {busy} % of the time: well used.",
            "Its {gpus} GPUs were busy for {busy} % of the time: well used.",
            gpus,
        ),
    }


def verdict_label(kind: Kind) -> str:
    """The verdict in two or three words, as tables and headings show it."""
    return {
        Kind.TOO_SHORT: _("too short to say"),
        Kind.NO_GPU_USED: _("no GPU used"),
        Kind.SOME_GPUS_UNUSED: _("some GPUs unused"),
        Kind.MOSTLY_WAITING: _("mostly waiting"),
        Kind.FEW_CORES: _("few cores at work"),
        Kind.MEMORY_FULL: _("memory nearly full"),
        Kind.MEMORY_EMPTY: _("memory nearly empty"),
        Kind.GOOD: _("well used"),
    }[kind]
