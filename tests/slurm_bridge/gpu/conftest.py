"""The library in C that plays GPUs, loaded by the real nvidia-ml-py."""

import ctypes
import socket
from collections.abc import Iterator
from pathlib import Path

import pynvml
import pytest

from deploy.testbed.fake_nvml.build import build_library
from tests.slurm_bridge.gpu.players import Player


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled library."""
    return build_library(tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def player(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Player]:
    """An empty script, and NVML as it answers by it."""
    path = tmp_path / "script"
    monkeypatch.setattr(pynvml, "nvmlLib", ctypes.CDLL(str(library)))
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    monkeypatch.setenv("FAKE_NVML_SCRIPT", str(path))
    playing = Player(path)
    yield playing
    playing.nvml.close()


@pytest.fixture
def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
