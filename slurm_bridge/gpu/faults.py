"""What is wrong with a node's figures, in the words of the contract."""

from slurm_bridge.errors import TransientError
from slurm_bridge.wire_gpu import FindingKind

LONGEST_DETAIL = 300


class NodeFaultError(TransientError):
    """A node's answer, or a figure in it, cannot be used; the next one may be better."""

    def __init__(self, kind: FindingKind, detail: str) -> None:
        super().__init__(detail)
        self.kind: FindingKind = kind

    @property
    def detail(self) -> str:
        """One short line without what a database would refuse."""
        words = "".join(char if char.isprintable() else " " for char in str(self))
        return words.encode("utf-8", "replace").decode()[:LONGEST_DETAIL]
