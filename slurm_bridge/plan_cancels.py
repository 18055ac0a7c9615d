"""Which jobs of leaving members are cancelled: those that staff have seen, and no others. Pure."""

from collections.abc import Iterable, Iterator

from slurm_bridge import changes as ch
from slurm_bridge.wire import ActualState, DesiredState
from slurm_bridge.wire_leaving import ENDING


def cancels(
    memberships: Iterable[ch.Change], desired: DesiredState, actual: ActualState
) -> Iterator[ch.CancelJobs]:
    """What was confirmed of members who are to leave, as long as one job of it is there.

    The change names all that was confirmed, so that it stays the same while jobs end.
    """
    leaving = {
        (change.account, change.username)
        for change in memberships
        if isinstance(change, ch.RemoveMember)
    }
    alive = {
        (member.account, member.username, job.job_id)
        for member in actual.leaving or ()
        for job in member.jobs
        if job.state not in ENDING
    }
    for item in desired.confirmed_cancels:
        member = (item.account, item.username)
        if member in leaving and any((*member, job_id) in alive for job_id in item.job_ids):
            yield ch.CancelJobs(account=item.account, username=item.username, job_ids=item.job_ids)
