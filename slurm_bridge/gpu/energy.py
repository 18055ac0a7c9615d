"""How much energy a GPU used between two samples. Pure."""

from slurm_bridge.gpu.samples import Sample

# More than any GPU can draw: a counter that has grown faster has not counted.
MOST_WATTS = 5_000


def joules_between(before: Sample, after: Sample) -> float | None:
    """By the GPU's counter, or by its power where that has begun anew; None where neither tells."""
    seconds = after.at_seconds - before.at_seconds
    if before.energy_joules is not None and after.energy_joules is not None:
        joules = after.energy_joules - before.energy_joules
        if 0 <= joules <= MOST_WATTS * seconds:
            return joules
    if after.power_watts is None or not 0 <= after.power_watts <= MOST_WATTS:
        return None
    return after.power_watts * seconds
