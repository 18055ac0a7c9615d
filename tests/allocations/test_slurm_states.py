"""What a site's Slurm has is taken over by name when a portal is upgraded."""

from importlib import import_module
from typing import Any

import pytest

from allocations.slurm_states import by_name
from slurm_bridge.wire import ActualAccount, ActualQos, ActualState, ActualUser

MIGRATION = import_module("allocations.migrations.0009_slurm_states")
ACTUAL = ActualState(
    cluster="zellik",
    read_at=1_800_000_000,
    users=(ActualUser(username="apeeters", uid=520_000),),
    qos=(ActualQos(name="normal"),),
    accounts=(ActualAccount(name="root", parent=""),),
)


def test_a_state_is_taken_over_as_it_is_kept_from_then_on() -> None:
    assert MIGRATION.by_name(ACTUAL.model_dump(mode="json")) == by_name(ACTUAL)


@pytest.mark.parametrize(
    "state",
    [
        {},
        [],
        "odd",
        {"read_at": None},
        {"read_at": 10**30},
        {"read_at": 1, "accounts": [{"odd": 1}]},
        {"read_at": 1, "users": ["odd"]},
        {"read_at": 1, "qos": [{"name": ["odd"]}]},
    ],
)
def test_a_state_that_cannot_be_read_stops_no_upgrade(state: Any) -> None:
    assert MIGRATION.by_name(state) is None
