"""Small programs that stand in for Slurm's commands."""

from pathlib import Path


def write_program(folder: Path, name: str, script: str) -> Path:
    """An executable shell script of that name."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path
