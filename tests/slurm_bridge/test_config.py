"""What a configuration must be before the bridge starts."""

import tomllib
from pathlib import Path

import pytest

from slurm_bridge.config import BridgeConfig, load_config, read_token
from slurm_bridge.errors import FatalConfigError

MINIMAL = """
site = "zellik"
cluster = "zellik"
portal_url = "https://portal.example.org/"
token_file = "/etc/belfry/zellik.token"
state_dir = "/var/lib/belfry-bridge"
directory = "local"
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "zellik.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_minimal_file_is_enough(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, MINIMAL))
    assert config.portal_url == "https://portal.example.org"
    assert config.command_timeout_seconds == 30


def test_example_names_every_key_and_is_valid(tmp_path: Path) -> None:
    example = Path("deploy/bridge/zellik.example.toml").read_text(encoding="utf-8")

    load_config(written(tmp_path, example))

    uncommented = "\n".join(
        line[2:] if line.startswith("# ") and " = " in line else line
        for line in example.splitlines()
    )
    named = tomllib.loads(uncommented)
    assert named.keys() == BridgeConfig.model_fields.keys()
    for section in ("local_directory", "guard"):
        model = BridgeConfig.model_fields[section].annotation
        assert named[section].keys() == model.model_fields.keys()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("reconcile_intervall_seconds = 5", "unknown key reconcile_intervall_seconds"),
        ("[guard]\nmax_removal = 5", "unknown key guard.max_removal"),
        ("[local_directory]\nhome = '/x'", "unknown key local_directory.home"),
        ("command_timeout_seconds = 0", "command_timeout_seconds"),
        ("long_poll_seconds = 600", "long_poll_seconds"),
        ("site = 'twice'", "not valid TOML"),
        ("token = 'inline'", "unknown key token"),
    ],
)
def test_wrong_key_is_named_together_with_the_file(tmp_path: Path, line: str, told: str) -> None:
    path = written(tmp_path, MINIMAL + line)

    with pytest.raises(FatalConfigError) as raised:
        load_config(path)

    assert told in str(raised.value)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("key", ["site", "cluster", "portal_url", "token_file", "directory"])
def test_missing_key_is_named(tmp_path: Path, key: str) -> None:
    text = "\n".join(line for line in MINIMAL.splitlines() if not line.startswith(key))
    with pytest.raises(FatalConfigError, match=f"missing key {key}"):
        load_config(written(tmp_path, text))


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example.org",
        "http://10.0.0.1:8000",
        "http://127.0.0.1.example.org",
        "ftp://portal.example.org",
        "portal.example.org",
        "https://user:secret@portal.example.org",
        "https://portal.example.org/?site=x",
        "",
    ],
)
def test_address_that_would_give_the_token_away_is_refused(tmp_path: Path, url: str) -> None:
    text = MINIMAL.replace("https://portal.example.org/", url)
    with pytest.raises(FatalConfigError, match="portal_url"):
        load_config(written(tmp_path, text))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost"])
def test_plain_http_is_allowed_to_this_machine(tmp_path: Path, url: str) -> None:
    config = load_config(written(tmp_path, MINIMAL.replace("https://portal.example.org/", url)))
    assert config.portal_is_local


def test_file_that_others_may_change_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FatalConfigError, match="changed by others"):
        load_config(written(tmp_path, MINIMAL, mode=0o620))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FatalConfigError, match=r"no\.toml"):
        load_config(tmp_path / "no.toml")


def test_token_is_read_without_its_line_break(tmp_path: Path) -> None:
    assert read_token(written(tmp_path, "secret\n")) == "secret"


def test_token_that_others_may_read_is_refused_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(FatalConfigError, match="read by others") as raised:
        read_token(written(tmp_path, "secret-token", mode=0o640))
    assert "secret-token" not in str(raised.value)


@pytest.mark.parametrize("content", ["", "\n", "two tokens", "one\ntwo", "tok\ten", "x" * 5000])
def test_file_without_exactly_one_token_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FatalConfigError):
        read_token(written(tmp_path, content))
