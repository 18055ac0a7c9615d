"""Every write is an action with an actor; PostgreSQL triggers keep the trail.

`action` makes a function one transaction whose every row change is recorded, append-only, with
the actor and the name of the action.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import pghistory
from django.db import transaction

from accounts.models import User

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class SystemActor:
    """Something that acts without being a person: a site's bridge, a nightly job, a command."""

    name: str

    def __str__(self) -> str:
        return self.name


Actor = User | SystemActor


def actor_label(actor: Actor) -> str:
    """How the audit trail names an actor."""
    return actor.email if isinstance(actor, User) else actor.name


def person_or_none(actor: Actor) -> User | None:
    """The actor where it is a person, for columns that point at people."""
    return actor if isinstance(actor, User) else None


def action(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """One transaction, audited under the keyword argument `actor`."""

    @wraps(function)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        actor = cast(Actor, kwargs["actor"])
        context: dict[str, Any] = {"actor": actor_label(actor), "action": function.__name__}
        if isinstance(actor, User):
            context["user"] = actor.pk
        with transaction.atomic(), pghistory.context(**context):
            return function(*args, **kwargs)

    return run
