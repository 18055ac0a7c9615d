"""The real nvidia-ml-py on a library that plays GPUs from a script."""

import re
from pathlib import Path

import pynvml
import pytest

import slurm_bridge.gpu
from slurm_bridge.gpu.nvml import LibraryReplacedError
from tests.slurm_bridge.gpu.players import Player, uuid

CALLS = sorted(
    {
        name
        for path in Path(slurm_bridge.gpu.__file__).parent.glob("*.py")
        for name in re.findall(r"pynvml\.(nvml[A-Z]\w+)", path.read_text())
        if callable(getattr(pynvml, name)) and name not in {"nvmlShutdown", "nvmlGpmSampleFree"}
    }
)


def test_whole_gpu_tells_all_that_it_can(player: Player) -> None:
    player.gpus(8).lines += [
        "at 0 0 util 75",
        "at 0 0 mem 1024",
        "at 0 0 power 500",
        "at 0 0 clock 1980",
        "at 0 0 temp 61",
        "at 0 0 throttle 4",
        "at 0 0 ecc 2",
        "at 0 0 sm 40",
        "at 0 0 tensor 20",
        "at 0 0 dram 30",
        "at 15 0 sm 60",
        "at 15 0 xid 79",
        "process 0 4242 512 70",
    ]
    assert player.samples(10)[uuid(0)].sm_active is None  # GPM compares two looks.

    samples = player.samples(20)

    sample = samples[uuid(0)]
    assert len(samples) == 8
    assert (sample.gpu.index, sample.gpu.minor, sample.gpu.model) == (0, 7, "H200")
    assert sample.utilisation == 0.75
    assert (sample.memory_used_bytes, sample.memory_total_bytes) == (2**30, 138 * 2**30)
    assert sample.power_watts == 500
    assert sample.energy_joules == pytest.approx(10_000, abs=50)
    assert sample.sm_active == pytest.approx(0.5, abs=0.01)
    assert sample.tensor_active == pytest.approx(0.2)
    assert sample.dram_active == pytest.approx(0.3)
    assert (sample.sm_clock_mhz, sample.memory_clock_mhz) == (1980, 1980)
    assert (sample.temperature_celsius, sample.throttle_reasons) == (61, 4)
    assert (sample.ecc_corrected, sample.ecc_uncorrected, sample.xid) == (0, 2, 79)
    assert [item.pid for item in sample.processes or ()] == [4242]
    assert samples[uuid(1)].utilisation == 0
    assert player.nvml.calls.failed == 0


def test_instance_of_mig_is_a_gpu_of_its_own_and_has_no_data_where_mig_tells_none(
    player: Player,
) -> None:
    player.gpus(2).lines += [
        "mig 1 3 MIG-a 70000",
        "mig 1 4 MIG-b 70000",
        "at 0 1.3 mem 7",
        "at 0 1.3 sm 30",
        "at 0 1 power 400",
    ]
    player.samples(0)

    samples = player.samples(10)

    assert set(samples) == {uuid(0), "MIG-a", "MIG-b"}
    instance = samples["MIG-a"]
    assert (instance.gpu.index, instance.gpu.instance) == (1, 3)
    assert instance.gpu.parent_uuid == uuid(1)
    assert instance.memory_used_bytes == 7 * 2**20
    assert instance.sm_active == pytest.approx(0.3)
    assert instance.utilisation is None
    assert instance.energy_joules is None
    assert instance.power_watts is None


def test_older_gpu_has_no_data_on_activity(player: Player) -> None:
    player.gpus(1).lines += ["no-gpm 0", "at 0 0 util 5", "at 0 0 sm 30"]
    player.samples(0)
    sample = player.samples(10)[uuid(0)]
    assert (sample.utilisation, sample.sm_active) == (0.05, None)


def test_what_the_driver_keeps_for_itself_is_not_used_by_a_job(player: Player) -> None:
    player.gpus(1).lines += ["at 0 0 mem 5"]
    assert player.samples(10)[uuid(0)].memory_used_bytes == 5 * 2**20
    player.lines.append(f"fail nvmlDeviceGetMemoryInfo_v2 {pynvml.NVML_ERROR_FUNCTION_NOT_FOUND}")
    older = player.samples(20)[uuid(0)]
    assert older.memory_used_bytes == 605 * 2**20, "an older driver tells both together"
    assert player.nvml.calls.failed == 0


