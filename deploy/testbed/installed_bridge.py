"""The bridge as a site has it: root's own files, which its UNIX user may read and not change.

The repository, and the Python of its virtual environment, may lie where only root can look.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from deploy.testbed.errors import UsageError
from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.layout import REPOSITORY

DEBIANS_PYTHON = "/usr/bin/python3"
PINS = REPOSITORY / "deploy" / "requirements" / "bridge.txt"
LAUNCHER = """\
#!{python} -I
import sys
sys.path.insert(0, {folder!r})
from slurm_bridge.cli import app
sys.exit(app())
"""


def install_bridge(folder: Path) -> Path:
    """Copy the bridge and what it needs; returns its command."""
    owned_folder(folder, "root")
    if not (folder / "complete").exists():
        copy_packages(folder)
        (folder / "complete").touch()
    package = folder / "slurm_bridge"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(
        REPOSITORY / "slurm_bridge", package, ignore=shutil.ignore_patterns("__pycache__")
    )
    compile_packages(folder)
    text = LAUNCHER.format(python=python(), folder=str(folder))
    return owned_file(folder / "slurm-bridge", text, mode=0o755)


def copy_packages(folder: Path) -> None:
    """The packages of the lock file, from where they are installed already."""
    for name in re.findall(r"^([a-z0-9-]+)==", PINS.read_text(), flags=re.MULTILINE):
        for file in distribution(name).files or ():
            if file.parts[0] != ".." and file.suffix != ".pyc":
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), folder / file)


def compile_packages(folder: Path) -> None:
    """Compile what is not yet, since whoever starts the bridge may not write there."""
    command = [python(), "-m", "compileall", "-q", str(folder)]
    subprocess.run(command, timeout=300, check=True)


def python() -> str:
    """Debian's own, which every user may start, if the packages are for its release."""
    asked = [DEBIANS_PYTHON, "-c", "import sys; print(*sys.version_info[:2])"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False).stdout
    if said.split() == [str(number) for number in sys.version_info[:2]]:
        return DEBIANS_PYTHON
    raise UsageError(
        f"Bridges run with {DEBIANS_PYTHON}, and the virtual environment is of another Python.",
        f"Remove .venv and run `make install PYTHON={DEBIANS_PYTHON}`.",
    )
