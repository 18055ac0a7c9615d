"""Each figure of the programme with its name, definition, unit and source."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    """What a figure counts; the word is part of files that programs read."""

    COUNT = "count"
    GPU_HOURS = "GPU-hours"
    PERCENT = "percent"
    DAYS = "days"
    HOURS = "hours"
    KWH = "kWh"
    KWH_A_GPU_HOUR = "kWh per GPU-hour"
    EURO = "EUR"


class Topic(StrEnum):
    """Under which heading a figure stands."""

    ACCESS = "access"
    PEOPLE = "people"
    COMPUTE = "compute"
    SERVICE = "service"
    GPUS = "gpus"
    REPORTS = "reports"


TOPICS: dict[Topic, str | Promise] = {
    Topic.ACCESS: _("Applications and decisions"),
    Topic.PEOPLE: _("Organisations and people"),
    Topic.COMPUTE: _("GPU time"),
    Topic.SERVICE: _("Waiting and occupancy"),
    Topic.GPUS: _("What GPUs did"),
    Topic.REPORTS: _("Final reports"),
}


@dataclass(frozen=True)
class Kpi:
    """One figure as it is defined; its value depends on the selection."""

    key: str
    topic: Topic
    name: str | Promise
    definition: str | Promise
    unit: Unit
    source: str | Promise
    is_public: bool = False
    is_of_sites_alone: bool = False
    """Known for whole sites only, not for a part of the projects there."""


_APPLICATIONS = _("Applications and their timelines in the portal")
_PROJECTS = _("Projects, their members and their organisations in the portal")
_LEDGER = _("The ledgers of the allocations in the portal")
_POOLS = _("What the portal took from pools, by the day of the ledger's entry")
_AID = _("The portal's record of aid, frozen with each award")
_SLURM = _("The sites' Slurm accounting, by UTC day")
_HEARTBEATS = _("The bridges' heartbeats, added up by UTC day")
_GPUS = _("The sites' measurements of each GPU, by UTC day")
_REPORTS = _("Final reports in the portal")

KPIS: tuple[Kpi, ...] = (
    Kpi(
        "applications",
        Topic.ACCESS,
        _("Applications"),
        _("Applications that were handed in during the period, each once, by its first time."),
        Unit.COUNT,
        _APPLICATIONS,
        is_public=True,
    ),
    Kpi(
        "decisions",
        Topic.ACCESS,
        _("Decisions"),
        _("Applications that were approved, in full or in part, or rejected during the period."),
        Unit.COUNT,
        _APPLICATIONS,
    ),
    Kpi(
        "approval_rate",
        Topic.ACCESS,
        _("Approval rate"),
        _("Approvals, in full or in part, in a hundred decisions of the period."),
        Unit.PERCENT,
        _APPLICATIONS,
        is_public=True,
    ),
    Kpi(
        "inside_deadline",
        Topic.ACCESS,
        _("Inside the deadline"),
        _("Decisions made on or before the day they were due, in a hundred of the period."),
        Unit.PERCENT,
        _APPLICATIONS,
        is_public=True,
    ),
    Kpi(
        "days_submitted_p50",
        Topic.ACCESS,
        _("Days submitted, median"),
        _(
            "Half of the stays in the state “submitted” that ended during the period were this"
            " long or shorter, in calendar days."
        ),
        Unit.DAYS,
        _APPLICATIONS,
    ),
    Kpi(
        "days_submitted_p90",
        Topic.ACCESS,
        _("Days submitted, 90th percentile"),
        _("Nine in ten of the stays in the state “submitted” were this long or shorter."),
        Unit.DAYS,
        _APPLICATIONS,
    ),
    Kpi(
        "days_info_requested_p50",
        Topic.ACCESS,
        _("Days with the applicant, median"),
        _(
            "Half of the stays in the state “information requested” that ended during the period"
            " were this long or shorter, in calendar days."
        ),
        Unit.DAYS,
        _APPLICATIONS,
    ),
    Kpi(
        "days_info_requested_p90",
        Topic.ACCESS,
        _("Days with the applicant, 90th percentile"),
        _("Nine in ten of the stays in “information requested” were this long or shorter."),
        Unit.DAYS,
        _APPLICATIONS,
    ),
    Kpi(
        "requested",
        Topic.ACCESS,
        _("Requested"),
        _("GPU-hours asked for in the applications of the period."),
        Unit.GPU_HOURS,
        _APPLICATIONS,
    ),
    Kpi(
        "requested_of_available",
        Topic.ACCESS,
        _("Requested of available"),
        _("GPU-hours asked for, in a hundred that the sites were seen to have in the period."),
        Unit.PERCENT,
        _HEARTBEATS,
        is_of_sites_alone=True,
    ),
    Kpi(
        "organisations",
        Topic.PEOPLE,
        _("Organisations"),
        _("Organisations with a project that could run at a site on a day of the period."),
        Unit.COUNT,
        _PROJECTS,
        is_public=True,
    ),
    Kpi(
        "smes",
        Topic.PEOPLE,
        _("Small and medium enterprises"),
        _("Those among the organisations that are small or medium enterprises, not start-ups."),
        Unit.COUNT,
        _PROJECTS,
    ),
    Kpi(
        "start_ups",
        Topic.PEOPLE,
        _("Start-ups"),
        _("Those among the organisations that are start-ups."),
        Unit.COUNT,
        _PROJECTS,
    ),
    Kpi(
        "people",
        Topic.PEOPLE,
        _("People"),
        _("Different people who were members of those projects during the period."),
        Unit.COUNT,
        _PROJECTS,
        is_public=True,
    ),
    Kpi(
        "first_time_people",
        Topic.PEOPLE,
        _("First-time users"),
        _("Those among the people who joined their first project ever during the period."),
        Unit.COUNT,
        _PROJECTS,
        is_public=True,
    ),
    Kpi(
        "granted",
        Topic.COMPUTE,
        _("Granted"),
        _("GPU-hours given during the period less those taken back; what lapsed is not taken off."),
        Unit.GPU_HOURS,
        _LEDGER,
        is_public=True,
    ),
    Kpi(
        "used",
        Topic.COMPUTE,
        _("Used"),
        _("GPU-hours that jobs of Belfry's projects held during the period, as Slurm counts them."),
        Unit.GPU_HOURS,
        _SLURM,
        is_public=True,
    ),
    Kpi(
        "unspent",
        Topic.COMPUTE,
        _("Unspent at expiry"),
        _("GPU-hours that lapsed unused, at allocations whose end was booked in the period."),
        Unit.GPU_HOURS,
        _LEDGER,
    ),
    Kpi(
        "failed",
        Topic.COMPUTE,
        _("Used by failed jobs"),
        _(
            "GPU-hours of whole runs that ended in the period and failed: by their program, a node,"
            " memory, a time limit or a deadline."
        ),
        Unit.GPU_HOURS,
        _SLURM,
    ),
    Kpi(
        "pool_industry",
        Topic.COMPUTE,
        _("Industry's pool"),
        _("GPU-hours granted to start-ups, SMEs and large enterprises, in a hundred granted."),
        Unit.PERCENT,
        _LEDGER,
    ),
    Kpi(
        "pool_quick",
        Topic.COMPUTE,
        _("Playground and Fast Lane's pool"),
        _("GPU-hours granted on the tracks Playground and Fast Lane, in a hundred granted."),
        Unit.PERCENT,
        _LEDGER,
    ),
    Kpi(
        "pools_granted",
        Topic.COMPUTE,
        _("Granted from pools"),
        _("GPU-hours taken in the period from the pools of funders, less what went back to them."),
        Unit.GPU_HOURS,
        _POOLS,
    ),
    Kpi(
        "aid",
        Topic.COMPUTE,
        _("Aid granted"),
        _(
            "The value of what was granted to economic activities in the period, at the unit price"
            " of the site on the day of each decision."
        ),
        Unit.EURO,
        _AID,
    ),
    Kpi(
        "wait_p50",
        Topic.SERVICE,
        _("Queue wait, median"),
        _(
            "Half of the runs that began in the period had waited this long or less since they"
            " could have started; read off a scale whose steps are 9 % apart."
        ),
        Unit.HOURS,
        _SLURM,
    ),
    Kpi(
        "wait_p90",
        Topic.SERVICE,
        _("Queue wait, 90th percentile"),
        _("Nine in ten of the runs that began in the period had waited this long or less."),
        Unit.HOURS,
        _SLURM,
    ),
    Kpi(
        "occupancy",
        Topic.SERVICE,
        _("GPU occupancy"),
        _(
            "GPUs in use by any job in a hundred of those on nodes that could take jobs, over the"
            " time in which the sites were heard."
        ),
        Unit.PERCENT,
        _HEARTBEATS,
        is_of_sites_alone=True,
    ),
    Kpi(
        "seen",
        Topic.SERVICE,
        _("Time in which sites were heard"),
        _("Of the period until now, in a hundred: for the rest, occupancy is not known."),
        Unit.PERCENT,
        _HEARTBEATS,
        is_of_sites_alone=True,
    ),
    Kpi(
        "utilisation",
        Topic.GPUS,
        _("Mean GPU utilisation"),
        _(
            "How busy the GPUs were that jobs of Belfry's projects held, weighted by GPU-seconds,"
            " over the time in which it was measured."
        ),
        Unit.PERCENT,
        _GPUS,
        is_public=True,
    ),
    Kpi(
        "idle",
        Topic.GPUS,
        _("Allocated and idle"),
        _("GPU-hours of these jobs at a utilisation of 0 %, of the time that was measured."),
        Unit.GPU_HOURS,
        _GPUS,
        is_public=True,
    ),
    Kpi(
        "telemetry",
        Topic.GPUS,
        _("Telemetry coverage"),
        _(
            "Used GPU-hours whose utilisation was measured, in a hundred: for the rest,"
            " utilisation, idleness and energy are not known."
        ),
        Unit.PERCENT,
        _GPUS,
        is_public=True,
    ),
    Kpi(
        "energy",
        Topic.GPUS,
        _("Energy"),
        _("What the GPUs took for these jobs while they were metered, without their nodes."),
        Unit.KWH,
        _GPUS,
        is_public=True,
    ),
    Kpi(
        "energy_a_gpu_hour",
        Topic.GPUS,
        _("Energy a GPU-hour"),
        _("This energy by the GPU-hours for which it was metered."),
        Unit.KWH_A_GPU_HOUR,
        _GPUS,
    ),
    Kpi(
        "reports_on_time",
        Topic.REPORTS,
        _("Final reports on time"),
        _(
            "Final reports handed in by the day they were due, in a hundred whose day lay in the"
            " period and has passed; where staff gave more time, that day counts."
        ),
        Unit.PERCENT,
        _REPORTS,
    ),
)  # fmt: skip

KPI = {kpi.key: kpi for kpi in KPIS}