@pytest.mark.parametrize("code", [pynvml.NVML_ERROR_UNKNOWN, pynvml.NVML_ERROR_NOT_SUPPORTED])
@pytest.mark.parametrize("call", CALLS)
def test_error_of_any_call_ends_nothing(player: Player, call: str, code: int) -> None:
    player.gpus(2).lines += ["at 0 * util 50", "at 0 * mem 5", "process 0 1 5 5", "process 0 2 5 5"]
    player.samples(0)
    symbols = {
        "nvmlDeviceGetCount": "nvmlDeviceGetCount_v2",
        "nvmlDeviceGetHandleByIndex": "nvmlDeviceGetHandleByIndex_v2",
        "nvmlDeviceGetComputeRunningProcesses": "nvmlDeviceGetComputeRunningProcesses_v3",
        "nvmlDeviceGetMemoryInfo": "nvmlDeviceGetMemoryInfo_v2",
        "nvmlInit": "nvmlInitWithFlags",
    }
    player.lines.append(f"fail {symbols.get(call, call)} {code}")
    during = [player.samples(seconds) for seconds in (10, 70, 130)]
    player.lines.pop()

    after = player.samples(500)

    own = {"nvmlDeviceGetUtilizationRates": "utilisation", "nvmlDeviceGetMemoryInfo": "memory"}
    for samples in during:
        for sample in samples.values():
            assert (sample.utilisation is None) == (own.get(call) == "utilisation")
            assert (sample.memory_used_bytes is None) == (own.get(call) == "memory")
    assert set(after) == {uuid(0), uuid(1)}
    assert after[uuid(0)].utilisation == 0.5


def test_lost_gpu_costs_only_itself_and_is_found_again(player: Player) -> None:
    player.gpus(2).lines += ["at 0 * util 50", "at 15 1 lost 1", "at 100 1 lost 0"]
    assert len(player.samples(10)) == 2
    assert set(player.samples(20)) == {uuid(0)}
    assert set(player.samples(30)) == {uuid(0)}
    assert player.nvml.missing == 1
    assert [len(player.samples(seconds)) for seconds in range(110, 400, 10)][-1] == 2
    assert player.nvml.missing == 0


def test_driver_that_is_loaded_anew_is_opened_anew(player: Player) -> None:
    player.gpus(1).lines += ["at 0 0 util 50", "at 15 * driver 0", "at 25 * driver 1"]
    assert player.samples(10)
    assert player.samples(20) == {}
    assert not player.nvml.is_open
    assert player.samples(30)[uuid(0)].utilisation == 0.5


def test_driver_that_was_away_between_two_samples_is_noticed(player: Player) -> None:
    player.gpus(1).lines += ["at 12 * driver 0", "at 14 * driver 1"]
    assert player.samples(10)
    assert player.samples(20) == {}  # The handles are of the driver before.
    assert player.samples(30)


def test_waits_grow_while_no_driver_is_there(player: Player) -> None:
    player.lines = ["at 0 * driver 0"]
    opened = []
    for seconds in range(0, 400, 5):
        faults = player.nvml.backoff.faults
        assert player.samples(seconds) == {}
        if player.nvml.backoff.faults > faults:
            opened.append(seconds)
    assert opened == [0, 5, 15, 35, 75, 155, 315]


def test_library_older_than_the_driver_asks_for_a_new_process(player: Player) -> None:
    player.gpus(1).lines.append(
        f"fail nvmlInitWithFlags {pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH}"
    )
    with pytest.raises(LibraryReplacedError):
        player.samples(0)


def test_gpu_that_is_cut_up_meanwhile_is_seen_within_a_minute(player: Player) -> None:
    player.gpus(1)
    assert set(player.samples(0)) == {uuid(0)}
    player.lines.append("mig 0 2 MIG-new 70000")
    player.samples(70)
    assert set(player.samples(80)) == {"MIG-new"}


def test_utilisation_over_a_hundred_is_no_data(player: Player) -> None:
    player.gpus(1).lines += ["at 0 0 util 4000000000", "at 0 0 sm 250"]
    player.samples(0)
    sample = player.samples(10)[uuid(0)]
    assert (sample.utilisation, sample.sm_active) == (None, None)
