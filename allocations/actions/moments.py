"""Times as the bridges tell them."""

from datetime import UTC, datetime


def moment(epoch: int) -> datetime:
    """An aware UTC time from epoch seconds."""
    return datetime.fromtimestamp(epoch, UTC)
