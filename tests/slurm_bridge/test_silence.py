"""A slurmctld that is away is waited for once, not once for each question."""

from pathlib import Path

import pytest

from slurm_bridge.errors import TransientSlurmTimeoutError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.silence import PAUSE_SECONDS, TRIED_IN_VAIN_SECONDS, Silence
from tests.slurm_bridge.programs import write_program
from tests.slurm_bridge.worlds import Clock

ASKED = ("scontrol", "show", "nodes")
SUBMISSION = ("sudo", "-n", "/usr/local/sbin/belfry-root", "test-submission", "zellik")


@pytest.fixture
def silence() -> Silence:
    return Silence(clock=Clock())


def test_nobody_waits_again_until_the_pause_is_over(silence: Silence) -> None:
    silence.note(ASKED, TRIED_IN_VAIN_SECONDS, failed=True)
    assert silence.covers(("squeue",))
    assert silence.covers(SUBMISSION)
    silence.clock.sleep(PAUSE_SECONDS)  # type: ignore[attr-defined]
    assert not silence.covers(("squeue",))


def test_slurmdbd_and_the_host_are_asked_all_the_same(silence: Silence) -> None:
    silence.note(ASKED, TRIED_IN_VAIN_SECONDS, failed=True)
    for args in (("sacctmgr", "show", "qos"), ("sacct",), ("sudo", "belfry-root", "check")):
        assert not silence.covers(args)


@pytest.mark.parametrize(
    ("args", "seconds", "failed"),
    [
        (ASKED, TRIED_IN_VAIN_SECONDS - 1, True),
        (ASKED, 60, False),
        (("sacctmgr", "show", "qos"), 60, True),
    ],
)
def test_a_refusal_a_slow_answer_and_a_slow_slurmdbd_are_no_silence(
    silence: Silence, args: tuple[str, ...], seconds: float, failed: bool
) -> None:
    silence.note(args, seconds, failed=failed)
    assert not silence.covers(ASKED)


def test_first_answer_ends_the_silence(silence: Silence) -> None:
    silence.note(ASKED, TRIED_IN_VAIN_SECONDS, failed=True)
    silence.note(ASKED, 0.1, failed=False)
    assert not silence.covers(ASKED)


def test_question_after_one_in_vain_fails_at_once_and_starts_nothing(tmp_path: Path) -> None:
    write_program(tmp_path, "scontrol", "exec sleep 60")
    commands = Commands(slurm_bin=tmp_path, timeout_seconds=0.2, silence=Silence(clock=Clock()))
    commands.silence.until = 0
    with pytest.raises(TransientSlurmTimeoutError):
        commands.attempt(*ASKED)
    assert not commands.silence.covers(ASKED)  # 0.2 s say nothing yet.
    commands.silence.note(ASKED, TRIED_IN_VAIN_SECONDS, failed=True)

    result = commands.attempt(*ASKED)

    assert (result.code, commands.started) == (1, 1)
    assert "did not answer a moment ago" in result.reason
