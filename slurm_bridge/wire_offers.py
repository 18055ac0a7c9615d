"""Accounts that a site offers for adoption, and the answer; part of the contract in `wire`."""

from typing import Annotated

from pydantic import Field, StringConstraints

from slurm_bridge.wire_terms import KnownUser, Message, PartitionName, SetOf, SlurmName


class OfferedMember(Message):
    """A user of an account that might be adopted; `uid` is None where the host knows none."""

    username: KnownUser
    uid: Annotated[int, Field(strict=True, ge=0, le=2**32)] | None = None


class OfferedAccount(Message):
    """An account that was there before Belfry, as it is."""

    account: SlurmName
    parent: SlurmName
    description: Annotated[str, StringConstraints(max_length=500)] = ""
    members: Annotated[tuple[OfferedMember, ...], Field(max_length=500)] = ()
    qos: SetOf[Annotated[str, StringConstraints(max_length=200)]] = frozenset()
    limits: dict[
        Annotated[str, StringConstraints(max_length=40)],
        Annotated[str, StringConstraints(max_length=400)],
    ] = Field(default_factory=dict, max_length=40)
    """The account's own limits, as Slurm writes them."""
    partitions: tuple[PartitionName, ...] = ()
    """Those that let the account in."""


class Offers(Message):
    """Accounts that the administrator of a site wants to bring under projects."""

    cluster: str
    accounts: Annotated[tuple[OfferedAccount, ...], Field(min_length=1, max_length=200)]


class OffersAnswer(Message):
    """Which of the offers wait for staff now, and why not the others."""

    waiting: tuple[str, ...] = ()
    refused: dict[str, str] = Field(default_factory=dict)
