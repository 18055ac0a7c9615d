"""The endpoints of the contract, one function each."""

import re
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, NinjaAPI, Query, Status

from allocations.actions.account_names import rename_taken_accounts
from allocations.actions.adoption import offer_accounts
from allocations.actions.counters import record_counters
from allocations.actions.lease import lend_site
from allocations.actions.sync import record_heartbeat, record_report
from allocations.actions.usage import record_jobs
from allocations.bridge.audit import router as audit_router
from allocations.bridge.body import BridgeParser
from allocations.bridge.callers import bridge_of, refuse_other_cluster, site_of
from allocations.bridge.errors import ERRORS, answer_errors
from allocations.bridge.gpu import router as gpu_router
from allocations.bridge.job_rows import sorted_out
from allocations.bridge.long_poll import wait_for_change
from allocations.bridge.plausible import (
    delivered_by_our_clock,
    read_by_our_clock,
    refuse_future_report,
)
from allocations.bridge.tokens import SiteTokenAuth
from slurm_bridge.wire import (
    DesiredState,
    Heartbeat,
    HeartbeatAnswer,
    LeaseAnswer,
    LeaseRequest,
    SyncReport,
)
from slurm_bridge.wire_accounting import AnyBatch, CounterReading, Watermark
from slurm_bridge.wire_offers import Offers, OffersAnswer

api = NinjaAPI(
    title="Belfry for site bridges",
    version="1",
    description="What a site's slurm-bridge asks of the portal and tells it.",
    auth=SiteTokenAuth(),
    parser=BridgeParser(),
    urls_namespace="bridge",
    docs_url=None,
)

answer_errors(api)
api.add_router("", audit_router)
api.add_router("", gpu_router)

Wait = Annotated[float, Query(ge=0, allow_inf_nan=False, description="Seconds; 25 at most count.")]
KnownTag = Annotated[str, Header(alias="If-None-Match", description="The ETag that is known.")]


@api.get("/desired-state", response={200: DesiredState, 304: None, **ERRORS})
def get_desired_state(
    request: HttpRequest, response: HttpResponse, wait: Wait = 0, known_tag: KnownTag = ""
) -> Status[DesiredState | None]:
    """All that Belfry wants of the site; waits for news while If-None-Match names all of it."""
    known = _revision(known_tag)
    state = wait_for_change(site_of(request), known_revision=known, seconds=wait)
    response["Cache-Control"] = "private, no-cache"
    if state is None:
        response["ETag"] = f'"{known}"'
        return Status(304, None)
    response["ETag"] = f'"{state.revision}"'
    return Status(200, state)


@api.post("/sync-results", response={204: None, **ERRORS})
def post_sync_results(request: HttpRequest, report: SyncReport) -> Status[None]:
    """What a cycle planned and did, and how Slurm is now."""
    site = site_of(request)
    if report.actual is not None:
        refuse_other_cluster(site, report.actual.cluster)
    refuse_future_report(report)
    record_report(site=site, report=report, actor=bridge_of(site))
    taken = [item.taken_account for item in report.conflicts if item.taken_account]
    if taken:
        rename_taken_accounts(site=site, names=taken, actor=bridge_of(site))
    return Status(204, None)


@api.post("/jobs", response={200: Watermark, **ERRORS}, exclude_defaults=True)
def post_jobs(request: HttpRequest, delivery: AnyBatch) -> Watermark:
    """Jobs of the site's accounting; sending them again changes nothing.

    A row that is no JobRow, or that cannot be, is set aside with the reason; the others are taken.
    """
    site = site_of(request)
    batch, bad = sorted_out(delivered_by_our_clock(delivery))
    return record_jobs(site=site, batch=batch, bad_rows=bad, actor=bridge_of(site))


@api.post("/adoptions", response={200: OffersAnswer, **ERRORS})
def post_adoptions(request: HttpRequest, offers: Offers) -> OffersAnswer:
    """Accounts that the site had before Belfry; they wait until staff adopt or decline them."""
    site = site_of(request)
    refuse_other_cluster(site, offers.cluster)
    return offer_accounts(site=site, offers=offers, actor=bridge_of(site))


@api.post("/budget-counters", response={204: None, **ERRORS})
def post_counters(request: HttpRequest, reading: CounterReading) -> Status[None]:
    """How much of each budget is gone, as Slurm counts it."""
    site = site_of(request)
    record_counters(site=site, reading=read_by_our_clock(reading), actor=bridge_of(site))
    return Status(204, None)


@api.post("/heartbeat", response={200: HeartbeatAnswer, **ERRORS})
def post_heartbeat(request: HttpRequest, heartbeat: Heartbeat) -> HeartbeatAnswer:
    """How the site is."""
    site = site_of(request)
    refuse_other_cluster(site, heartbeat.cluster)
    record_heartbeat(site=site, heartbeat=heartbeat, actor=bridge_of(site))
    return HeartbeatAnswer(portal_time=int(timezone.now().timestamp()))


@api.post("/lease", response={200: LeaseAnswer, **ERRORS})
def post_lease(request: HttpRequest, lease: LeaseRequest) -> LeaseAnswer:
    """Lend the right to write to the site to one of its bridges at a time."""
    site = site_of(request)
    return lend_site(site=site, request=lease, actor=bridge_of(site))


def _revision(tag: str) -> str | None:
    """The revision in an entity tag, also in one that a proxy has made weak."""
    found = re.match(r'\s*(?:W/)?"([^"]+)"', tag)
    return found[1] if found else None
