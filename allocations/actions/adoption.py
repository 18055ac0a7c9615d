"""Bringing an account that a site had before under a project, and giving it back.

Neither changes anything in Slurm: what the portal wants of the account is what is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import SystemActor, action
from accounts.identities import IdentityTakenError, take_over_identity
from accounts.models import Organisation, UnixIdentity, User
from accounts.permissions import Permission
from allocations.access import permissions_on_project
from allocations.actions.decisions import start_project
from allocations.actions.invitations import join_project, send_invitation
from allocations.actions.numbers import next_reference
from allocations.actions.wake import wake_sites
from allocations.errors import MemberError, RefusedError, StateError
from allocations.models import (
    Allocation,
    Application,
    Decision,
    Membership,
    OfferedAccount,
    Project,
    RecordedMember,
    Site,
    Track,
    Transition,
)
from allocations.states import ApplicationState
from slurm_bridge import wire_offers

ROOT = "root"


@dataclass(frozen=True)
class NewProject:
    """What a project is made of whose account was there first; `leader` is a user of it."""

    track: Track
    organisation: Organisation
    title: str
    leader: str


@action
def offer_accounts(
    *, site: Site, offers: wire_offers.Offers, actor: SystemActor
) -> wire_offers.OffersAnswer:
    """Let accounts wait for staff; offering one again brings its record up to date."""
    refused = {item.account: why for item in offers.accounts if (why := _why_not(site, item))}
    for item in offers.accounts:
        if item.account not in refused:
            OfferedAccount.objects.update_or_create(
                site=site,
                account=item.account,
                defaults={"offer": item.model_dump(mode="json"), "offered_at": timezone.now()},
            )
    waiting = tuple(item.account for item in offers.accounts if item.account not in refused)
    return wire_offers.OffersAnswer(waiting=waiting, refused=refused)


@action
def decline_offer(*, offer_id: int, actor: User) -> None:
    """Take an account off the list; the site may offer it again."""
    OfferedAccount.objects.filter(pk=offer_id).delete()


@action
def adopt_account(
    *,
    offer_id: int,
    target: Project | NewProject,
    addresses: Mapping[str, str],
    ends_on: date,
    reason: str,
    actor: User,
) -> Allocation:
    """Bring an offered account under a project; `addresses` says who its users are.

    A user without an address stays as recorded. An unknown address is invited.
    """
    offer = OfferedAccount.objects.select_for_update().filter(pk=offer_id).first()
    if offer is None:
        raise StateError(_("This account has been adopted or declined meanwhile."))
    found = wire_offers.OfferedAccount.model_validate(offer.offer)
    why_not = _why_not(offer.site, found)
    if why_not:
        raise RefusedError(_("This account cannot be adopted: it %(why)s.") % {"why": why_not})
    people = _people(found, addresses)
    if isinstance(target, NewProject):
        project = _new_project(offer, target, people, reason, actor)
    else:
        project = _existing_project(offer, target, found, actor)
    for username, person in people.items():
        _take_over(found, username, person)
        join_project(project, person, Membership.Role.MEMBER)
    allocation = _allocation(offer, project, found, ends_on)
    _record_members(allocation, found, addresses)
    for address in sorted(set(addresses.values()) - {person.email for person in people.values()}):
        send_invitation(project.application, address, actor)
    offer.delete()
    wake_sites([offer.site])
    return allocation


@action
def release_account(*, allocation_id: int, reason: str, actor: User) -> Allocation:
    """Give an adopted account back to its site as it is; what it used stays with the project."""
    allocation = (
        Allocation.objects.select_for_update(of=["self"])
        .select_related("site", "project")
        .get(pk=allocation_id)
    )
    if allocation.adopted_at is None or allocation.released_at is not None:
        raise StateError(_("Only an account that was adopted can be given back."))
    if not reason.strip():
        raise RefusedError(_("Give a reason: the members read it."))
    allocation.released_at = timezone.now()
    allocation.released_because = reason
    allocation.history_wanted = False
    allocation.save(update_fields=["released_at", "released_because", "history_wanted"])
    wake_sites([allocation.site])
    return allocation


def projects_for(site: Site, actor: User) -> QuerySet[Project]:
    """Projects that could be given an account at a site: not there yet, and not the actor's own."""
    there = Allocation.objects.current().filter(site=site).values("project")
    own = Membership.objects.filter(user=actor, left_at=None).values("project")
    return Project.objects.exclude(pk__in=there).exclude(pk__in=own).order_by("name")


def known_person(member: wire_offers.OfferedMember) -> User | None:
    """Who has this user name and number already, if anybody has both."""
    if member.uid is None:
        return None
    identity = UnixIdentity.objects.filter(username=member.username, uid=member.uid).first()
    return identity.user if identity else None


