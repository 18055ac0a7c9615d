"""The terms of the contract: names, numbers, and what a message is."""

import re
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

_WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_as_a_day(value: object) -> object:
    """Refuse what pydantic would otherwise read as a day: epoch seconds, a time, a boolean."""
    if type(value) is date or (isinstance(value, str) and _WRITTEN_DAY.fullmatch(value)):
        return value
    raise ValueError("a day is written as 2026-03-31")


# Names are lower-cased by Slurm's database, so only lower case is ever sent.
SlurmName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
UnixName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
# Users as accounts had them before Belfry, whatever their sites' habits.
KnownUser = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$")]
PartitionName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
OwnerMark = Annotated[str, StringConstraints(pattern=r"^belfry-[a-z0-9-]{1,48}$")]
# A kind and Base64, without options or comment: it goes into authorized_keys as it is.
KeyLine = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9@.-]{1,60} [A-Za-z0-9+/]{1,8000}={0,2}$")
]
# One job, one task of an array (12_3), or one part of a heterogeneous job (12+1).
JobId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}([_+][0-9]{1,10})?$")]
PlanId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Mode = Literal["plan_only", "create_only", "full"]
"""How much a bridge does by itself: nothing, only what is new, or everything."""
Day = Annotated[date, BeforeValidator(_written_as_a_day)]
"""A date, and on the wire nothing but its ISO form."""
Epoch = Annotated[int, Field(strict=True, ge=0, le=253_402_300_799)]
Count = Annotated[int, Field(strict=True, ge=0, le=2**53)]

Item = TypeVar("Item", bound=str)
# A set's own order differs from process to process; what is sent, or hashed, must not.
SetOf = Annotated[frozenset[Item], PlainSerializer(sorted, return_type=list[str])]


class Message(BaseModel):
    """A value of the contract: immutable, and closed to unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)
