"""The rows of the domain, one module an idea."""

from allocations.models.adoptions import OfferedAccount, RecordedMember
from allocations.models.applications import (
    Application,
    Award,
    Decision,
    Invitation,
    RequestedHours,
    Transition,
)
from allocations.models.attachments import Attachment
from allocations.models.award_changes import AwardChange
from allocations.models.budgets import BudgetCounter, Notice
from allocations.models.capacity import DailyCapacity
from allocations.models.claw_backs import ClawBack
from allocations.models.credits import CreditedRun
from allocations.models.declarations import DeclarationText, SignedDeclaration
from allocations.models.drift import Drift
from allocations.models.energy import EnergyFactor
from allocations.models.final_reports import FinalReport, ReportOutput
from allocations.models.gpu import (
    DailyGpuUse,
    GpuFigures,
    GpuFinding,
    GpuMinutes,
    GpuRun,
    JobGpu,
    RunningGpuMinutes,
)
from allocations.models.gpu_notices import GpuNotice, GpuRunTenth, IdleRun
from allocations.models.job_months import DroppedMonth, DroppedQosUsage
from allocations.models.leaving import JobCancel, LeavingMember
from allocations.models.letters import DecisionLetter
from allocations.models.offers import AwardOffer
from allocations.models.papers import Paper
from allocations.models.partitions import AllocationPartition, DedicatedPartition
from allocations.models.plans import SitePlan
from allocations.models.pools import AidGrant, Pool, PoolDraw, PoolTrack, Quota, UnitPrice
from allocations.models.projects import Allocation, LedgerEntry, Membership, Project
from allocations.models.proposals import ProposedAward
from allocations.models.review_steps import ReviewStep
from allocations.models.reviews import (
    DeclaredConflict,
    Review,
    ReviewComment,
    ReviewerProfile,
    ReviewScore,
)
from allocations.models.rollups import (
    ProjectMonth,
    ProjectWait,
    ProjectYearWait,
    SettledChange,
    SiteDay,
    SiteMonthWait,
    SiteWait,
)
from allocations.models.section_answers import SectionAnswers
from allocations.models.set_aside import SetAsideRow
from allocations.models.sites import Partition, Site, SiteToken
from allocations.models.snapshots import SubmissionSnapshot
from allocations.models.sync import SiteLease, SiteStatus, SlurmState, SyncCycle
from allocations.models.track_versions import TrackVersion, VersionPartition
from allocations.models.tracks import Track
from allocations.models.usage import DailyUsage, Job, JobOutcome, QueueWait
from allocations.models.usage_checks import CheckedTotal, SiteCheck, UsageDifference

__all__ = [
    "AidGrant",
    "Allocation",
    "AllocationPartition",
    "Application",
    "Attachment",
    "Award",
    "AwardChange",
    "AwardOffer",
    "BudgetCounter",
    "CheckedTotal",
    "ClawBack",
    "CreditedRun",
    "DailyCapacity",
    "DailyGpuUse",
    "DailyUsage",
    "Decision",
    "DecisionLetter",
    "DeclarationText",
    "DeclaredConflict",
    "DedicatedPartition",
    "Drift",
    "DroppedMonth",
    "DroppedQosUsage",
    "EnergyFactor",
    "FinalReport",
    "GpuFigures",
    "GpuFinding",
    "GpuMinutes",
    "GpuNotice",
    "GpuRun",
    "GpuRunTenth",
    "IdleRun",
    "Invitation",
    "Job",
    "JobCancel",
    "JobGpu",
    "JobOutcome",
    "LeavingMember",
    "LedgerEntry",
    "Membership",
    "Notice",
    "OfferedAccount",
    "Paper",
    "Partition",
    "Pool",
    "PoolDraw",
    "PoolTrack",
    "Project",
    "ProjectMonth",
    "ProjectWait",
    "ProjectYearWait",
    "ProposedAward",
    "QueueWait",
    "Quota",
    "RecordedMember",
    "ReportOutput",
    "RequestedHours",
    "Review",
    "ReviewComment",
    "ReviewScore",
    "ReviewStep",
    "ReviewerProfile",
    "RunningGpuMinutes",
    "SectionAnswers",
    "SetAsideRow",
    "SettledChange",
    "SignedDeclaration",
    "Site",
    "SiteCheck",
    "SiteDay",
    "SiteLease",
    "SiteMonthWait",
    "SitePlan",
    "SiteStatus",
    "SiteToken",
    "SiteWait",
    "SlurmState",
    "SubmissionSnapshot",
    "SyncCycle",
    "Track",
    "TrackVersion",
    "Transition",
    "UnitPrice",
    "UsageDifference",
    "VersionPartition",
]
