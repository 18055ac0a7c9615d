"""What a site says of its GPUs, for each job; part of the contract in `wire`.

A **counter** is what one exporter has added up of one GPU for one job since it first saw them
together. It only grows; its key is (job, node, GPU, `first_sample_at`), which stays the same for
the counter's life, also over a restart of the exporter. A job that is requeued onto the same GPU,
or an exporter that lost its file, begins another counter with a later `first_sample_at`.

**How a counter finds its run.** The exporter knows Slurm's raw number of the job (`SLURM_JOB_ID`
of the prolog, `JobIDRaw` of sacct) and its own times, and that is all that is sent. The portal
joins it to the run of that number at the site that was running at `first_sample_at`; a requeued
run has another span, so the times tell runs apart. A counter may come before its row of accounting
does: it waits, and is joined by a later batch (an empty one is welcome). What belongs to no run
for a week leaves. So a bridge need ask Slurm nothing, but should send only jobs of the portal's
accounts if it knows them.

A message that is repeated, or that comes after a newer one, changes nothing. None is *no data*,
which is never 0.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictBool, StringConstraints, model_validator

from slurm_bridge.gpu_verdict import Thresholds
from slurm_bridge.wire_accounting import JobId
from slurm_bridge.wire_terms import Count, Epoch, Message

MOST_COUNTERS = 2_000
MOST_FINDINGS = 5_000
MOST_REFUSALS = 100
MOST_PIECES = 8
MINUTES_A_PIECE = 1_440
SECONDS_A_MINUTE = 60

# A sample stands for the time since the one before, so a counter may hold a little more time than
# lies between its first sample and its last.
SLACK_SECONDS = 120
# Rounding of sums, not a GPU that is busier than busy.
SLACK_SHARE = 0.001
# No single GPU takes nearly as much, the largest of 2026 about a quarter.
MOST_WATTS = 5_000
MOST_BYTES = 2**44

NodeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
# GPU-8f9a… or MIG-…, as NVML writes them; other makers have other forms.
GpuUuid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,95}$")]
Seconds = Annotated[float, Field(strict=True, ge=0, le=2**32, allow_inf_nan=False)]
Joules = Annotated[float, Field(strict=True, ge=0, le=2**53, allow_inf_nan=False)]
Bytes = Annotated[int, Field(strict=True, ge=0, le=MOST_BYTES)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Mebibytes = Annotated[int, Field(strict=True, ge=0, le=2**24 - 2)]
Watts = Annotated[int, Field(strict=True, ge=0, le=MOST_WATTS)]

FindingKind = Literal[
    "unreachable",
    "unreadable",
    "too_large",
    "cut_off",
    "impossible",
    "went_back",
    "wrong_clock",
    "wrong_node",
    "two_exporters",
]
"""What may be wrong with a node's figures; the portal refuses counters by the same words."""


class MinutePiece(Message):
    """Whole minutes of UTC that are over; None where there was no sample, or no data.

    Utilisation and power are means, memory is the most that was used in the minute.
    A minute that the portal knows already stays as it is, so pieces may overlap.
    """

    starts_at: Annotated[Epoch, Field(multiple_of=SECONDS_A_MINUTE)]
    utilisation_percent: Annotated[
        tuple[Percent | None, ...], Field(min_length=1, max_length=MINUTES_A_PIECE)
    ]
    memory_mib: Annotated[tuple[Mebibytes | None, ...], Field(max_length=MINUTES_A_PIECE)]
    power_watts: Annotated[tuple[Watts | None, ...], Field(max_length=MINUTES_A_PIECE)]

    @property
    def ends_at(self) -> int:
        """When its last minute is over."""
        return self.starts_at + len(self.utilisation_percent) * SECONDS_A_MINUTE

    @model_validator(mode="after")
    def _is_of_one_length(self) -> Self:
        lengths = {len(self.utilisation_percent), len(self.memory_mib), len(self.power_watts)}
        if len(lengths) > 1:
            raise ValueError("the three series of a piece have different lengths")
        return self


