"""What the bridge is told about a site's LDAP directory."""

from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from slurm_bridge.directory.ldap_names import is_within, parts
from slurm_bridge.loopback import is_loopback

PORTS = {"ldap": 389, "ldaps": 636}


class LdapDirectoryConfig(BaseModel):
    """Where the server is, who signs in to it, and where people and groups are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    start_tls: bool = False
    """With ldap://, turn to TLS before anything else is said."""
    ca_file: Path | None = None
    bind_dn: str
    password_file: Path
    base: str
    """No name or number below it is given a second time."""
    users_base: str
    groups_base: str
    shell: str = "/bin/bash"
    home_base: Path = Path("/home")
    timeout_seconds: int = Field(default=10, ge=1, le=300)
    page_size: int = Field(default=400, ge=1, le=10_000)

    @field_validator("url")
    @classmethod
    def _must_name_one_server(cls, url: str) -> str:
        parts_of_it = urlsplit(url)
        if parts_of_it.scheme not in PORTS or not parts_of_it.hostname:
            raise ValueError("must be an address such as ldaps://ldap.example.org")
        if parts_of_it.path.strip("/") or parts_of_it.query or parts_of_it.username:
            raise ValueError("must hold no path, query or user")
        _ = parts_of_it.port  # Raises where it is none.
        return url.rstrip("/")

    @field_validator("bind_dn", "base", "users_base", "groups_base")
    @classmethod
    def _must_be_a_name(cls, dn: str) -> str:
        parts(dn)
        return dn

    @model_validator(mode="after")
    def _keeps_the_password_private(self) -> "LdapDirectoryConfig":
        if self.start_tls and self._address.scheme == "ldaps":
            raise ValueError("start_tls is for ldap://; ldaps:// is TLS from the start")
        if not self.has_tls and not is_loopback(self.host):
            raise ValueError(
                "url must begin with ldaps://, or start_tls be true: a password is sent"
            )
        if self.ca_file is not None and not self.has_tls:
            raise ValueError("ca_file needs ldaps:// or start_tls")
        return self

    @model_validator(mode="after")
    def _looks_where_it_writes(self) -> "LdapDirectoryConfig":
        for key in ("users_base", "groups_base"):
            if not is_within(getattr(self, key), self.base):
                raise ValueError(f"{key} must lie below base, where names are looked for")
        return self

    @property
    def host(self) -> str:
        """The server's name or number."""
        return self._address.hostname or ""

    @property
    def port(self) -> int:
        """Its port, the usual one where none is given."""
        return self._address.port or PORTS[self._address.scheme]

    @property
    def is_tls_from_the_start(self) -> bool:
        """Whether the very first byte is of TLS."""
        return self._address.scheme == "ldaps"

    @property
    def has_tls(self) -> bool:
        """Whether the password travels inside TLS."""
        return self.start_tls or self.is_tls_from_the_start

    @property
    def _address(self) -> SplitResult:
        return urlsplit(self.url)
