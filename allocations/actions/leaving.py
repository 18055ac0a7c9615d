"""Takes in which jobs keep leaving members, and has them cancelled where staff confirm it."""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail_to_all
from accounts.models import UnixIdentity, User
from allocations.actions.moments import moment
from allocations.actions.wake import wake_sites
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, JobCancel, LeavingMember, Membership, Site
from slurm_bridge import wire_leaving


def keep_leaving(site: Site, told: Iterable[wire_leaving.LeavingMember], *, at: int) -> None:
    """Keep what each removal waits for, a row each; call it inside an action."""
    members = {(item.account, item.username): item for item in told}
    accounts = _allocations(site, {account for account, _name in members})
    people = _people({username for _account, username in members})
    kept = [
        _keep(accounts[account], people.get(username), item, at)
        for (account, username), item in members.items()
        if account in accounts
    ]
    LeavingMember.objects.filter(allocation__site=site).exclude(pk__in=kept).delete()
    _end_cancels(site, members, at)


@action
def confirm_cancel(
    *, leaving_id: int, seen: Collection[str], reason: str, actor: User
) -> JobCancel:
    """Have the site cancel the jobs that keep a member, if the actor has seen each of them.

    `seen` are the numbers that stood on the actor's page; a job that has come since is refused.
    """
    if not reason.strip():
        raise RefusedError(_("Give a reason: the members read it."))
    leaving = _lock(leaving_id)
    jobs = leaving.undecided_jobs()
    if not jobs:
        raise StateError(_("No job is left to cancel."))
    if any(job.job_id not in seen for job in jobs):
        raise StateError(_("Other jobs have come since you opened the list: look at it again."))
    cancel = JobCancel.objects.create(
        allocation=leaving.allocation,
        username=leaving.username,
        user=leaving.user,
        job_ids=[job.job_id for job in jobs],
        reason=reason,
        confirmed_by=actor,
    )
    wake_sites([leaving.allocation.site])
    _announce(cancel)
    return cancel


def _allocations(site: Site, accounts: Collection[str]) -> dict[str, Allocation]:
    if not accounts:
        return {}
    found = Allocation.objects.current().filter(site=site, account_name__in=accounts)
    return {allocation.account_name: allocation for allocation in found}


def _people(usernames: Collection[str]) -> dict[str, User]:
    if not usernames:
        return {}
    found = UnixIdentity.objects.filter(username__in=usernames).select_related("user")
    return {identity.username: identity.user for identity in found}


def _keep(
    allocation: Allocation, user: User | None, item: wire_leaving.LeavingMember, at: int
) -> int:
    row, _created = LeavingMember.objects.update_or_create(
        allocation=allocation,
        username=item.username,
        defaults={
            "user": user,
            "jobs": [job.model_dump(mode="json") for job in item.jobs],
            "jobs_in_all": item.jobs_in_all,
            "read_at": moment(at),
        },
    )
    return row.pk


def _end_cancels(
    site: Site, members: dict[tuple[str, str], wire_leaving.LeavingMember], at: int
) -> None:
    """A cancel is over when none of its jobs is waited for, also where the member came back."""
    cancels = JobCancel.objects.waiting().filter(allocation__site=site)
    for cancel in cancels.select_for_update(of=["self"]).select_related("allocation"):
        told = members.get((cancel.allocation.account_name, cancel.username))
        left = {job.job_id for job in told.jobs} if told else set()
        if left.isdisjoint(cancel.job_ids):
            cancel.ended_at = moment(at)
            cancel.save(update_fields=["ended_at"])


def _lock(leaving_id: int) -> LeavingMember:
    found = (
        LeavingMember.objects.select_for_update(of=["self"])
        .select_related("allocation__project", "allocation__site", "user")
        .filter(pk=leaving_id)
        .first()
    )
    if found is None:
        raise StateError(_("The last job has ended: nothing is waited for any more."))
    if (
        found.user
        and found.allocation.project.memberships.filter(user=found.user, left_at=None).exists()
    ):
        raise StateError(_("This person is a member of the project again."))
    return found


def _announce(cancel: JobCancel) -> None:
    """Tell who left, and who leads the project."""
    project = cancel.allocation.project
    leaders = User.objects.filter(
        memberships__project=project,
        memberships__left_at=None,
        memberships__role=Membership.Role.LEADER,
    )
    told = {person.pk: person for person in (*leaders, cancel.user) if person}
    send_mail_to_all(
        template="jobs_cancelled",
        to=told.values(),
        context={"cancel": cancel, "project": project, "allocation": cancel.allocation},
    )
