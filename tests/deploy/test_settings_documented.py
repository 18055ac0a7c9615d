"""docs/settings.md and deploy/environment.example hold every setting, and no other."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from deploy.testbed.layout import REPOSITORY
from portal.environment import Environment
from portal.environment_names import OF_GUNICORN, OF_TESTBED
from slurm_bridge.cli import app
from slurm_bridge.config import BridgeConfig
from slurm_bridge.root_program import Cluster, Policy
from tests.production import manage

DOCUMENT = (REPOSITORY / "docs" / "settings.md").read_text()
EXAMPLE = REPOSITORY / "deploy" / "environment.example"
PORTAL = {f"BELFRY_{name.upper()}": field for name, field in Environment.model_fields.items()}
SAID_IN_WORDS = {"BELFRY_SECRET_KEY"}


def documented(section: str) -> dict[str, str]:
    """The names of a section's table with their defaults."""
    text = re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)
    (found,) = [part for part in text if part.startswith(f"{section}\n")]
    rows = [re.split(r"\s*\|\s*", line)[1:-1] for line in found.splitlines() if line[:3] == "| `"]
    assert all(len(row) == 4 and all(row) for row in rows)
    return {row[0].strip("`"): row[2] for row in rows}


def is_section(kind: object) -> bool:
    """Whether a key holds a table of keys."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """The keys of a model's fields, those of tables with a dot."""
    for name, field in model.model_fields.items():
        section = next(
            (kind for kind in (field.annotation, *get_args(field.annotation)) if is_section(kind)),
            None,
        )
        if section:
            yield from leaves(section, f"{prefix}{name}.")
        else:
            yield prefix + name, field


BRIDGE = dict(leaves(BridgeConfig))
_EXPORTER = typer.main.get_command(app).commands["gpu-exporter"]  # type: ignore[attr-defined]
EXPORTER = {option.envvar: option.default for option in _EXPORTER.params if option.envvar}


def shown(field: FieldInfo) -> str:
    """How the document writes a default."""
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None:
        return "none"
    if value in ("", []):
        return "empty"
    if isinstance(value, list):
        value = ",".join(value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_every_setting_of_the_portal_is_documented_and_no_other() -> None:
    assert set(documented("Portal")) == set(PORTAL)


def test_every_setting_of_the_web_server_is_documented_and_read() -> None:
    assert set(documented("Web server")) == OF_GUNICORN
    read = set(re.findall(r'"(BELFRY_\w+)"', (REPOSITORY / "deploy/gunicorn.conf.py").read_text()))
    assert read == OF_GUNICORN


def test_every_variable_of_the_testbed_is_documented_and_read() -> None:
    assert set(documented("Testbed, demonstration and tests")) == OF_TESTBED
    known = OF_GUNICORN | OF_TESTBED | set(PORTAL) | set(EXPORTER)
    assert variables_of(REPOSITORY / "deploy") | variables_of(REPOSITORY / "slurm_bridge") <= known


def variables_of(folder: Path) -> set[str]:
    """Every variable that programs in a folder name."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        names |= set(re.findall(r"\bBELFRY_[A-Z]\w*\b", path.read_text()))
    return names


def test_every_key_of_the_bridge_is_documented_and_no_other() -> None:
    assert set(documented("Bridge")) == set(BRIDGE)


def test_every_variable_of_the_gpu_exporter_is_documented_with_its_default() -> None:
    words = {None: "none", "": "the host's name"}
    shown_defaults = {
        name: words.get(default, f"`{default}`") for name, default in EXPORTER.items()
    }
    assert documented("GPU exporter") == shown_defaults


def test_every_key_of_roots_file_is_documented_and_no_other() -> None:
    keys = {item.name for item in fields(Policy)} - {"clusters"}
    keys |= {f"clusters.NAME.{item.name}" for item in fields(Cluster)}
    assert set(documented("Root's part of the bridge")) == keys


@pytest.mark.parametrize("name", sorted(set(PORTAL) - SAID_IN_WORDS))
def test_the_documented_default_of_the_portal_is_the_real_one(name: str) -> None:
    assert documented("Portal")[name] == shown(PORTAL[name])


@pytest.mark.parametrize("key", sorted(BRIDGE))
def test_the_documented_default_of_the_bridge_is_the_real_one(key: str) -> None:
    assert documented("Bridge")[key] == shown(BRIDGE[key])


def example() -> dict[str, str]:
    """The example as systemd and a shell read it."""
    lines = [line for line in EXAMPLE.read_text().splitlines() if re.match(r"BELFRY_\w+=", line)]
    return dict("".join(shlex.split(line)).split("=", 1) for line in lines)  # type: ignore[misc]


def test_the_example_holds_every_variable_once_with_a_comment_before_it() -> None:
    text = EXAMPLE.read_text()
    assert set(example()) == set(PORTAL) | OF_GUNICORN
    for block in re.split(r"\n\n+", text):
        assert block.startswith("#")
    assert len(re.findall(r"^BELFRY_\w+=", text, flags=re.MULTILINE)) == len(example())


def test_the_example_starts_production_once_its_key_is_set(tmp_path: Path) -> None:
    (tmp_path / "staticfiles.json").write_text("{}")
    values = example()
    assert values["BELFRY_SECRET_KEY"] == ""
    ended = manage(values, "check", "--deploy")
    assert ended.stderr.splitlines() == ["belfry: BELFRY_SECRET_KEY is missing"]
    filled = {
        "BELFRY_SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOP-tests",
        "BELFRY_STATIC_ROOT": str(tmp_path),
    }
    ended = manage(values | filled, "check", "--deploy", "--fail-level", "WARNING")
    assert ended.returncode == 0, ended.stderr
