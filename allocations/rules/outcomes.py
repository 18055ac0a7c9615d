"""Which ends of a job are no failure. Pure."""

GOOD_ENDS = ("COMPLETED", "CANCELLED", "REQUEUED", "PREEMPTED")
"""Whatever else Slurm says at the end of a run is a failure."""
