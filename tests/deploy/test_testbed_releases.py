"""Which Slurm each site of a testbed runs, and the folder of the newest one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.testbed import lane, newest_build
from deploy.testbed.errors import NewestUnavailableError, UsageError
from deploy.testbed.layout import CHARLEROI, ZELLIK, Layout
from deploy.testbed.newest_folder import NewestSlurm
from deploy.testbed.progress import Progress
from deploy.testbed.releases import EVERYWHERE, newest_sites
from deploy.testbed.settings import choose_settings, has_newest_slurm
from deploy.testbed.shell import login_environment
from deploy.testbed.slurm import slurmctld_service, slurmdbd_service
from deploy.testbed.slurm_files import partitions_conf

CHARLEROI_ONLY = frozenset({"charleroi"})


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path, 30000)


@pytest.mark.parametrize(
    ("words", "newest"),
    [
        ([], frozenset()),
        (["debian"], frozenset()),
        (["newest"], EVERYWHERE),
        (["charleroi=newest"], CHARLEROI_ONLY),
        (["newest", "zellik=debian"], CHARLEROI_ONLY),
    ],
)
def test_a_site_runs_what_was_asked_for_it_last(words: list[str], newest: frozenset[str]) -> None:
    assert newest_sites(words) == newest


@pytest.mark.parametrize("word", ["24.11", "namur=newest", "zellik=", "=newest"])
def test_what_there_is_not_is_refused_by_name(word: str) -> None:
    with pytest.raises(UsageError, match="There is no"):
        newest_sites([word])


def test_releases_too_far_apart_get_a_slurmdbd_each(layout: Layout) -> None:
    with pytest.raises(UsageError, match="slurmdbd serves"):
        choose_settings(layout, "shared", False, CHARLEROI_ONLY)

    assert choose_settings(layout, None, False, CHARLEROI_ONLY).slurmdbd == "each"
    assert has_newest_slurm(layout, CHARLEROI)
    assert not has_newest_slurm(layout, ZELLIK)
    assert not has_newest_slurm(layout, None)


def test_what_stands_there_keeps_its_releases(layout: Layout) -> None:
    choose_settings(layout, None, False, EVERYWHERE)

    assert choose_settings(layout, None, False).newest == EVERYWHERE
    with pytest.raises(UsageError, match="zellik newest"):
        choose_settings(layout, None, False, CHARLEROI_ONLY)


def test_only_the_newest_slurm_is_run_under_its_own_folder(layout: Layout) -> None:
    choose_settings(layout, None, False, CHARLEROI_ONLY)

    def folder_of(command: tuple[str, ...]) -> bool:
        return any("belfry-slurm-" in word for word in command)

    assert folder_of(slurmctld_service(layout, CHARLEROI).command)
    assert folder_of(slurmdbd_service(layout, CHARLEROI).command)
    assert not folder_of(slurmctld_service(layout, ZELLIK).command)
    assert "belfry-slurm-" in login_environment(layout, CHARLEROI, "root")["PATH"]
    assert "belfry-slurm-" not in login_environment(layout, ZELLIK, "root")["PATH"]


def test_partitions_of_the_newest_are_closed_by_an_account_without_children(
    layout: Layout,
) -> None:
    choose_settings(layout, None, False, CHARLEROI_ONLY)

    assert "AllowAccounts=belfry_closed " in partitions_conf(layout, CHARLEROI)
    assert "AllowAccounts=root " not in partitions_conf(layout, CHARLEROI).split("\nPart", 1)[1]
    assert "AllowAccounts=root " in partitions_conf(layout, ZELLIK)


@pytest.fixture
def newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewestSlurm:
    """A folder that is nobody else's, made of nothing."""
    slurm = NewestSlurm(tmp_path / "slurm")
    monkeypatch.setattr(newest_build, "newest_slurm", lambda: slurm)
    monkeypatch.setattr(newest_build, "require_namespaces", lambda: None)
    monkeypatch.setattr(newest_build, "install", lambda _slurm, _log: None)
    monkeypatch.setattr(newest_build, "write_commands", lambda _slurm, _final: None)
    monkeypatch.setattr(newest_build, "run_logged", lambda *_: "slurm 26.05.5\n")
    return slurm


def bootstrap(*, fails: bool) -> Callable[[NewestSlurm, Path], None]:
    def make(slurm: NewestSlurm, _log: Path) -> None:
        slurm.root.mkdir()
        if fails:
            raise NewestUnavailableError("Debian forky could not be had.")

    return make


def test_a_folder_that_was_not_finished_is_made_anew(
    newest: NewestSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest_build, "bootstrap", bootstrap(fails=True))
    with pytest.raises(NewestUnavailableError):
        newest_build.make_newest_slurm(Progress())
    assert not newest.root.exists()

    monkeypatch.setattr(newest_build, "bootstrap", bootstrap(fails=False))
    newest_build.make_newest_slurm(Progress())
    newest_build.make_newest_slurm(Progress())
    assert newest.complete.read_text() == "26.05.5\n"


def test_where_the_newest_cannot_be_had_the_last_lines_say_so_and_nothing_fails(
    newest: NewestSlurm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(newest_build, "bootstrap", bootstrap(fails=True))

    assert lane.main() == 0

    last = capsys.readouterr().out.splitlines()[-6:]
    assert last[0].startswith("!!!!!!!!")
    assert "The newest Slurm was NOT tested." in last[1]
    assert "Debian forky could not be had." in last
