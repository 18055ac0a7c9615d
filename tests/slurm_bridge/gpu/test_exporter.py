"""The exporter as it runs on a node, and its command."""

import json
import signal
import time
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from typer.testing import CliRunner

from slurm_bridge.cli import app
from slurm_bridge.errors import FatalConfigError
from slurm_bridge.gpu.listen_address import checked_address
from tests.slurm_bridge.gpu.exporters import ExporterProcess
from tests.slurm_bridge.gpu.test_http_server import wait_until

OBSERVED = "belfry_gpu_job_observed_seconds_total"
UTILISATION = "belfry_gpu_job_utilisation_seconds_total"


@pytest.fixture
def exporter(library: Path, tmp_path: Path, free_port: int) -> ExporterProcess:
    return ExporterProcess(library, tmp_path, free_port)


def test_exporter_samples_serves_and_outlasts_being_killed(exporter: ExporterProcess) -> None:
    exporter.script.write_text(
        f"start {time.time()}\ngpu 0 GPU-a 0 H200 1000\nat 0 0 util 50\nat 0 0 power 300\n"
        "slow nvmlDeviceGetTemperature 5\n"
    )
    with exporter:
        (exporter.job_map / "GPU-a").write_text("7\n")
        wait_until(lambda: OBSERVED + "{" in exporter.get("/metrics"))
        wait_until(lambda: exporter.value(OBSERVED) > 1)
        page = exporter.get("/metrics")
        families = {family.name for family in text_string_to_metric_families(page)}
        assert {"belfry_gpu_exporter", "belfry_gpu_job_idle_seconds", "belfry_gpu"} <= families
        assert 'node="n1"' in page
        seconds = exporter.value(OBSERVED, 'job="7"')
        assert exporter.value(UTILISATION, 'gpu="GPU-a"') >= seconds / 2

        exporter.stop(signal.SIGKILL)
        exporter.start()

        wait_until(lambda: exporter.value(OBSERVED) > seconds + 0.5)
        used, watched = exporter.value(UTILISATION), exporter.value(OBSERVED)
        assert used == pytest.approx(watched / 2, abs=0.4)
        assert exporter.value("belfry_gpu_job_energy_joules_total") == pytest.approx(
            300 * watched, abs=150
        )
        (exporter.job_map / "GPU-a").unlink()
        wait_until(lambda: json.loads(exporter.get("/minutes?since=0"))["series"])
        assert exporter.stop() == 0


def test_driver_that_takes_its_time_holds_up_no_reader(exporter: ExporterProcess) -> None:
    exporter.script.write_text("gpu 0 GPU-a 0 H200 1000\nslow nvmlDeviceGetUtilizationRates 1000\n")
    with exporter:
        wait_until(lambda: exporter.value("belfry_gpu_round_seconds") >= 1)
        began = time.monotonic()
        for _number in range(10):
            exporter.get("/metrics")
        assert time.monotonic() - began < 0.8


def test_exporter_without_a_driver_serves_and_waits(exporter: ExporterProcess) -> None:
    exporter.script.write_text("at 0 * driver 0\n")
    with exporter:
        assert exporter.value("belfry_gpu_driver_answers") == 0
        assert exporter.stop() == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "::ffff:0.0.0.0", "no.such.host.invalid"])
def test_every_network_at_once_is_no_address(host: str) -> None:
    with pytest.raises(FatalConfigError):
        checked_address(host)


def test_loopback_and_one_address_are() -> None:
    assert checked_address("127.0.0.1") == "127.0.0.1"
    assert checked_address("::1") == "::1"
    assert checked_address("192.0.2.7") == "192.0.2.7"


def test_command_refuses_before_it_starts_anything(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["gpu-exporter", "--listen", "0.0.0.0"])
    assert result.exit_code == 1
    assert "every network" in result.stderr
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(app, ["gpu-exporter", "--state-dir", str(tmp_path / "file" / "x")])
    assert result.exit_code == 1
    assert "cannot make" in result.stderr


def test_command_turns_into_a_process_that_has_no_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _program, words: started.append(words))
    options = ["--state-dir", str(tmp_path), "--node", "n1", "--interval", "5"]
    assert CliRunner().invoke(app, ["gpu-exporter", *options]).exit_code == 0
    told = json.loads(started[0][-1])
    assert (told["node"], told["listen"], told["interval_seconds"]) == ("n1", "127.0.0.1", 5)