class GpuCounter(Message):
    """All that was added up of one GPU for one job until `last_sample_at`."""

    job_id: JobId
    """The raw number: of a task of an array its own, not the array's."""
    node: NodeName
    gpu: GpuUuid
    gpu_index: Annotated[int, Field(strict=True, ge=0, le=1023)] | None = None
    """By which number its users know it on the node; never used to tell GPUs apart."""
    first_sample_at: Epoch
    last_sample_at: Epoch
    samples: Annotated[int, Field(strict=True, ge=1, le=2**53)]
    observed_seconds: Seconds
    """How long it was watched for this job; less than the job ran where samples are missing."""
    utilisation_seconds: Seconds | None = None
    """The sum of utilisation (0 to 1) times seconds."""
    idle_seconds: Seconds | None = None
    """Of the observed seconds those at 0 %; there is data for both or for neither."""
    sm_active_seconds: Seconds | None = None
    tensor_active_seconds: Seconds | None = None
    dram_active_seconds: Seconds | None = None
    energy_joules: Joules | None = None
    peak_memory_bytes: Bytes | None = None
    memory_total_bytes: Bytes | None = None
    shared: StrictBool = False
    """Whether other jobs had the same GPU at the time; its figures are then this job's part."""
    minutes: Annotated[tuple[MinutePiece, ...], Field(max_length=MOST_PIECES)] = ()

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        _refuse_impossible(self)
        return self


class NodeFinding(Message):
    """What is wrong with a node's figures, so often since the last time that it was said."""

    node: NodeName
    kind: FindingKind
    seen_at: Epoch
    """When it was seen last; one that is not later than the last one told counts no more."""
    count: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)] = 1
    detail: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] = ""


class GpuDelivery(Message):
    """What comes with counters."""

    read_at: Epoch
    findings: Annotated[tuple[NodeFinding, ...], Field(max_length=MOST_FINDINGS)] = ()


class GpuBatch(GpuDelivery):
    """Counters as they were at `read_at`; one that has not changed need not be sent."""

    counters: Annotated[tuple[GpuCounter, ...], Field(max_length=MOST_COUNTERS)] = ()


class AnyGpuBatch(GpuDelivery):
    """The same before its counters are looked at, each by itself."""

    counters: Annotated[
        tuple[Any, ...],
        Field(
            max_length=MOST_COUNTERS,
            description="Each a GpuCounter; whatever is none is refused by itself.",
        ),
    ] = ()


class RefusedCounter(Message):
    """A counter that was not taken, by its place in the batch; it is not to be sent again."""

    place: Count
    kind: FindingKind
    reason: str


class GpuUsageAnswer(Message):
    """What became of a batch."""

    stored: Count
    """Counters that are known now as they were sent, new or not."""
    waiting: Count
    """Counters of this site that belong to no run that the portal knows yet."""
    refused: Count = 0
    refusals: Annotated[tuple[RefusedCounter, ...], Field(max_length=MOST_REFUSALS)] = ()
    """The first of them."""
    thresholds: Thresholds | None = None
    """By what the portal judges jobs, so that login nodes say the same; older portals tell none."""


def _refuse_impossible(counter: GpuCounter) -> None:
    """Raise ValueError where the figures of a counter contradict one another."""
    span = counter.last_sample_at - counter.first_sample_at
    if span < 0:
        raise ValueError("the last sample lies before the first")
    if counter.observed_seconds > span + SLACK_SECONDS:
        raise ValueError("it was observed for longer than there was time")
    most = counter.observed_seconds * (1 + SLACK_SHARE) + SLACK_SHARE
    if (counter.utilisation_seconds is None) != (counter.idle_seconds is None):
        raise ValueError("there is data of utilisation and of idleness, or of neither")
    busy_and_idle = (counter.utilisation_seconds or 0) + (counter.idle_seconds or 0)
    active = (
        busy_and_idle,
        counter.sm_active_seconds or 0,
        counter.tensor_active_seconds or 0,
        counter.dram_active_seconds or 0,
    )
    if max(active) > most:
        raise ValueError("it was active for longer than it was observed: over 100 %")
    if (counter.energy_joules or 0) > MOST_WATTS * (counter.observed_seconds + SLACK_SECONDS):
        raise ValueError(f"it used more than {MOST_WATTS} watts")
    total = counter.memory_total_bytes
    if total is not None and (counter.peak_memory_bytes or 0) > total:
        raise ValueError("it used more memory than it has")
