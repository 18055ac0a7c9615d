"""What about this site would make Belfry fail or budgets leak, and what to do about each."""

from collections.abc import Iterator
from dataclasses import dataclass

from slurm_bridge.directory.ldap_doctor import LdapDoctor
from slurm_bridge.doctor_rights import Rights
from slurm_bridge.errors import BridgeError, StoppedError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.partition_file import PartitionFile
from slurm_bridge.slurm.partitions_scontrol import ScontrolPartitions
from slurm_bridge.wire import Finding

ENFORCED = ("associations", "limits", "qos", "safe")
OLDEST_RELEASE = (22, 5)
NEWEST_RELEASE = (26, 5)
# These compare the names in AllowAccounts; later ones let sub-accounts in as well.
NAMES_ONLY_RELEASES = ("22.",)
_UNSET = frozenset({"", "(null)", "N/A", "None", "NONE"})


@dataclass(frozen=True)
class Doctor:
    """Looks at one site and changes nothing."""

    commands: Commands
    cluster: str
    rights: Rights
    partition_file: PartitionFile | None = None
    directory: LdapDoctor | None = None

    def findings(self) -> tuple[Finding, ...]:
        """Everything that was looked at, good or bad."""
        settings = self._settings()
        if settings is None:
            return (self._no_controller(), *self._directory(), *self.rights.on_host())
        return (
            _finding("slurmctld", "ok", "answers"),
            *settings_findings(settings, self.cluster),
            *self._open_partitions(settings.get("SLURM_VERSION", "")),
            *self._database(),
            self._kept_partitions(),
            *self._directory(),
            *self.rights.on_host(),
        )

    def release(self) -> str:
        """Slurm's release as slurmctld says it; empty if it does not answer."""
        return (self._settings() or {}).get("SLURM_VERSION", "")

    def _settings(self) -> dict[str, str] | None:
        try:
            return parse_settings(self.commands.read("scontrol", "show", "config"))
        except StoppedError:
            raise
        except BridgeError:
            return None

    def _no_controller(self) -> Finding:
        return _finding(
            "slurmctld",
            "error",
            "does not answer",
            "Start slurmctld, or set slurm_conf and slurm_bin to the cluster that this bridge"
            " serves; `scontrol ping` on this host must say UP.",
        )

    def _open_partitions(self, release: str) -> Iterator[Finding]:
        """Lists that look closed and are not."""
        if not release or release.startswith(NAMES_ONLY_RELEASES):
            return
        try:
            partitions = ScontrolPartitions(self.commands).read()
        except StoppedError:
            raise
        except BridgeError:  # It answered a moment ago; the next look will tell.
            return
        for partition in partitions:
            if "root" in (partition.allow_accounts or ()):
                yield _finding(
                    f"partition {partition.name}",
                    "error",
                    f"lets everybody in: to Slurm {release} root stands for all accounts",
                    "Name an account without children, such as belfry_closed, in AllowAccounts.",
                )

    def _database(self) -> Iterator[Finding]:
        """Whether slurmdbd answers, knows the cluster, and lets this user write."""
        try:
            clusters = self.commands.read("sacctmgr", "-nP", "show", "cluster", "format=Cluster")
            users = self.commands.read("sacctmgr", "-nP", "show", "user", "format=User,Admin")
        except StoppedError:
            raise
        except BridgeError as error:
            advice = "Start slurmdbd and look at its log; until then nothing can be changed."
            yield _finding("slurmdbd", "error", str(error), advice)
            return
        yield _finding("slurmdbd", "ok", "answers")
        yield self._registration(clusters.split())
        yield self.rights.in_slurmdbd(
            dict(line.split("|", 1) for line in users.splitlines() if "|" in line)
        )

    def _registration(self, clusters: list[str]) -> Finding:
        if self.cluster in clusters:
            return _finding("cluster registered", "ok", self.cluster)
        return _finding(
            "cluster registered",
            "error",
            f"slurmdbd knows {', '.join(clusters) or 'no cluster'}, not {self.cluster}",
            f"Run `sacctmgr add cluster {self.cluster}`, or correct `cluster` in the bridge's"
            " configuration.",
        )

    def _kept_partitions(self) -> Finding:
        if self.partition_file is None:
            return _finding(
                "partitions_file",
                "warning",
                "not configured",
                "Set partitions_file; without it a restart of slurmctld closes the partitions to"
                " projects until the next cycle, and no project can have one of its own.",
            )
        problem = self.partition_file.problem()
        if not problem:
            return _finding("partitions_file", "ok", str(self.partition_file.path))
        return _finding("partitions_file", "error", problem, "See docs/partitions.md.")

    def _directory(self) -> Iterator[Finding]:
        if self.directory is not None:
            yield from self.directory.findings()


