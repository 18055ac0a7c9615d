"""Give a site a past: finished jobs of its projects, in slurmdbd's tables as its own."""

from __future__ import annotations

import pwd
import time
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.testbed.errors import UsageError
from deploy.testbed.history_tables import (
    BILLING,
    CPU,
    NODE,
    load_statements,
    write_job_rows,
)
from deploy.testbed.layout import CHARLEROI, ZELLIK, Layout, Site
from deploy.testbed.mariadb import run_sql
from deploy.testbed.past_jobs import (
    SECONDS_A_DAY,
    History,
    Member,
    PastPartition,
    PastRun,
    past_runs,
)
from deploy.testbed.progress import Progress
from deploy.testbed.rollup import calendar_starts, chunks, roll_up
from deploy.testbed.settings import Settings, require_settings
from deploy.testbed.slurm_files import accounting_database

# The sites at their real size, since a past on eight GPUs would be a small one.
PAST_PARTITIONS = {
    ZELLIK.name: (PastPartition("h200", "zellik-gpu", 22, 8),),
    CHARLEROI.name: (
        PastPartition("gpu", "charleroi-gpu", 50, 4),
        PastPartition("gpu", "charleroi-gpu", 50, 4),
        PastPartition("ia", "charleroi-ia", 2, 8),
    ),
}

# slurmctld counts from 1 and will not come this far, so ids of the past stay the past's.
FIRST_JOB_ID = 1_000_001
PROJECT_ACCOUNTS = "aif"
NORMAL_QOS = 1


@dataclass(frozen=True)
class Accounting:
    """The tables of one site, in whichever database they are."""

    layout: Layout
    site: Site
    settings: Settings

    def sql(self, statements: str) -> list[list[str]]:
        """Run SQL in the database that holds this site's accounting."""
        owner = self.site if self.settings.slurmdbd == "each" else None
        return run_sql(self.layout, statements, accounting_database(owner))


def make_history(
    layout: Layout,
    site: Site,
    *,
    jobs: int,
    days: int,
    seed: int = 1,
    now: int | None = None,
    progress: Progress | None = None,
    account_prefix: str = PROJECT_ACCOUNTS,
) -> list[PastRun]:
    """Insert so many jobs of the last days, and make sreport see them; returns every run."""
    progress = progress or Progress()
    accounting = Accounting(layout, site, require_settings(layout))
    ends = int(time.time()) if now is None else now
    history = History(
        members=project_members(accounting, account_prefix),
        partitions=PAST_PARTITIONS[site.name],
        jobs=jobs,
        starts=ends - days * SECONDS_A_DAY,
        ends=ends,
        first_job_id=next_job_id(accounting),
        seed=seed,
    )
    runs = sorted(past_runs(history), key=lambda run: run.submitted)
    with progress.step(f"jobs of {site.name}") as step:
        accounting.sql(past_cluster(accounting, history))
        for chunk in chunks(history, runs):
            insert_runs(accounting, chunk.runs, history)
            roll_up(layout, site, chunk.starts, chunk.ends)
        step.outcome = f"{len(runs)} runs"
    return runs


def project_members(accounting: Accounting, account_prefix: str) -> list[Member]:
    """Everybody on this machine who belongs to an account of the site with such a name."""
    table = f"`{accounting.site.name}_assoc_table`"
    rows = accounting.sql(
        "SELECT person.id_assoc, person.acct, person.user,"
        f" COALESCE(person.def_qos_id, project.def_qos_id, {NORMAL_QOS})"
        f" FROM {table} AS person"
        f" JOIN {table} AS project ON project.acct = person.acct AND project.user = ''"
        f" WHERE person.deleted = 0 AND project.deleted = 0 AND person.user <> ''"
        f" AND person.acct LIKE '{account_prefix}%' ORDER BY person.id_assoc;"
    )
    members = []
    for association, account, user, qos in rows:
        try:
            unix = pwd.getpwnam(user)
        except KeyError:
            continue
        members.append(Member(int(association), account, int(qos), user, unix.pw_uid, unix.pw_gid))
    if not members:
        raise UsageError(
            f"{accounting.site.name} has no project with a member: no account that starts with"
            f" `{account_prefix}` has a user who exists on this machine.",
            "Approve an application first (`make demo` does), and let the site's bridge run.",
        )
    return members


def next_job_id(accounting: Accounting) -> int:
    """An id beyond all that the site has used or could soon use."""
    table = f"`{accounting.site.name}_job_table`"
    highest = accounting.sql(f"SELECT COALESCE(MAX(id_job), 0) FROM {table};")[0][0]
    return max(FIRST_JOB_ID, int(highest) + 1)


def insert_runs(accounting: Accounting, runs: Sequence[PastRun], history: History) -> None:
    """Put runs into slurmdbd's tables."""
    rows = accounting.layout.state / f"history-{accounting.site.name}.tsv"
    try:
        write_job_rows(rows, runs, gpu_tres(accounting))
        accounting.sql(load_statements(accounting.site.name, rows, history.first_job_id))
    finally:
        rows.unlink(missing_ok=True)


def gpu_tres(accounting: Accounting) -> int:
    """The number that slurmdbd gave to GPUs."""
    asked = "SELECT id FROM tres_table WHERE type = 'gres' AND name = 'gpu';"
    return int(accounting.sql(asked)[0][0])


def past_cluster(accounting: Accounting, history: History) -> str:
    """SQL that lets the site have existed at its real size, from the past to its first event."""
    sizes = {(part.node_prefix, part.nodes, part.gpus_a_node) for part in history.partitions}
    nodes = sum(count for _, count, _ in sizes)
    gpus = sum(count * each for _, count, each in sizes)
    events = f"`{accounting.site.name}_event_table`"
    last_ran = f"`{accounting.site.name}_last_ran_table`"
    hour, day, month = calendar_starts(history.ends)
    return f"""
INSERT INTO {events} (time_start, time_end, cluster_nodes, reason, tres)
SELECT {history.starts}, MIN(time_start), 'history', 'Cluster Registered TRES',
    '{CPU}={64 * nodes},{NODE}={nodes},{BILLING}={64 * nodes},{gpu_tres(accounting)}={gpus}'
FROM {events} WHERE node_name = '' HAVING MIN(time_start) > {history.starts};
-- A slurmdbd that never added up usage would start at the oldest event, in the middle of a test.
INSERT INTO {last_ran} (hourly_rollup, daily_rollup, monthly_rollup)
SELECT {hour}, {day}, {month} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM {last_ran});
"""
