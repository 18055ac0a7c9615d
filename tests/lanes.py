"""Which of pytest-xdist's processes runs which file, so that none waits while processors idle.

The first begins with what keeps a processor busy, the others with what mostly waits for Slurm and
needs a testbed of its process; whoever has done all of its kind goes on with the other.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WAITING_FOR_SLURM = (
    "tests/end_to_end/",  # first and together, since a process starts the stack for them once
    "tests/slurm_bridge/",
    "tests/deploy/test_testbed_clusters",
)
# None of these may be what everybody else waits for in the end.
LONG = (
    "tests/portal/test_each_track",
    "tests/portal/test_permission_matrix",
    "tests/portal/test_hostile_fields",
    "tests/portal/test_accessibility_",
    "tests/deploy/",
    "tests/allocations/test_bridge_api_schema",
    "tests/allocations/test_review_paths",
    "tests/portal/test_menus",
)
ORDER = WAITING_FOR_SLURM + LONG
FIRST_PROCESS = "gw0"


def place(nodeid: str) -> int:
    """Where a test's file stands in the order of the suite."""
    return next((n for n, name in enumerate(ORDER) if nodeid.startswith(name)), len(ORDER))


class TwoLanes(LoadFileScheduling):
    """Hands out whole files, to each process of its own kind first."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        waits = node.gateway.id != FIRST_PROCESS
        own = (file for file in self.workqueue if file.startswith(WAITING_FOR_SLURM) == waits)
        self.workqueue.move_to_end(next(own, next(iter(self.workqueue))), last=False)
        super()._assign_work_unit(node)


def scheduler(config: pytest.Config, log: Producer) -> TwoLanes | None:
    """What hands out files under `--dist loadfile`."""
    return TwoLanes(config, log) if config.getoption("dist") == "loadfile" else None
