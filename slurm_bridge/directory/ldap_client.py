"""A connection to one LDAP server; the only module that speaks LDAP."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import ldap3
from ldap3.core.exceptions import LDAPException, LDAPSSLConfigurationError

from slurm_bridge.directory.ldap_config import LdapDirectoryConfig
from slurm_bridge.directory.ldap_entries import Entry
from slurm_bridge.directory.ldap_results import (
    NO_OPERATION,
    SUCCESS,
    UNKNOWN_REQUEST,
    fault_of,
)
from slurm_bridge.errors import (
    BridgeError,
    FatalConfigError,
    StoppedError,
    TransientDirectoryError,
)

Scope = Literal["BASE", "LEVEL", "SUBTREE"]
Change = tuple[Literal["MODIFY_ADD", "MODIFY_DELETE", "MODIFY_REPLACE"], Sequence[str]]

# A connection that nobody has used for so long may be cut without either end knowing.
FRESH_SECONDS = 20
PAGING = "1.2.840.113556.1.4.319"
# OpenLDAP: check whether this could be done, and do not.
ONLY_TRY = ("1.3.6.1.4.1.4203.666.5.2", True, None)
MOST_PAGES = 10_000
LONGEST_REASON = 300


class LdapClient:
    """Keeps one connection while it is in use; a server that is away is not asked at once again."""

    def __init__(
        self,
        config: LdapDirectoryConfig,
        password: Callable[[], str],
        *,
        pause_seconds: float = 5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._password = password
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: Any = None
        self._used_at = 0.0
        self._away_until = float("-inf")
        self._fault: BridgeError | None = None

    def search(
        self, base: str, wanted: str, attributes: Sequence[str], scope: Scope = "SUBTREE"
    ) -> list[Entry]:
        """Every entry that matches, however many; raises where the answer is not whole."""
        with self._lock:
            found: list[Entry] = []
            cookie: bytes | None = None
            for _ in range(MOST_PAGES):
                page, cookie = self._page(base, wanted, attributes, scope, cookie)
                found += page
                if not cookie:
                    return found
        raise TransientDirectoryError(f"{self._config.url} has no end of answers about {base}")

    def add(self, dn: str, classes: Sequence[str], values: Mapping[str, Sequence[str]]) -> None:
        """Make an entry, or raise."""
        with self._connected(f"add {dn}") as connection:
            connection.add(dn, list(classes), dict(values))
            self._raise_unless_done(connection.result, f"add {dn}")

    def would_add(
        self, dn: str, classes: Sequence[str], values: Mapping[str, Sequence[str]]
    ) -> bool:
        """Ask whether an entry could be made, and make none; raises where it could not.

        False where the server cannot be asked that.
        """
        with self._connected(f"add {dn}") as connection:
            try:
                connection.add(dn, list(classes), dict(values), controls=[ONLY_TRY])
            except KeyError as unknown:  # It is how ldap3 takes a result that it has no name for.
                self._drop()
                if unknown.args == (NO_OPERATION,):
                    return True
                raise
            if connection.result["result"] == UNKNOWN_REQUEST:
                return False
            self._raise_unless_done(connection.result, f"add {dn}")
        raise TransientDirectoryError(f"{dn} was made, though it was only to be tried: remove it")

    def modify(self, dn: str, changes: Mapping[str, Sequence[Change]]) -> None:
        """Change an entry, all of it or nothing, or raise."""
        with self._connected(f"change {dn}") as connection:
            connection.modify(dn, {name: list(steps) for name, steps in changes.items()})
            self._raise_unless_done(connection.result, f"change {dn}")

    def close(self) -> None:
        """Leave the server; the next call signs in again."""
        with self._lock:
            self._drop()

    def _page(
        self, base: str, wanted: str, attributes: Sequence[str], scope: Scope, cookie: bytes | None
    ) -> tuple[list[Entry], bytes | None]:
        with self._connected(f"search {base}") as connection:
            connection.search(
                base,
                wanted,
                search_scope=scope,
                attributes=list(attributes),
                paged_size=self._config.page_size,
                paged_cookie=cookie,
            )
            self._raise_unless_done(connection.result, f"search {base}")
            found = [_entry(item) for item in connection.response if not _is_elsewhere(item)]
            if len(found) != len(connection.response):
                raise fault_of(self._config.url, f"search {base}", {"result": 10})
            controls = connection.result.get("controls") or {}
            return found, controls.get(PAGING, {}).get("value", {}).get("cookie")

    @contextmanager
    def _connected(self, doing: str) -> Iterator[Any]:
        """A connection that is signed in; a fault of it ends it, and is raised as one of ours."""
        with self._lock:
            try:
                yield self._signed_in()
                self._used_at = self._clock()
            except StoppedError:
                self._drop()  # An answer may still be on its way.
                raise
            except BridgeError:
                raise
            except Exception as error:  # Over what a foreign server sends ldap3 may stumble.
                self._drop()
                raise self._faulty(doing, error) from error

    def _signed_in(self) -> Any:
        if self._connection is not None and self._clock() < self._used_at + FRESH_SECONDS:
            return self._connection
        self._drop()
        if self._fault is not None and self._clock() < self._away_until:
            raise type(self._fault)(str(self._fault))
        try:
            self._connection = self._new_connection()
        except StoppedError:
            raise
        except Exception as error:
            # A password that is refused again and again may lock the bridge's name.
            fault = error if isinstance(error, BridgeError) else self._faulty("sign in", error)
            self._away_until = self._clock() + self._pause_seconds
            self._fault = fault
            raise fault from error
        self._fault = None
        return self._connection

    def _new_connection(self) -> Any:
        config = self._config
        server = ldap3.Server(
            config.host,
            port=config.port,
            use_ssl=config.is_tls_from_the_start,
            tls=self._trust() if config.has_tls else None,
            get_info=ldap3.NONE,
            connect_timeout=config.timeout_seconds,
        )
        connection = ldap3.Connection(
            server,
            user=config.bind_dn,
            password=self._password(),
            auto_referrals=False,
            check_names=False,
            receive_timeout=config.timeout_seconds,
        )
        try:
            connection.open()
            if config.start_tls:
                connection.start_tls()
            connection.bind()
            self._raise_unless_done(connection.result, f"sign in as {config.bind_dn}")
        except BaseException:
            _end(connection)
            raise
        return connection

    def _trust(self) -> Any:
        ca_file = self._config.ca_file
        try:
            return ldap3.Tls(
                validate=ssl.CERT_REQUIRED, ca_certs_file=str(ca_file) if ca_file else None
            )
        except LDAPSSLConfigurationError as error:
            raise FatalConfigError(f"cannot read ca_file {ca_file}") from error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            _end(connection)

    def _faulty(self, doing: str, error: Exception) -> TransientDirectoryError:
        words = " ".join(str(error).split())
        if not isinstance(error, LDAPException | OSError):
            words = f"its answer cannot be read ({type(error).__name__} {words})"
        told = f"cannot {doing} at {self._config.url}: {words}"
        return TransientDirectoryError(told[:LONGEST_REASON])

    def _raise_unless_done(self, result: Mapping[str, Any], doing: str) -> None:
        if result["result"] != SUCCESS:
            raise fault_of(self._config.url, doing, result)


def _is_elsewhere(item: Mapping[str, Any]) -> bool:
    return bool(item["type"] != "searchResEntry")


def _entry(item: Mapping[str, Any]) -> Entry:
    return Entry(
        item["raw_dn"].decode(errors="replace"),
        {
            name.lower(): tuple(value.decode(errors="replace") for value in values)
            for name, values in item["raw_attributes"].items()
        },
    )


def _end(connection: Any) -> None:
    """Say good-bye if anybody listens, and leave no socket open."""
    try:
        connection.unbind()
    except (LDAPException, OSError):
        connection.strategy.close()