def parse_settings(text: str) -> dict[str, str]:
    """The `Key = value` lines of `scontrol show config`."""
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip(): value.strip() for key, found, value in pairs if found}


def settings_findings(settings: dict[str, str], cluster: str) -> Iterator[Finding]:
    """What slurm.conf says about everything that Belfry builds on."""
    yield _release(settings.get("SLURM_VERSION", ""))
    yield _cluster_name(settings.get("ClusterName", ""), cluster)
    yield _enforcement(settings.get("AccountingStorageEnforce", ""))
    yield _gpu_accounting(settings.get("AccountingStorageTRES", ""))
    yield _decay(settings.get("PriorityDecayHalfLife", ""))
    yield _job_submit(settings.get("JobSubmitPlugins", ""))
    yield _partition_limits(settings.get("EnforcePartLimits", ""))


def _release(found: str) -> Finding:
    try:
        major, minor = (int(part) for part in found.split(".")[:2])
    except ValueError:
        return _finding("release", "warning", found or "unknown", "Belfry knows 22.05 to 26.05.")
    if OLDEST_RELEASE <= (major, minor) <= NEWEST_RELEASE:
        return _finding("release", "ok", found)
    advice = "Belfry is tested on 22.05 and 26.05; try this release on a test cluster first."
    return _finding("release", "warning", found, advice)


def _cluster_name(found: str, cluster: str) -> Finding:
    if found == cluster:
        return _finding("cluster name", "ok", found)
    advice = f"Set `cluster` to {found}, or `slurm_conf` to the file of cluster {cluster}."
    return _finding("cluster name", "error", f"{found}, configured is {cluster}", advice)


def _enforcement(found: str) -> Finding:
    missing = [name for name in ENFORCED if name not in found.split(",")]
    if not missing:
        return _finding("AccountingStorageEnforce", "ok", found)
    advice = (
        f"Set AccountingStorageEnforce={','.join(ENFORCED)} in slurm.conf and restart slurmctld;"
        " without it budgets and membership are not enforced, or running jobs are killed."
    )
    return _finding("AccountingStorageEnforce", "error", f"lacks {','.join(missing)}", advice)


def _gpu_accounting(found: str) -> Finding:
    if "gres/gpu" in found.split(","):
        return _finding("AccountingStorageTRES", "ok", found)
    advice = (
        "Add gres/gpu to AccountingStorageTRES; without it GPU time is neither counted nor limited."
    )
    return _finding("AccountingStorageTRES", "error", found or "not set", advice)


def _decay(found: str) -> Finding:
    if found in {"00:00:00", "0"}:
        return _finding("PriorityDecayHalfLife", "ok", "usage never decays")
    advice = (
        "Nothing to do for Belfry's own QOS, which carry NoDecay; limits on associations would"
        " refill by themselves."
    )
    return _finding("PriorityDecayHalfLife", "ok", found, advice)


def _job_submit(found: str) -> Finding:
    if "lua" in found.split(","):
        return _finding("JobSubmitPlugins", "ok", found)
    advice = (
        "Set JobSubmitPlugins=lua, so that people are told in plain words why a job is refused."
    )
    return _finding("JobSubmitPlugins", "warning", _shown(found), advice)


def _partition_limits(found: str) -> Finding:
    if found in {"ALL", "ANY", "YES"}:
        return _finding("EnforcePartLimits", "ok", found)
    advice = (
        "Set EnforcePartLimits=ALL; otherwise a job that its partition never admits is accepted"
        " and waits for ever, and readiness cannot be verified."
    )
    return _finding("EnforcePartLimits", "error", _shown(found), advice)


def _shown(value: str) -> str:
    return "not set" if value in _UNSET else value


def _finding(check: str, level: str, found: str, advice: str = "") -> Finding:
    return Finding.model_validate(
        {"check": check, "level": level, "found": found[:2000], "advice": advice}
    )
