"""Where an exporter may listen: on this very machine, or on one address that somebody chose."""

import socket
from ipaddress import IPv6Address, ip_address

from slurm_bridge.errors import FatalConfigError


def checked_address(host: str) -> str:
    """The address that a host stands for; raises for one that means every network there is."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)  # noqa: S104 - refused below
    except (OSError, UnicodeError) as error:
        raise FatalConfigError(f"--listen {host}: there is no such host here") from error
    address = str(found[0][4][0])
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.is_unspecified or parsed.is_multicast:
        raise FatalConfigError(
            f"--listen {host} would show what jobs do to every network: name one address of"
            " this node, or 127.0.0.1"
        )
    return address
