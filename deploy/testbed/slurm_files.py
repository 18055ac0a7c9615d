"""The clusters' configuration, made from the files in deploy/slurm that a real site would take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.hostname import daemon_hostname
from deploy.testbed.layout import REPOSITORY, Layout, Site
from deploy.testbed.mariadb import ACCOUNTING_USER, accounting_password
from deploy.testbed.newest_folder import newest_slurm
from deploy.testbed.settings import has_newest_slurm

EXAMPLES = REPOSITORY / "deploy" / "slurm"
USER = "slurm"
GPU_SCRIPTS = {"Prolog": "belfry-gpu-prolog", "Epilog": "belfry-gpu-epilog"}

# Slurm's daemons take every address of the machine unless told otherwise.
LOOPBACK_ONLY = "NoCtldInAddrAny,NoInAddrAny"


def with_settings(example: str, settings: Mapping[str, str]) -> str:
    """The example with these settings changed where it has them, and put first where it has not."""
    left = dict(settings)
    lines = []
    for line in example.splitlines():
        key = line.partition("=")[0]
        lines.append(f"{key}={left.pop(key)}" if key in left else line)
    first = [f"{key}={value}" for key, value in left.items()]
    return "\n".join([*first, *lines]) + "\n"


def write_slurmdbd_files(layout: Layout, site: Site | None) -> None:
    """Write slurmdbd.conf of the shared slurmdbd, or of a site's own."""
    name = slurmdbd_name(site)
    folder = owned_folder(layout.state / name, USER)
    settings = {
        "DbdAddr": "127.0.0.1",
        "DbdPort": str(layout.slurmdbd_port(site)),
        "StoragePort": str(layout.mariadb_port),
        "StorageLoc": accounting_database(site),
        "StorageUser": ACCOUNTING_USER,
        "StoragePass": accounting_password(layout),
        "PidFile": str(folder / "pid"),
        "AuthInfo": f"socket={layout.munge_socket}",
        "CommunicationParameters": LOOPBACK_ONLY,
    }
    example = (EXAMPLES / "slurmdbd.conf").read_text()
    owned_file(folder / "slurmdbd.conf", with_settings(example, settings), USER, 0o600)


def slurmdbd_name(site: Site | None) -> str:
    """The service's name: one for all sites, or one each."""
    return "slurmdbd" if site is None else f"slurmdbd@{site.name}"


def accounting_database(site: Site | None) -> str:
    """The MariaDB database of the shared slurmdbd, or of a site's own."""
    return "slurm_acct_db" if site is None else f"slurm_acct_{site.name}"


def write_slurm_files(layout: Layout, site: Site, slurmdbd_port: int) -> None:
    """Write a site's slurm.conf and everything that it includes."""
    folder = owned_folder(layout.slurm_folder(site), USER)
    owned_folder(folder / "state", USER, 0o700)
    owned_folder(folder / "spool", "root")
    owned_file(folder / "belfry.conf", (EXAMPLES / "belfry.conf").read_text(), USER)
    if not layout.partitions_file(site).exists():  # What a bridge has written there stays.
        owned_file(layout.partitions_file(site), partitions_conf(layout, site), USER)
    owned_file(folder / "job_submit.lua", job_submit_lua(layout, site), USER)
    (layout.state / "login").mkdir(exist_ok=True)
    for name in GPU_SCRIPTS.values():
        text = gpu_script(EXAMPLES / name, **gpu_folders(layout))
        owned_file(folder / name, text, "root", 0o755)
    owned_file(folder / "gres.conf", gres_conf(layout, site), USER)
    owned_file(folder / "nodes.conf", nodes_conf(layout, site), USER)
    if has_newest_slurm(layout, site):
        owned_file(folder / "cgroup.conf", NO_CGROUPS, USER)
    example = (EXAMPLES / "slurm.conf").read_text()
    settings = slurm_settings(layout, site, slurmdbd_port)
    owned_file(layout.slurm_conf(site), with_settings(example, settings), USER)


