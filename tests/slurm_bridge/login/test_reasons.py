"""Slurm's words, each with an explanation."""

import pytest

from slurm_bridge.login.reasons import ENDS, REASONS, explained, explained_end, is_about_gpu_time

_LIMIT_NAMES = """
    GrpCpuLimit GrpCPUMinutesLimit GrpCPURunMinutesLimit GrpJobsLimit GrpMemLimit GrpNodeLimit
    GrpSubmitJobsLimit GrpWallLimit GrpUnknown GrpUnknownMinutes GrpMemMinutes
    GrpMemoryRunMinutes GrpNodeMinutes GrpEnergy GrpGRES GrpGRESMinutes GrpGRESRunMinutes
    GrpLicense GrpBB GrpBilling GrpBillingMinutes GrpBillingRunMinutes MaxJobsLimit
    MaxSubmitJobLimit MaxCpuPerJobLimit MaxCpuMinutesPerJobLimit MaxNodePerJobLimit
    MaxWallDurationPerJobLimit MaxCpuPerUserLimit MaxJobsPerUserLimit MaxSubmitJobPerUserLimit
    MaxGRESPerJob MaxGRESPerNode MaxGRESPerUser MaxGRESMinutesPerJob MaxBBPerJob
    MinCpuNotSatisfied MinGRES MinMemory MaxUnknownPerNode MaxGRESPerAccount
    MaxJobsPerAccountLimit
"""
# What 22.05 and 26.05 can give as the reason of a pending job that concerns a limit.
LIMITS = [whose + limit for whose in ("Assoc", "QOS") for limit in _LIMIT_NAMES.split()]


@pytest.mark.parametrize("reason", LIMITS)
def test_every_limit_is_explained_with_something_to_do(reason: str) -> None:
    told = explained(reason)
    assert not told.meaning.startswith("Slurm says")
    assert told.todo


def test_budget_that_is_short_is_told_from_gpus_in_use() -> None:
    assert is_about_gpu_time("QOSGrpGRESMinutes")
    assert "budget has left" in explained("QOSGrpGRESMinutes").meaning
    assert not is_about_gpu_time("QOSGrpGRES")
    assert "uses as much at once as it may: GPUs" in explained("QOSGrpGRES").meaning
    assert "one job: GPUs" in explained("AssocMaxGRESPerJob").meaning
    assert "jobs at once as you may" in explained("QOSMaxJobsPerUserLimit").meaning


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("ReqNodeNotAvail, UnavailableNodes:zellik-gpu[1-2]", "ReqNodeNotAvail"),
        ("ReqNodeNotAvail(Unavailable:n1)", "ReqNodeNotAvail"),
        ("Resources", "Resources"),
        ("launch failed requeued held", "launch failed requeued held"),
        ("Dependency", "Dependency"),
    ],
)
def test_details_that_slurm_adds_do_not_matter(reason: str, word: str) -> None:
    assert explained(reason) == REASONS[word]


def test_word_that_is_not_known_is_shown_as_it_is() -> None:
    assert explained("BrandNewReason").meaning == "Slurm says: BrandNewReason"
    assert explained_end("SPECIAL").meaning == "Slurm says: SPECIAL"


def test_each_explanation_is_a_sentence() -> None:
    for told in [*REASONS.values(), *ENDS.values()]:
        assert told.meaning.endswith(".")
        assert told.meaning[0].isupper()
