"""pyslurm and a Python of the newest Slurm's own, in which bridges and their tests run."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from deploy.testbed.layout import REPOSITORY
from deploy.testbed.newest_build import CLEAN_ENVIRONMENT, build_log, one_builder, run_logged
from deploy.testbed.newest_folder import NewestSlurm
from deploy.testbed.progress import Progress

PYSLURM = "pyslurm==25.11.2"
# pyslurm asks the headers for the release that it was written for, and misses a few names that
# Slurm has changed since.
HEADERS_SAY = 0x190B02
CFLAGS = (
    "-DSLURM_BACKWARD_COMPAT",
    "-Dslurm_free_ctl_conf=slurm_free_conf",
    "-DESLURM_ERROR_ON_DESC_TO_RECORD_COPY=SLURM_ERROR",
)
PYTHON = "/usr/bin/python3"
REQUIREMENTS = REPOSITORY / "deploy" / "requirements" / "dev.txt"


def make_newest_python(slurm: NewestSlurm, progress: Progress) -> Path:
    """The Python program of a virtual environment with pyslurm, made if it is not there."""
    with one_builder(slurm):
        if not list(slurm.pyslurm.glob("*.whl")):
            with progress.step("pyslurm") as step:
                build_pyslurm(slurm)
                step.outcome = "built"
        environment = virtual_environment(slurm)
        if not (environment / "complete").exists():
            with progress.step("python packages") as step:
                install_packages(slurm, environment)
                step.outcome = "installed"
    return environment / "bin" / "python"


def virtual_environment(slurm: NewestSlurm) -> Path:
    """One folder for each set of packages."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:8]
    return slurm.root / f"belfry-venv-{digest}"


def build_pyslurm(slurm: NewestSlurm) -> None:
    """Build pyslurm against this Slurm, and see that it can be imported."""
    log = build_log(slurm)
    work = slurm.root / "belfry-pyslurm"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(slurm.root / "usr" / "include" / "slurm", work / "include" / "slurm")
    rename_release(work / "include" / "slurm" / "slurm_version.h")
    variables = CLEAN_ENVIRONMENT | {
        "CFLAGS": " ".join(CFLAGS),
        "SLURM_LIB_DIR": "/" + str(slurm.plugins.relative_to(slurm.root)),
        "SLURM_INCLUDE_DIR": str(work / "include"),
        "SLURM_CONF": str(work / "slurm.conf"),
    }
    (work / "slurm.conf").write_text("ClusterName=none\nSlurmctldHost=localhost\nNodeName=none\n")
    venv, wheels = work / "venv", work / "wheels"
    pip = (str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
    failure = f"{PYSLURM} does not build on the newest Slurm."
    for command in (
        (PYTHON, "-m", "venv", str(venv)),
        # Not one that pip keeps from another release of Slurm.
        (*pip, "wheel", "--no-cache-dir", "--no-deps", f"--wheel-dir={wheels}", PYSLURM),
        (*pip, "install", "--no-index", f"--find-links={wheels}", "--no-deps", "pyslurm"),
        (str(venv / "bin" / "python"), "-c", "import pyslurm"),
    ):
        run_logged(slurm.inside(*command), log, failure, variables)
    wheels.rename(slurm.pyslurm)
    shutil.rmtree(work)


def rename_release(header: Path) -> None:
    """Let a copy of Slurm's header name the release that pyslurm asks for."""
    define = "#define SLURM_VERSION_NUMBER"
    header.write_text(re.sub(rf"{define} .*", f"{define} {HEADERS_SAY:#x}", header.read_text()))


def install_packages(slurm: NewestSlurm, environment: Path) -> None:
    """Install what Belfry's tests need, and pyslurm."""
    log = build_log(slurm)
    shutil.rmtree(environment, ignore_errors=True)
    pip = (str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
    failure = "Belfry's packages cannot be installed for the newest Slurm's Python."
    only_built = ("--no-deps", "--only-binary=:all:")
    for command in (
        (PYTHON, "-m", "venv", str(environment)),
        (*pip, "install", "-q", *only_built, "--require-hashes", "-r", str(REQUIREMENTS)),
        (*pip, "install", "-q", *only_built, *map(str, slurm.pyslurm.glob("*.whl"))),
    ):
        run_logged(slurm.inside(*command), log, failure)
    (environment / "complete").touch()
