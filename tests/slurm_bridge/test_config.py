"""What a configuration must be before the bridge starts."""

import tomllib
from pathlib import Path

import pytest

from slurm_bridge.config import (
    BridgeConfig,
    LocalDirectoryConfig,
    load_config,
    read_password,
    read_token,
)
from slurm_bridge.directory.ldap_config import LdapDirectoryConfig
from slurm_bridge.errors import FatalConfigError
from slurm_bridge.gpu.scrape_config import GpuConfig
from slurm_bridge.guard import GuardLimits

MINIMAL = """
site = "zellik"
cluster = "zellik"
portal_url = "https://portal.example.org/"
token_file = "/etc/belfry/zellik.token"
state_dir = "/var/lib/belfry-bridge"
directory = "local"
"""


LDAP = (
    MINIMAL.replace('"local"', '"ldap"')
    + """
ssh_keys = "directory"

[ldap_directory]
url = "ldaps://ldap.example.org"
bind_dn = "cn=belfry,dc=example,dc=org"
password_file = "/etc/belfry/zellik.ldap"
base = "dc=example,dc=org"
users_base = "ou=people,dc=example,dc=org"
groups_base = "OU=groups, DC=example, DC=org"
"""
)


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
        line[2:] if line.startswith("# [") or (line.startswith("# ") and " = " in line) else line
        for line in example.splitlines()
    )
    named = tomllib.loads(uncommented)
    assert named.keys() == BridgeConfig.model_fields.keys()
    for section, model in (
        ("local_directory", LocalDirectoryConfig),
        ("ldap_directory", LdapDirectoryConfig),
        ("gpu", GpuConfig),
        ("guard", GuardLimits),
    ):
        assert named.pop(section).keys() == model.model_fields.keys()


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
        ("[gpu_verdict]\nunused_percent = 90", "gpu_verdict must go: the portal's settings decide"),
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


def test_ldap_directory_is_described_in_a_section_of_its_own(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, LDAP))
    assert config.ldap_directory is not None
    assert (config.ldap_directory.host, config.ldap_directory.port) == ("ldap.example.org", 636)
    assert config.keys_in_directory
    assert not config.keys_in_files


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("ldaps://", "ldap://", "a password is sent"),
        ("ldaps://ldap.example.org", "ldapi:///run/slapd", "must be an address"),
        ("ldap.example.org", "ldap.example.org/dc=x", "no path, query or user"),
        ("ldap.example.org", "ldap.example.org:99999", "url"),
        ("bind_dn =", "start_tls = true\nbind_dn =", "start_tls is for ldap://"),
        (
            '"ldaps://ldap.example.org"',
            '"ldap://127.0.0.1"\nca_file = "/ca.pem"',
            "ca_file needs ldaps:// or start_tls",
        ),
        ("ou=people,dc=example,dc=org", "ou=people,dc=other,dc=org", "users_base must lie below"),
        ("OU=groups, DC=example", "OU=groups, DC=other", "groups_base must lie below"),
        ('base = "dc=example', 'base = "example', "base: must be the name of an entry"),
        ("users_base", "user_base", "unknown key ldap_directory.user_base"),
        ("users_base", "user_base", "missing key ldap_directory.users_base"),
        ("[ldap_directory]", "[ldap_directory]\npassword = 'x'", "key ldap_directory.password"),
        ('directory = "ldap"', 'directory = "local"', 'needs directory = "ldap"'),
        ('ssh_keys = "directory"', 'ssh_keys = "both"', 'ssh_keys = "both" needs login_dir'),
        ('ssh_keys = "directory"', 'ssh_keys = "ldap"', "ssh_keys"),
    ],
)
def test_contradiction_about_the_ldap_directory_is_named(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in LDAP
    with pytest.raises(FatalConfigError) as raised:
        load_config(written(tmp_path, LDAP.replace(before, after, 1)))
    assert told in str(raised.value)


@pytest.mark.parametrize("value", ["directory", "both"])
def test_keys_cannot_be_kept_in_a_directory_that_is_not_there(tmp_path: Path, value: str) -> None:
    text = MINIMAL + f'login_dir = "/x"\nssh_keys = "{value}"\n'
    with pytest.raises(FatalConfigError, match='needs directory = "ldap"'):
        load_config(written(tmp_path, text))


def test_ldap_directory_must_be_described(tmp_path: Path) -> None:
    with pytest.raises(FatalConfigError, match=r"needs the section \[ldap_directory\]"):
        load_config(written(tmp_path, MINIMAL.replace('"local"', '"ldap"')))


def test_password_is_one_line_that_nobody_else_may_read(tmp_path: Path) -> None:
    assert read_password(written(tmp_path, "two words \n")) == "two words "
    for content in ("", "\n", "one\ntwo\n", "x" * 5000):
        with pytest.raises(FatalConfigError, match="one password on one line"):
            read_password(written(tmp_path, content))
    with pytest.raises(FatalConfigError, match="read by others") as raised:
        read_password(written(tmp_path, "secret-word", mode=0o640))
    assert "secret-word" not in str(raised.value)
