"""The portal's settings as environment variables, typed; docs/settings.md describes each."""

import json
from datetime import date
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from stdnum.eu import vat as eu_vat

from portal.environment_names import PREFIX
from slurm_bridge.gpu_verdict import (
    DEFAULT_THRESHOLDS,
    Percent,
    PercentAboveZero,
    UpToAWeek,
)

# Associated with Horizon Europe in 2026, some with a part of it; the Commission publishes the list.
ASSOCIATED_COUNTRIES = (
    "AL", "AM", "BA", "CA", "CH", "EG", "FO", "GB", "GE", "IL", "IS", "JP",
    "KR", "MD", "ME", "MK", "NO", "NZ", "RS", "TN", "TR", "UA", "XK",
)  # fmt: skip
CountryLetters = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]

DEVELOPMENT_KEY = "development-only-key-that-production-refuses"


class OidcProvider(BaseModel):
    """One OpenID Connect provider that people may sign in with."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    provider_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    name: str = Field(min_length=1, max_length=80)
    server_url: str = Field(pattern=r"^https?://[^\s/?#;,]+(/[^\s?#;,]*)?$")
    client_id: str = Field(min_length=1)
    secret: SecretStr

    @property
    def origin(self) -> str:
        """Scheme and host of the provider."""
        parts = urlsplit(self.server_url)
        return f"{parts.scheme}://{parts.netloc}"


class Environment(BaseSettings):
    """Each field is the variable `BELFRY_` plus its name in capitals; see docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = "development"
    secret_key: SecretStr = SecretStr(DEVELOPMENT_KEY)
    public_url: str = "http://127.0.0.1:8000"
    allowed_hosts: Annotated[list[str], NoDecode] = Field(default_factory=list)
    database_url: SecretStr = SecretStr("postgresql://belfry@127.0.0.1:17600/belfry")
    reports_database_url: SecretStr | None = None
    reports_max_lag_seconds: int = Field(default=60, ge=1)
    behind_proxy: bool = False
    static_root: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    mail_folder: Path | None = None
    mail_from: str = "Belfry <noreply@localhost>"
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = True
    mail_log_days: int = Field(default=180, ge=1, le=3_650)

    require_second_factor: bool = False
    oidc_providers: Annotated[list[OidcProvider], NoDecode] = Field(default_factory=list)

    unix_username_prefix: str = Field(default="", pattern=r"^([a-z][a-z0-9-]{0,11})?$")
    unix_uid_min: int = Field(default=200_000, ge=1_000, le=1_900_000_000)
    unix_group_gid_min: int = Field(default=1_000_000, ge=1_000, le=1_900_000_000)
    ssh_key_max_days: int = Field(default=0, ge=0, le=36_500)
    access_days_after_end: int = Field(default=60, ge=0, le=36_500)
    offer_days: int = Field(default=14, ge=1, le=366)
    change_days: int = Field(default=5, ge=1, le=366)

    report_months: int = Field(default=3, ge=1, le=24)
    report_answer_days: int = Field(default=14, ge=1, le=365)

    claw_back_after_percent: int = Field(default=25, ge=1, le=99)
    claw_back_used_percent: int = Field(default=20, ge=0, le=100)
    claw_back_answer_days: int = Field(default=14, ge=1, le=365)

    public_figures_minutes: int = Field(default=60, ge=1, le=10_080)

    accessibility_body: str = Field(default="Belfry", min_length=1, max_length=200)
    accessibility_contact: str = Field(default="", pattern=r"^([^\s@<>]+@[^\s@<>]+)?$")
    accessibility_state: Literal["full", "partial", "none"] = "partial"
    accessibility_prepared_on: date | None = None
    accessibility_reviewed_on: date | None = None
    accessibility_answer_days: int = Field(default=14, ge=1, le=365)

    api_token_max_days: int = Field(default=365, ge=1, le=3_650)
    api_requests_a_minute: int = Field(default=120, ge=1, le=100_000)

    associated_countries: Annotated[list[CountryLetters], NoDecode] = list(ASSOCIATED_COUNTRIES)
    vies_url: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")

    attachment_folder: Path | None = None
    attachment_max_mb: int = Field(default=20, ge=1, le=1024)
    clamd: str = Field(
        default="", pattern=r"^(/\S+|[A-Za-z0-9.-]+:[0-9]{1,5}|\[[0-9a-f:]+\]:[0-9]{1,5})?$"
    )

    export_folder: Path | None = None
    export_days: int = Field(default=14, ge=1, le=365)

    metrics_token: SecretStr = SecretStr("")
    metrics_networks: Annotated[list[IPv4Network | IPv6Network], NoDecode] = Field(
        default_factory=list
    )

    gpu_shortest_seconds: UpToAWeek = DEFAULT_THRESHOLDS.shortest_seconds
    gpu_least_measured_percent: PercentAboveZero = DEFAULT_THRESHOLDS.least_measured_percent
    gpu_unused_percent: PercentAboveZero = DEFAULT_THRESHOLDS.unused_percent
    gpu_waiting_percent: Percent = DEFAULT_THRESHOLDS.waiting_percent
    gpu_few_cores_percent: Percent = DEFAULT_THRESHOLDS.few_cores_percent
    gpu_memory_full_percent: PercentAboveZero = DEFAULT_THRESHOLDS.memory_full_percent
    gpu_memory_empty_percent: Percent = DEFAULT_THRESHOLDS.memory_empty_percent
    gpu_idle_minutes: int = Field(default=60, ge=0, le=10_080)

    site_late_after_seconds: int = Field(default=300, ge=10)
    job_months_kept: int = Field(default=0, ge=0, le=1200)
    gpu_months_kept: int = Field(default=3, ge=0, le=1200)
    max_bridge_body_mb: int = Field(default=32, ge=1, le=1024)

    @field_validator("allowed_hosts", "associated_countries", "metrics_networks", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return _from_json(value)
        return [host.strip() for host in value.split(",") if host.strip()]

    @field_validator("associated_countries")
    @classmethod
    def _outside_of_the_eu(cls, value: list[str]) -> list[str]:
        inside = sorted(set(value) & {state.upper() for state in (*eu_vat.MEMBER_STATES, "el")})
        if inside:
            raise ValueError(f"names countries of the EU: {', '.join(inside)}")
        return value

    @field_validator("oidc_providers", mode="before")
    @classmethod
    def _read_json(cls, value: object) -> object:
        return _from_json(value) if isinstance(value, str) else value

    @property
    def is_production(self) -> bool:
        """Whether real people and real sites depend on this portal."""
        return self.environment == "production"


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        # The text may hold a secret, so that only the place is told.
        raise ValueError(f"is not valid JSON ({_place(error)})") from None


def _place(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "it cannot be read"
