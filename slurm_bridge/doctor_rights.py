"""Whether the bridge's user has the rights that it needs, and none that it does not."""

import os
import pwd
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.as_root import AsRoot
from slurm_bridge.wire import Finding

INSTALL = "docs/install.md, section Site host"
# QOS, `sacctmgr load` and partitions need this one; Operator is not enough.
NEEDED_LEVEL = "Administrator"


@dataclass(frozen=True)
class Rights:
    """Looks at one bridge's user, and changes nothing."""

    as_root: AsRoot
    cluster: str
    state_dir: Path
    partitions_file: Path | None = None
    makes_people: bool = True
    """Whether the bridge has UNIX users and groups made on this host: `directory` is local."""
    user_name: Callable[[], str] = lambda: pwd.getpwuid(os.geteuid()).pw_name
    user_id: Callable[[], int] = os.geteuid

    def in_slurmdbd(self, levels: Mapping[str, str]) -> Finding:
        """Of the administrator levels of all users that slurmdbd shows."""
        name = self.user_name()
        level = levels.get(name)
        if self.user_id() == 0 or level == NEEDED_LEVEL:
            return _finding("rights in slurmdbd", "ok", f"{name}: {level or 'None'}")
        advice = (
            f"Run `sacctmgr modify user {name} set adminlevel={NEEDED_LEVEL}`."
            if level
            else f"Run `sacctmgr add user {name} account=root cluster={self.cluster}"
            f" adminlevel={NEEDED_LEVEL} maxsubmitjobs=0`."
        )
        found = f"user {name} has admin level {level or 'None'}"
        return _finding("rights in slurmdbd", "error", found, advice)

    def on_host(self) -> Iterator[Finding]:
        """The user, what root does for it, and its folder."""
        yield self._user()
        yield self._by_root()
        yield from self._people_by_root()
        if os.access(self.state_dir, os.W_OK):
            yield _finding("state_dir", "ok", "writable")
        else:
            advice = f"Create it for {self.user_name()}, with mode 0700."
            yield _finding("state_dir", "error", f"{self.state_dir} is not writable", advice)

    def _user(self) -> Finding:
        if self.user_id() != 0:
            return _finding("bridge's user", "ok", self.user_name())
        advice = f"Let it run as a user of its own; {INSTALL}, says how."
        return _finding("bridge's user", "warning", "root", advice)

    def _by_root(self) -> Finding:
        """The sudo rule, and that belfry-root is set up for this very cluster."""
        check, program = "rights on this host", self.as_root.program
        problem = self.as_root.problem()
        if problem:
            people = "no UNIX user is made, " if self.makes_people else ""
            advice = (
                f"Without it {people}no submission is tried, and so no project becomes active."
                f" {INSTALL}, says how to set up {program} and its sudo rule."
            )
            return _finding(check, "error", problem, advice)
        file = self.as_root.partitions_file(self.cluster)
        if file is None:
            advice = f"Add [clusters.{self.cluster}] to /etc/belfry/root.toml; see {INSTALL}."
            return _finding(check, "error", f"{program} knows no {self.cluster}", advice)
        wanted = str(self.partitions_file) if self.partitions_file else ""
        if wanted and file != wanted:
            advice = (
                f'Set partitions_file = "{wanted}" for {self.cluster} in /etc/belfry/root.toml.'
            )
            found = f"{program} may write {file or 'no file of partitions'}, not {wanted}"
            return _finding(check, "error", found, advice)
        return _finding(check, "ok", f"{program} answers")

    def _people_by_root(self) -> Iterator[Finding]:
        """That it makes people where they are made on this host, and nowhere else."""
        check, program = "UNIX users by root", self.as_root.program
        allowed = self.as_root.makes_people()
        if allowed is None:
            return
        if allowed == self.makes_people:
            yield _finding(check, "ok", "allowed" if allowed else "not allowed, and not needed")
        elif allowed:
            advice = "Take uids and gids out of /etc/belfry/root.toml; people is enough."
            found = f"{program} may make them, but they come from another directory"
            yield _finding(check, "warning", found, advice)
        else:
            advice = f"Set uids and gids in /etc/belfry/root.toml; {INSTALL}, says how."
            yield _finding(check, "error", f"{program} may make none", advice)


def _finding(check: str, level: str, found: str, advice: str = "") -> Finding:
    return Finding.model_validate(
        {"check": check, "level": level, "found": found[:2000], "advice": advice}
    )
