"""One site's bridge, put together from its configuration."""

import fcntl
import os
import pwd
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from slurm_bridge.as_root import AsRoot
from slurm_bridge.audit_run import Audit
from slurm_bridge.begun import BegunPlans
from slurm_bridge.changes import CreateUser
from slurm_bridge.config import BridgeConfig, read_token
from slurm_bridge.cycle import Cycle, RefusedError
from slurm_bridge.directory.ldap_keys import DirectoryKeys
from slurm_bridge.doctor import Doctor
from slurm_bridge.doctor_rights import Rights
from slurm_bridge.errors import FatalConfigError, FatalPortalError
from slurm_bridge.gpu.gather import gpu_push
from slurm_bridge.gpu.push_usage import GpuPush
from slurm_bridge.heartbeat import Pulse
from slurm_bridge.last_state import LastState
from slurm_bridge.lease import Lease
from slurm_bridge.login.job_files import JobFiles
from slurm_bridge.login.kept_thresholds import KeptThresholds
from slurm_bridge.login.keys import KeyFiles
from slurm_bridge.login.passing_by import CountersPassingBy, JobsPassingBy
from slurm_bridge.login.publish import LoginFiles
from slurm_bridge.nightly_audit import NightlyAudit
from slurm_bridge.portal_client import PortalClient
from slurm_bridge.push_counters import CounterPush
from slurm_bridge.push_jobs import JobPush
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.site_directory import (
    directory_doctor,
    directory_keys,
    key_files,
    ldap_tree,
    site_directory,
)
from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.budgets import BudgetReader
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.partition_file import PartitionFile
from slurm_bridge.slurm.past_runs import PastRuns
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.slurm.slurm_conf import SlurmConf
from slurm_bridge.slurm.sreport import UsageReport
from slurm_bridge.wire import ActualState, DesiredState, PlanOutline, SyncReport

MOST_UNSENT = 20


@dataclass
class Bridge:
    """Everything that `run`, `once`, `plan` and `doctor` need of one site."""

    config: BridgeConfig
    commands: Commands
    portal: PortalClient
    lease: Lease
    cycle: Cycle
    push: JobPush
    pulse: Pulse
    doctor: Doctor
    counters: CounterPush
    nightly: NightlyAudit
    login: LoginFiles | None = None
    keys: KeyFiles | None = None
    directory_keys: DirectoryKeys | None = None
    gpus: GpuPush | None = None
    _budgets: frozenset[str] = frozenset()
    _reported: ActualState | None = None
    _proposed: PlanOutline | None = None
    _unsent: deque[SyncReport] = field(default_factory=lambda: deque(maxlen=MOST_UNSENT))

    def reconcile(self, desired: DesiredState) -> SyncReport:
        """One whole cycle, reported to the portal; never two at a time, here or elsewhere."""
        with self._only_one():
            if self.keys is not None:
                self.keys.publish(desired)  # A removed key stops, whatever Slurm does.
            elsewhere = self.lease.renew()
            if elsewhere:
                report = self.cycle.stopped(desired, elsewhere)
            else:
                report = self._cycle(desired)
                self._budgets = frozenset(item.name for item in desired.qos)
        return self._told(report)

    def _cycle(self, desired: DesiredState) -> SyncReport:
        if self.directory_keys is None:
            return self.cycle.run(desired)
        self.directory_keys.publish(desired)  # As with files, though only one bridge may write.
        report = self.cycle.run(desired)
        if any(isinstance(result.change, CreateUser) for result in report.results):
            self.directory_keys.publish(desired)  # They had no entry before.
        return report

    def apply_reviewed(
        self, desired: DesiredState, plan_id: str, *, allows_removals: bool
    ) -> SyncReport:
        """Exactly the plan with this id, reported to the portal; raises where it has moved on."""
        with self._only_one():
            elsewhere = self.lease.renew()
            if elsewhere:
                raise RefusedError(elsewhere)
            report = self.cycle.apply_reviewed(desired, plan_id, allows_removals=allows_removals)
        return self._told(report)

    def push_jobs(self, *, days: int = 0) -> int | None:
        """Send accounting; None while it is not known which accounts are Belfry's."""
        accounts = self.cycle.owned_accounts
        try:
            if accounts is None:
                return None
            sent = self.push.run(accounts, days=days)
            # After the jobs, so that what the portal compares them with is never older.
            self.counters.run(self._budgets)
            return sent
        finally:
            if self.login is not None:
                self.login.refresh()  # Slurm's counters move on while the portal is away.

    def push_gpu_usage(self) -> int | None:
        """Bring what GPUs did for jobs; None where no node is asked, or accounts are not known."""
        accounts = self.cycle.owned_accounts
        if self.gpus is None or accounts is None:
            return None
        return self.gpus.run(accounts)

    def _told(self, report: SyncReport) -> SyncReport:
        self._unsent.append(report)
        self._send_reports()
        return report

    def _send_reports(self) -> None:
        """Send what the portal has not had yet, oldest first; an outage delays reports only."""
        while self._unsent:
            report = self._unsent[0]
            try:
                self.portal.report(self._without_what_is_known(report))
            except FatalPortalError:
                self._unsent.popleft()  # It would be refused each time, and block the others.
                raise
            self._unsent.popleft()
            self._reported = report.actual or self._reported
            self._proposed = report.proposed

    def _without_what_is_known(self, report: SyncReport) -> SyncReport:
        known: dict[str, None] = {}
        if report.proposed == self._proposed:
            known["proposed"] = None
        if report.actual is not None and self._reported is not None:
            same = report.actual.model_copy(update={"read_at": self._reported.read_at})
            if same == self._reported:
                known["actual"] = None
        return report.model_copy(update=known)

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        path = self.config.state_dir / "cycle.lock"
        try:
            lock = path.open("w", encoding="ascii")
        except OSError as error:
            raise FatalConfigError(f"cannot write {path}: {error.strerror}") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def build_bridge(config: BridgeConfig) -> Bridge:
    """The bridge of the site that the configuration names; nothing is contacted yet."""
    _require_own_user(config)
    read_token(config.token_file)
    commands = Commands(config.slurm_conf, config.slurm_bin, config.command_timeout_seconds)
    as_root = AsRoot(commands, config.root_program)
    kept = partition_file(config, commands, as_root)
    site = SlurmSite(
        commands,
        config.cluster,
        as_root=as_root,
        partition_file=kept,
        partitions_by=config.partitions,
        load_folder=config.state_dir,
        bulk_timeout_seconds=config.bulk_timeout_seconds,
    )
    portal = PortalClient(
        portal_url=config.portal_url,
        token=lambda: read_token(config.token_file),
        ca_file=config.ca_file,
        uses_proxy=not config.portal_is_local,
    )
    rights = Rights(
        as_root,
        config.cluster,
        config.state_dir,
        config.partitions_file,
        makes_people=config.directory == "local",
    )
    doctor = Doctor(commands, config.cluster, rights, kept, directory_doctor(config))
    tree = ldap_tree(config)
    login = login_files(config, commands)
    told = job_files(config)
    lease = Lease(portal, config.state_dir)
    return Bridge(
        config=config,
        commands=commands,
        portal=portal,
        lease=lease,
        cycle=Cycle(
            cluster=config.cluster,
            slurm=site,
            directory=site_directory(config, as_root, tree),
            readiness=ReadinessCheck(site, patience_seconds=config.readiness_timeout_seconds),
            limits=config.guard,
            publish=login.publish if login else None,
            may_write=lease.check,
            mode=config.mode,
            begun=BegunPlans(config.state_dir / "begun.json"),
            last_state=LastState(config.state_dir / "last-state.json"),
        ),
        push=JobPush(
            source=JobReader(commands, config.cluster, config.accounting_timeout_seconds),
            controller=site.live,
            receiver=JobsPassingBy(portal, told) if told else portal,
            overlap_seconds=config.accounting_overlap_seconds,
        ),
        pulse=Pulse(
            cluster_name=config.cluster,
            cluster=site.live,
            doctor=doctor,
            receiver=portal,
            doctor_interval_seconds=config.doctor_interval_seconds,
        ),
        doctor=doctor,
        nightly=NightlyAudit(
            audit=usage_audit(config, commands, portal),
            at=config.audit_at,
            days=config.audit_days,
            path=config.state_dir / "audited",
        ),
        counters=CounterPush(source=BudgetReader(commands).counters, receiver=portal),
        login=login,
        keys=key_files(config),
        directory_keys=directory_keys(config, tree),
        gpus=gpu_push(config, commands, CountersPassingBy(portal, told) if told else portal),
    )