def _why_not(site: Site, found: wire_offers.OfferedAccount) -> str:
    """What the portal has against an account, whatever the site says; empty if nothing."""
    if found.account == ROOT:
        return _("is Slurm's own")
    if Allocation.objects.current().filter(site=site, account_name=found.account).exists():
        return _("is in Belfry already")
    if not site.partitions.filter(name__in=found.partitions).exists():
        return _("is let into no partition that Belfry knows at %(site)s") % {"site": site}
    return ""


def _people(found: wire_offers.OfferedAccount, addresses: Mapping[str, str]) -> dict[str, User]:
    """The known people behind addresses, by user name."""
    usernames = {member.username for member in found.members}
    people: dict[str, User] = {}
    seen: dict[str, str] = {}
    for username, address in addresses.items():
        if username not in usernames:
            raise RefusedError(_("%(username)s is not in this account.") % {"username": username})
        if address in seen:
            raise MemberError(
                username, _("This is the address of %(other)s.") % {"other": seen[address]}
            )
        seen[address] = username
        person = User.objects.filter(email=address).first()
        if person is not None:
            people[username] = person
    return people


def _new_project(
    offer: OfferedAccount,
    target: NewProject,
    people: Mapping[str, User],
    reason: str,
    actor: User,
) -> Project:
    """A project with an application that says where it comes from."""
    leader = people.get(target.leader)
    if leader is None:
        raise MemberError(
            target.leader, _("The leader needs the address of somebody who has signed up.")
        )
    if leader == actor:
        raise RefusedError(_("Nobody gives an account to themselves; ask a colleague."))
    found = wire_offers.OfferedAccount.model_validate(offer.offer)
    _take_over(found, target.leader, leader)
    application = Application.objects.create(
        reference=next_reference(timezone.localdate().year),
        track=target.track,
        applicant=leader,
        organisation=target.organisation,
        title=target.title,
        purpose=_("Adopted: account %(account)s was at %(site)s before Belfry.")
        % {"account": offer.account, "site": offer.site},
        state=ApplicationState.ACCEPTED,
        submitted_at=timezone.now(),
    )
    Transition.objects.create(
        application=application, state=application.state, reason=reason, actor=actor
    )
    Decision.objects.create(
        application=application,
        outcome=ApplicationState.APPROVED,
        reason=reason,
        decided_by=actor,
    )
    return start_project(application)


def _existing_project(
    offer: OfferedAccount, project: Project, found: wire_offers.OfferedAccount, actor: User
) -> Project:
    if Permission.PROJECT_MANAGE not in permissions_on_project(actor, project):
        raise RefusedError(_("Nobody gives an account to themselves; ask a colleague."))
    if Allocation.objects.current().filter(project=project, site=offer.site).exists():
        raise RefusedError(
            _("%(project)s has an account at %(site)s already.")
            % {"project": project, "site": offer.site}
        )
    uids = {member.username: member.uid for member in found.members}
    parts = project.memberships.filter(left_at=None).select_related("user__unix_identity")
    for part in parts:
        identity = part.user.unix_identity
        if uids.get(identity.username, identity.uid) != identity.uid:
            raise MemberError(
                identity.username,
                _("%(person)s of this project has this name, but another number.")
                % {"person": part.user},
            )
    return project


def _take_over(found: wire_offers.OfferedAccount, username: str, person: User) -> None:
    uid = next(member.uid for member in found.members if member.username == username)
    if uid is None:
        raise MemberError(
            username, _("The site does not know this user any more: leave the address empty.")
        )
    try:
        take_over_identity(person, username=username, uid=uid)
    except IdentityTakenError as error:
        raise MemberError(username, str(error)) from error


def _allocation(
    offer: OfferedAccount, project: Project, found: wire_offers.OfferedAccount, ends_on: date
) -> Allocation:
    """The account as the project's allocation; one that was given back comes to life again."""
    allocation, _created = Allocation.objects.update_or_create(
        project=project,
        site=offer.site,
        defaults={
            "account_name": found.account,
            "starts_on": timezone.localdate(),
            "ends_on": ends_on,
            "adopted_at": timezone.now(),
            "site_limits": found.limits | {"QOS": ",".join(sorted(found.qos))},
            "history_wanted": True,
            "is_offered": False,
            "released_at": None,
            "released_because": "",
            "active_since": None,
        },
    )
    allocation.partitions.set(offer.site.partitions.filter(name__in=found.partitions))
    return allocation


def _record_members(
    allocation: Allocation, found: wire_offers.OfferedAccount, addresses: Mapping[str, str]
) -> None:
    allocation.recorded_members.all().delete()
    RecordedMember.objects.bulk_create(
        RecordedMember(
            allocation=allocation,
            username=member.username,
            uid=member.uid,
            email=addresses.get(member.username, ""),
        )
        for member in found.members
    )
