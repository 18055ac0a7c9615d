"""A verdict on a job's GPUs as one sentence in English, for terminals at a site. Pure.

`allocations.rules.gpu_words` says the same in the reader's language; a test holds them together.
"""

from slurm_bridge.gpu_verdict import Kind, Verdict

SENTENCES: dict[Kind, tuple[str, str]] = {
    Kind.TOO_SHORT: (
        "The job was too short to say how well it used its GPU.",
        "The job was too short to say how well it used its GPUs.",
    ),
    Kind.NO_GPU_USED: (
        "Its GPU was idle for {idle} % of the time: your program probably runs on processors only.",
        (
            "All {gpus} GPUs were idle for {idle} % of the time: your program probably runs on"
            " processors only."
        ),
    ),
    Kind.MOSTLY_WAITING: (
        (
            "Its GPU was busy for {busy} % of the time only: your program probably waits for"
            " data, or for the processors."
        ),
        (
            "Its {gpus} GPUs were busy for {busy} % of the time only: your program probably waits"
            " for data, or for the processors."
        ),
    ),
    Kind.FEW_CORES: (
        (
            "Its GPU was busy for {busy} % of the time, but only {active} % of its cores worked:"
            " your program probably gives it too little at once."
        ),
        (
            "Its {gpus} GPUs were busy for {busy} % of the time, but only {active} % of their cores"
            " worked: your program probably gives them too little at once."
        ),
    ),
    Kind.MEMORY_FULL: (
        "Its GPU was busy for {busy} % of the time; its memory was nearly full ({memory} %).",
        (
            "Its {gpus} GPUs were busy for {busy} % of the time; the memory of one was nearly full"
            " ({memory} %)."
        ),
    ),
    Kind.MEMORY_EMPTY: (
        (
            "Its GPU was busy for {busy} % of the time, and at most {memory} % of its memory was"
            " used: a smaller GPU may do, or larger batches."
        ),
        (
            "Its {gpus} GPUs were busy for {busy} % of the time, and at most {memory} % of the"
            " memory of each was used: smaller or fewer GPUs may do, or larger batches."
        ),
    ),
    Kind.GOOD: (
        "Its GPU was busy for {busy} % of the time: well used.",
        "Its {gpus} GPUs were busy for {busy} % of the time: well used.",
    ),
}
"""For one GPU, and for several."""

UNUSED = (
    "{unused} of {gpus} GPUs was idle for {idle} % of the time: your program probably uses {used}.",
    (
        "{unused} of {gpus} GPUs were idle for {idle} % of the time: your program probably uses"
        " {used}."
    ),
)
"""For one that is unused, and for several."""

USED = ("one GPU", "{used} GPUs")
"""The number of those that were used, inside the sentence before."""

HELP_PATH = "/help/gpu"


def sentence(verdict: Verdict) -> str:
    """One sentence without an address."""
    if verdict.kind == Kind.SOME_GPUS_UNUSED:
        used = verdict.gpus - verdict.unused_gpus
        return UNUSED[verdict.unused_gpus != 1].format(
            unused=verdict.unused_gpus,
            gpus=verdict.gpus,
            idle=verdict.idle_percent,
            used=USED[used != 1].format(used=used),
        )
    return SENTENCES[verdict.kind][verdict.gpus != 1].format(
        gpus=verdict.gpus,
        idle=verdict.idle_percent,
        busy=verdict.busy_percent,
        active=verdict.active_percent,
        memory=verdict.memory_percent,
    )


def help_address(portal_url: str, kind: Kind) -> str:
    """Where somebody reads what to do about it."""
    return f"{portal_url.rstrip('/')}{HELP_PATH}#{kind.value}"
