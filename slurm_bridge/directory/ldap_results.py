"""What a server's result codes mean to the operator. Pure."""

from collections.abc import Mapping
from typing import Any

from slurm_bridge.errors import BridgeError, FatalDirectoryError, TransientDirectoryError

SUCCESS = 0
UNKNOWN_REQUEST = 12
# OpenLDAP's own: it could have been done, and was only to be tried.
NO_OPERATION = 0x410E
LONGEST_MESSAGE = 200

# What nothing but a person can put right, with what that person must do.
_ADVICE = {
    4: "the server's size limit cuts answers off: let the bridge's name have more, in pages",
    8: "the server wants TLS: use ldaps:// or start_tls",
    10: "part of the answer is on another server: set url to the one that has all and takes writes",
    UNKNOWN_REQUEST: "the server does not know this kind of request",
    13: "the server wants TLS: use ldaps:// or start_tls",
    17: "the server does not know the attribute: load the schemas nis and openssh-lpk",
    32: "there is no such entry: make the branch, or correct the base in the configuration",
    48: "the server refuses this way to sign in",
    49: "the server refuses bind_dn or its password",
    50: "bind_dn may not do this: give it the right to write below users_base and groups_base",
    53: "the server is unwilling: it may be read-only",
    65: "the schema does not allow it: load the schemas nis and openssh-lpk",
}


def fault_of(url: str, doing: str, result: Mapping[str, Any]) -> BridgeError:
    """The error for a result that is no success; one that may pass by itself is transient."""
    code = result["result"]
    words = " ".join(str(result.get("message") or result.get("description") or "").split())
    told = f"cannot {doing} at {url}: {words[:LONGEST_MESSAGE] or f'result {code}'}"
    if code in _ADVICE:
        return FatalDirectoryError(f"{told}: {_ADVICE[code]}")
    return TransientDirectoryError(told)