def usage_audit(config: BridgeConfig, commands: Commands, portal: PortalClient) -> Audit:
    """What holds the portal's figures against Slurm's own."""
    patience = config.accounting_timeout_seconds
    return Audit(
        cluster=config.cluster,
        report=UsageReport(commands, config.cluster, patience),
        records=PastRuns(commands, config.cluster, patience),
        portal=portal,
    )


def partition_file(
    config: BridgeConfig, commands: Commands, as_root: AsRoot
) -> PartitionFile | None:
    """What slurmctld starts from, if the configuration says where it lies."""
    if config.partitions_file is None or config.slurm_conf is None:
        return None
    return PartitionFile(
        config.partitions_file,
        SlurmConf(commands, config.slurm_conf),
        replace=lambda _path, text: as_root.keep_partitions(config.cluster, text),
    )


def login_files(config: BridgeConfig, commands: Commands) -> LoginFiles | None:
    """What login nodes read, if the configuration says where."""
    if config.login_dir is None:
        return None
    return LoginFiles(
        folder=config.login_dir,
        figures=BudgetReader(commands).figures,
        site=config.site,
        portal_url=config.portal_url,
        slurm_user=config.slurm_user,
    )


def job_files(config: BridgeConfig) -> JobFiles | None:
    """What login nodes read of GPUs, where nodes are asked and the configuration says where."""
    if config.login_dir is None or config.gpu is None:
        return None
    kept = KeptThresholds(config.state_dir / "gpu-thresholds.json")
    return JobFiles(config.login_dir, config.portal_url, kept)


def _require_own_user(config: BridgeConfig) -> None:
    """Refuse to leave files of root's in the state folder of a bridge that is not root."""
    try:
        owner = config.state_dir.stat().st_uid
    except OSError:
        return  # The doctor and whoever writes there first will say it.
    if os.geteuid() == 0 and owner != 0:
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = str(owner)
        raise FatalConfigError(
            f"{config.state_dir} belongs to {name}: run this as that user, with"
            f" `sudo -u {name} slurm-bridge …`"
        )
