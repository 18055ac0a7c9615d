"""Where a site has DCGM-exporter already, the bridge adds up its gauges."""

from pathlib import Path

import pytest

from slurm_bridge.gpu.dcgm_exporters import DcgmExporters
from slurm_bridge.gpu.dcgm_page import read_dcgm
from slurm_bridge.gpu.scrape_config import GpuConfig
from tests.slurm_bridge.gpu.sites import Pages, SiteUnderTest

GPU = 'gpu="0",UUID="GPU-a",pci_bus_id="0",device="nvidia0",modelName="NVIDIA H200",Hostname="n1"'


def page(util: float, joules: float, labels: str = 'hpc_job="7"') -> bytes:
    values = {
        "DCGM_FI_DEV_GPU_UTIL": util,
        "DCGM_FI_PROF_SM_ACTIVE": util / 200,
        "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": 0.1,
        "DCGM_FI_DEV_POWER_USAGE": 300,
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": joules * 1000,
        "DCGM_FI_DEV_FB_USED": 1024,
        "DCGM_FI_DEV_MEMORY_TEMP": 9223372036854775794,
    }
    lines = [f"{name}{{{GPU},{labels}}} {value}" for name, value in values.items()]
    return "\n".join(["# TYPE DCGM_FI_DEV_GPU_UTIL gauge", *lines, ""]).encode()


def test_gauges_become_counters_that_outlast_the_bridge(tmp_path: Path) -> None:
    pages, monotonic = Pages(), [0.0]
    config = GpuConfig(source="dcgm", address="http://{node}:9400", interval_seconds=30)

    def exporters() -> DcgmExporters:
        return DcgmExporters(config, pages, tmp_path / "gpu", monotonic=lambda: monotonic[0])  # type: ignore[arg-type]

    site = SiteUnderTest(tmp_path, config, busy={"n1": True}, exporters=exporters())
    for number, util in enumerate([100, 100, 0, 50]):
        monotonic[0] = number * 30
        pages.pages["http://n1:9400/metrics"] = page(util, number * 9000)
        site.run(30)
    site.exporters = exporters()
    site.push = site.fresh()
    for number in (4, 5):
        monotonic[0] = number * 30
        pages.pages["http://n1:9400/metrics"] = page(50, number * 9000)
        site.run(30)
    (stored,) = site.portal.counters.values()
    assert stored.observed_seconds == 120
    assert stored.utilisation_seconds == pytest.approx(30 + 15 + 15)
    assert stored.idle_seconds == 30
    assert stored.sm_active_seconds == pytest.approx(30)
    assert stored.energy_joules == pytest.approx(36_000)
    assert stored.peak_memory_bytes == 2**30
    assert [p.utilisation_percent for p in stored.minutes]


def test_numbers_that_stand_for_nothing_are_no_data() -> None:
    nothing = b"DCGM_FI_DEV_GPU_UTIL{%b} 9223372036854775794\n" % GPU.encode()
    nothing += b"DCGM_FI_DEV_FB_USED{%b} 9223372036854775794\n" % GPU.encode()
    (sample,) = read_dcgm(nothing, 0).samples
    assert (sample.utilisation, sample.memory_used_bytes, sample.power_watts) == (None, None, None)


def test_instance_of_mig_has_no_utilisation_of_its_whole_gpu() -> None:
    text = page(70, 1, labels='GPU_I_PROFILE="1g.18gb",GPU_I_ID="5",hpc_job="9"')
    read = read_dcgm(text, 0)
    (sample,) = read.samples
    assert (sample.gpu.uuid, sample.gpu.instance) == ("GPU-a:5", 5)
    assert (sample.utilisation, sample.energy_joules) == (None, None)
    assert sample.sm_active == pytest.approx(0.35)
    assert [job.job_id for job in read.jobs["GPU-a:5"]] == [9]


def test_several_jobs_on_one_gpu_and_names_that_are_no_jobs() -> None:
    text = page(70, 1) + page(70, 1, labels='hpc_job="8"') + page(70, 1, labels='hpc_job="x"')
    assert [job.job_id for job in read_dcgm(text, 0).jobs["GPU-a"]] == [7, 8]
