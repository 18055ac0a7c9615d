"""Compile the library that plays GPUs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy.testbed.errors import StepError

SOURCES = Path(__file__).resolve().parent
LIBRARY = "libnvidia-ml.so.1"


def build_library(folder: Path) -> Path:
    """Compile the library into a folder for LD_LIBRARY_PATH, unless a current one is there."""
    folder.mkdir(parents=True, exist_ok=True)
    library, sources = folder / LIBRARY, sorted(SOURCES.glob("*.[ch]"))
    newest = max(source.stat().st_mtime for source in sources)
    if library.exists() and library.stat().st_mtime > newest:
        return library
    fresh = library.with_suffix(".new")
    files = [str(source) for source in sources if source.suffix == ".c"]
    options = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    compiled = subprocess.run(
        ["gcc", *options, "-o", str(fresh), *files], capture_output=True, text=True, check=False
    )
    if compiled.returncode != 0:
        log = folder / "gcc.log"
        log.write_text(compiled.stderr)
        raise StepError("gcc cannot compile the pretended libnvidia-ml.", log, "Read the log.")
    fresh.replace(library)
    return library