def slurm_settings(layout: Layout, site: Site, slurmdbd_port: int) -> dict[str, str]:
    """What a testbed's slurm.conf says differently from the example."""
    folder = layout.slurm_folder(site)
    return {
        "ClusterName": site.name,
        "SlurmctldHost": f"{daemon_hostname()}(127.0.0.1)",
        "SlurmctldPort": str(layout.slurmctld_port(site)),
        "AccountingStorageHost": "127.0.0.1",
        "AccountingStoragePort": str(slurmdbd_port),
        # Slurm asks munged in two ways: as usual, and for its line to slurmdbd.
        "AuthInfo": f"socket={layout.munge_socket}",
        "AccountingStoragePass": str(layout.munge_socket),
        "CommunicationParameters": LOOPBACK_ONLY,
        "StateSaveLocation": str(folder / "state"),
        "SlurmdSpoolDir": str(folder / "spool" / "%n"),
        "SlurmctldPidFile": str(folder / "slurmctld.pid"),
        "SlurmdPidFile": str(folder / "spool" / "%n.pid"),
        **{key: str(folder / name) for key, name in GPU_SCRIPTS.items()},
        **plugins_of_release(layout, site),
        **ONE_MACHINE,
        **FAST_INTERVALS,
    }


def plugins_of_release(layout: Layout, site: Site) -> dict[str, str]:
    """Where plugins are found, also by commands that see the machine's own /usr."""
    if not has_newest_slurm(layout, site):
        return {}
    return {"PluginDir": str(newest_slurm().plugins)}


def partitions_conf(layout: Layout, site: Site) -> str:
    """The site's partitions, closed in the way that its release takes for closed."""
    example = (EXAMPLES / site.name / "belfry-partitions.conf").read_text()
    if not has_newest_slurm(layout, site):
        return example
    return example.replace("AllowAccounts=root ", f"AllowAccounts={EMPTY_ACCOUNT} ")


# To the newest Slurm an account on a partition's list stands for all below it, so root would let
# everybody in; so would a list of names that no account has.
EMPTY_ACCOUNT = "belfry_closed"

# The newest Slurm looks for cgroups unless told that there are none.
NO_CGROUPS = "CgroupPlugin=disabled\n"

# Nodes claim more than the machine has, and nothing needs cgroups or an MPI.
ONE_MACHINE = {
    "SlurmdParameters": "config_overrides",
    "ProctrackType": "proctrack/linuxproc",
    "TaskPlugin": "task/none",
    "MpiDefault": "none",
    "PropagateResourceLimits": "NONE",
    "MailProg": "/bin/true",
}

# A busy machine of two cores may answer late; everything else should happen at once.
FAST_INTERVALS = {
    "MessageTimeout": "30",
    "SlurmctldTimeout": "30",
    "SlurmdTimeout": "30",
    "KillWait": "2",
    "MinJobAge": "60",
    "JobAcctGatherFrequency": "5",
    "PriorityCalcPeriod": "1",
    "SchedulerParameters": "sched_interval=2,bf_interval=2,batch_sched_delay=0",
}


def job_submit_lua(layout: Layout, site: Site) -> str:
    """The script that slurmctld asks about each job, with the testbed's own folder."""
    example = (EXAMPLES / "job_submit.lua").read_text()
    return example.replace("/var/lib/belfry-login", str(layout.login_folder(site)))


def gpu_folders(layout: Layout) -> dict[str, str]:
    """Where prolog and epilog find what is of their node; all nodes share this machine."""
    of_node = f"{layout.state}/gpu/$SLURMD_NODENAME"
    return {"folder": of_node, "drivers_gpus": f"{of_node}/nvidia"}


def gpu_script(example: Path, folder: str | Path, drivers_gpus: str | Path) -> str:
    """Prolog or epilog of a node, with that node's own folders."""
    text = example.read_text().replace("/run/belfry-gpu", str(folder))
    return text.replace("/proc/driver/nvidia/gpus", str(drivers_gpus))


def nodes_conf(layout: Layout, site: Site) -> str:
    """The site's nodes, each on this machine at a port of its own."""
    return re.sub(
        r"^NodeName=(\S+)",
        lambda line: f"{line[0]} {node_address(layout, site, line[1])}",
        (EXAMPLES / site.name / "nodes.conf").read_text(),
        flags=re.MULTILINE,
    )


def node_address(layout: Layout, site: Site, pattern: str) -> str:
    """Where the nodes that a pattern such as `zellik-gpu[1-2]` names are found."""
    prefix = pattern.partition("[")[0]
    ports = [layout.slurmd_port(site, node) for node in site.nodes if node.startswith(prefix)]
    span = str(ports[0]) if len(ports) == 1 else f"[{ports[0]}-{ports[-1]}]"
    return f"NodeHostname={daemon_hostname()} NodeAddr=127.0.0.1 Port={span}"


def gres_conf(layout: Layout, site: Site) -> str:
    """The site's GPUs, with the pretended devices in place of real ones."""
    example = (EXAMPLES / site.name / "gres.conf").read_text()
    return example.replace("/dev/nvidia", f"{layout.devices(site)}/nvidia")
