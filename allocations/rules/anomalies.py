"""What is far from usual, by rules that can be said in a sentence. Pure."""

TIMES_USUAL = 3
LEAST_HOURS = 100
LEAST_JOBS = 20
FAILED_SHARE = 0.5
LEAST_WAIT_SECONDS = 1800


def is_far_above_usual(*, hours: float, usual_hours: float) -> bool:
    """Whether a day used over three times the usual, and enough that it matters."""
    return hours >= LEAST_HOURS and hours > TIMES_USUAL * usual_hours


def has_many_failures(*, failed: int, ended: int) -> bool:
    """Whether half or more of at least twenty jobs failed."""
    return ended >= LEAST_JOBS and failed >= FAILED_SHARE * ended


def is_wait_far_above_usual(*, seconds: float | None, usual_seconds: float | None) -> bool:
    """Whether jobs wait over three times as long as usual, and over half an hour."""
    if seconds is None or usual_seconds is None:
        return False
    return seconds >= LEAST_WAIT_SECONDS and seconds > TIMES_USUAL * usual_seconds
