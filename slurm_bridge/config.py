"""The bridge's configuration: one TOML file, every key known, every value checked."""

import os
import stat
import tomllib
from datetime import time
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from slurm_bridge.as_root import PROGRAM
from slurm_bridge.directory.ldap_config import LdapDirectoryConfig
from slurm_bridge.errors import FatalConfigError
from slurm_bridge.gpu.scrape_config import GpuConfig
from slurm_bridge.guard import GuardLimits
from slurm_bridge.loopback import is_loopback
from slurm_bridge.slurm.choice import PartitionsBy
from slurm_bridge.wire_terms import Mode, SlurmName

LONGEST_TOKEN = 4096
LONGEST_PASSWORD = 4096

KeysBy = Literal["files", "directory", "both"]

MOVED = {
    "gpu_verdict": "the section gpu_verdict must go: the portal's settings decide, and the bridge"
    " learns them from the portal"
}
"""What an older configuration may still name, and what to do about it."""


class LocalDirectoryConfig(BaseModel):
    """How users are made in this host's own files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_file: Path | None = None
    """Each user that the bridge makes is appended here, one a line, and each group after an @."""


class BridgeConfig(BaseModel):
    """Everything that one site's bridge must be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: SlurmName
    cluster: SlurmName
    portal_url: str
    token_file: Path
    ca_file: Path | None = None
    state_dir: Path
    slurm_conf: Path | None = None
    slurm_bin: Path | None = None
    partitions: PartitionsBy = "auto"
    """What changes partitions and reads the live state: pyslurm where it fits, or scontrol."""
    partitions_file: Path | None = None
    """What slurm.conf includes, so that access and partitions outlast a restart of slurmctld."""
    root_program: Path = PROGRAM
    """What does as root what only root may; started by sudo unless the bridge is root."""
    directory: Literal["local", "ldap", "none"]
    mode: Mode = "full"
    """What the bridge does without asking; the rest waits until staff approve it."""
    login_dir: Path | None = None
    """Where login nodes and slurmctld read what projects have left; None writes nothing."""
    slurm_user: str = "slurm"
    """Who slurmctld runs as, and so who reads the list of all projects."""
    ssh_keys: KeysBy = "files"
    """Who hands people's keys to sshd: files below login_dir, the LDAP directory, or both."""
    local_directory: LocalDirectoryConfig = LocalDirectoryConfig()
    ldap_directory: LdapDirectoryConfig | None = None
    guard: GuardLimits = GuardLimits()
    gpu: GpuConfig | None = None
    """Where nodes tell what their GPUs do; without, nobody is asked."""
    long_poll_seconds: int = Field(default=25, ge=1, le=55)
    reconcile_interval_seconds: float = Field(default=60, ge=1)
    accounting_interval_seconds: float = Field(default=30, ge=1)
    heartbeat_interval_seconds: float = Field(default=30, ge=1)
    doctor_interval_seconds: float = Field(default=300, ge=1)
    command_timeout_seconds: float = Field(default=30, gt=0)
    bulk_timeout_seconds: float = Field(default=600, gt=0)
    """For one `sacctmgr load`, which makes thousands of associations."""
    accounting_timeout_seconds: float = Field(default=900, gt=0)
    accounting_overlap_seconds: int = Field(default=300, ge=0)
    audit_at: time = time(3)
    """When usage is held against Slurm's own figures each night, in UTC."""
    audit_days: int = Field(default=7, ge=1, le=3660)
    """So many past days one by one; all before them as one sum."""
    readiness_timeout_seconds: float = Field(default=3, ge=0)
    max_backoff_seconds: float = Field(default=60, ge=1)

    @field_validator("portal_url")
    @classmethod
    def _must_be_private(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("must be an address such as https://portal.example.org")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("must hold no user, query or fragment")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("must begin with https://, since the token travels with it")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _file_can_be_tried(self) -> "BridgeConfig":
        if self.partitions_file is not None and self.slurm_conf is None:
            raise ValueError("partitions_file needs slurm_conf, with which it is tried out")
        return self

    @model_validator(mode="after")
    def _directory_is_described(self) -> "BridgeConfig":
        if self.directory == "ldap" and self.ldap_directory is None:
            raise ValueError('directory = "ldap" needs the section [ldap_directory]')
        if self.directory != "ldap" and self.ldap_directory is not None:
            raise ValueError('the section [ldap_directory] needs directory = "ldap"')
        return self

    @model_validator(mode="after")
    def _keys_have_a_way(self) -> "BridgeConfig":
        if self.keys_in_directory and self.directory != "ldap":
            raise ValueError(f'ssh_keys = "{self.ssh_keys}" needs directory = "ldap"')
        if self.ssh_keys == "both" and self.login_dir is None:
            raise ValueError('ssh_keys = "both" needs login_dir')
        return self

    @property
    def keys_in_directory(self) -> bool:
        """Whether people's keys are kept in the LDAP directory."""
        return self.ssh_keys in {"directory", "both"}

    @property
    def keys_in_files(self) -> bool:
        """Whether people's keys are kept below `login_dir`."""
        return self.ssh_keys in {"files", "both"}

    @property
    def portal_is_local(self) -> bool:
        """Whether the portal runs on this very machine."""
        return is_loopback(urlsplit(self.portal_url).hostname or "")


def load_config(path: Path) -> BridgeConfig:
    """Read and check the file; a fault names the key and the file."""
    _check_permissions(path, forbidden=stat.S_IWGRP | stat.S_IWOTH, danger="changed")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return BridgeConfig.model_validate(values)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FatalConfigError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        raise FatalConfigError(_explained(path, error)) from error
    except OSError as error:
        raise FatalConfigError(f"cannot read {path}: {error.strerror}") from error


def read_token(path: Path) -> str:
    """The token, from a file that only its owner may read."""
    _check_permissions(path, forbidden=stat.S_IRWXG | stat.S_IRWXO, danger="read")
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FatalConfigError(f"cannot read the token in {path}: {error}") from error
    if not token or len(token) > LONGEST_TOKEN or not token.isprintable() or " " in token:
        raise FatalConfigError(f"{path} must hold one token on one line")
    return token


def read_password(path: Path) -> str:
    """A password that is the only line of a file which nobody but its owner may read."""
    _check_permissions(path, forbidden=stat.S_IRWXG | stat.S_IRWXO, danger="read")
    try:
        password = path.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise FatalConfigError(f"cannot read the password in {path}") from error
    if not password or len(password) > LONGEST_PASSWORD or not password.isprintable():
        raise FatalConfigError(f"{path} must hold one password on one line")
    return password


def _check_permissions(path: Path, *, forbidden: int, danger: str) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise FatalConfigError(f"cannot read {path}: {error.strerror}") from error
    if status.st_mode & forbidden:
        mode = stat.filemode(status.st_mode)
        raise FatalConfigError(
            f"{path} could be {danger} by others ({mode}): run chmod go-rwx {path}"
        )
    if status.st_uid not in {0, os.geteuid()}:
        raise FatalConfigError(f"{path} must belong to root or to the user of the bridge")


def _explained(path: Path, error: ValidationError) -> str:
    faults = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"]) or "the file"
        if item["type"] == "extra_forbidden":
            faults.append(MOVED.get(key, f"unknown key {key}"))
        elif item["type"] == "missing":
            faults.append(f"missing key {key}")
        else:
            faults.append(f"{key}: {item['msg'].removeprefix('Value error, ')}")
    return f"{path}: " + "; ".join(faults)
