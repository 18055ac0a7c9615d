"""What the API answers; amounts are whole GPU-seconds, and null is “no data”."""

from datetime import date
from typing import Annotated, Generic, TypeVar

from ninja import Query, Schema
from pydantic import Field

from slurm_bridge.wire_terms import Day

Item = TypeVar("Item")

MOST_ITEMS = 500
PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="From 1 on.")]
PageSize = Annotated[int, Query(ge=1, le=MOST_ITEMS)]


class Page(Schema, Generic[Item]):
    """Some of the items; `next_page` is null on the last page."""

    items: list[Item]
    count: int
    next_page: int | None


class Figure(Schema):
    """One number of the programme; an empty part is the whole."""

    divided_by: str
    part: str
    part_name: str
    key: str
    name: str
    unit: str
    value: float | None


class Definition(Schema):
    """What a figure means."""

    key: str
    name: str
    definition: str
    unit: str
    source: str


class AllocationAnswer(Schema):
    """What a project has at a site."""

    site: str
    account: str
    state: str
    starts_on: date
    ends_on: date
    granted_gpu_seconds: int
    used_gpu_seconds: int | None


class ProjectAnswer(Schema):
    """A project and all that it has."""

    name: str
    title: str
    organisation: str
    track: str
    allocations: list[AllocationAnswer]


class DayOfUse(Schema):
    """What one user of a project used at a site on one UTC day."""

    day: date
    site: str
    username: str
    gpu_seconds: int
    cpu_seconds: int
    jobs: int


class ProgrammeQuery(Schema):
    """What of the programme is asked for; left out, nothing is."""

    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")
    site: str = ""
    track: str = ""
    region: str = ""
    kind: str = Field("", alias="organisation_type")
    by: str = "month"
