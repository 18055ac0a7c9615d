"""Whether Slurm would take a job of a member, asked as that member; nothing is queued."""

import pwd
from dataclasses import dataclass

from slurm_bridge.as_root import AsRoot
from slurm_bridge.slurm.interface import Answer, TestSubmission


@dataclass(frozen=True)
class Submissions:
    """Test submissions to one cluster; only root may make them in the name of others."""

    as_root: AsRoot
    cluster: str

    def would_accept(self, submission: TestSubmission) -> Answer:
        """Slurm's answer, in its own words where it refuses."""
        try:
            pwd.getpwnam(submission.username)
        except KeyError:
            return Answer(False, f"user {submission.username} does not exist on this host")
        words = (self.cluster, submission.username, submission.account, submission.partition)
        result = self.as_root.attempt("test-submission", *words)
        return Answer(True) if result.code == 0 else Answer(False, result.reason)
