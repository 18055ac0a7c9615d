"""The wait-list: awards that are granted, oldest first, as GPU-hours return to the pools."""

import logging

from django_tasks import task

from accounts.audit import SystemActor, action
from allocations.actions.award_terms import awards_of
from allocations.actions.decisions import award
from allocations.actions.proposals import close
from allocations.actions.transitions import lock_application
from allocations.errors import AllocationsError
from allocations.models import Application, Project, ProposedAward
from allocations.states import ApplicationState

log = logging.getLogger(__name__)

WAIT_LIST = SystemActor("wait-list")


@task()
def fill_wait_list_soon() -> None:
    """Grant what fits now."""
    fill_wait_list()


def hours_returned() -> None:
    """Look at the wait-list after this action, if anybody waits; call it inside an action."""
    if Application.objects.filter(state=ApplicationState.WAITLISTED).exists():
        fill_wait_list_soon.enqueue()


def fill_wait_list() -> list[Project]:
    """Grant each waiting award that the pools can pay; nobody overtakes another at one site.

    Otherwise small awards would starve a large one.
    """
    waiting = ProposedAward.objects.standing().filter(
        application__state=ApplicationState.WAITLISTED
    )
    granted, held_back = [], set[str]()
    # Read whole before anything is granted: each award is a transaction of its own.
    for application_id, terms in list(
        waiting.order_by("proposed_at", "pk").values_list("application_id", "terms")
    ):
        if held_back.isdisjoint(terms):
            project = _try(application_id)
            granted += [project] if project else []
            held_back |= set() if project else set(terms)
    return granted


@action
def grant_waiting(*, application_id: int, actor: SystemActor) -> Project:
    """Grant what waits, as those decided who put it on the list; refused while hours are short."""
    application = lock_application(application_id)
    proposal = application.proposed_awards.standing().select_related("proposed_by").get()
    close(proposal, ProposedAward.Ending.GRANTED)
    awards = awards_of(proposal.terms)
    return award(application, awards, proposal.reason, proposal.proposed_by)


def _try(application_id: int) -> Project | None:
    try:
        return grant_waiting(application_id=application_id, actor=WAIT_LIST)
    except (AllocationsError, ProposedAward.DoesNotExist) as why:
        log.info("application %d stays on the wait-list: %s", application_id, why)
        return None
