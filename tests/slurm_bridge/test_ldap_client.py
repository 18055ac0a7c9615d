"""The connection to an LDAP server: trusted, bounded in time, and clear about each fault."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from slurm_bridge.directory.ldap_client import LdapClient
from slurm_bridge.errors import FatalConfigError, FatalDirectoryError, TransientDirectoryError
from tests.slurm_bridge.ldap_servers import LdapSite

pytestmark = pytest.mark.slurm  # They need root, as the testbed does.


def look(client: LdapClient, site: LdapSite) -> int:
    """How many entries the site's branch has, as this client sees it."""
    with closing(client):
        return len(client.search(site.base, "(objectClass=*)", ["objectClass"]))


@pytest.mark.parametrize("kind", ["tls", "start_tls"])
def test_server_whose_certificate_is_trusted_is_used(ldap_site: LdapSite, kind: str) -> None:
    slapd = ldap_site.slapd
    url = slapd.tls_url if kind == "tls" else slapd.url
    client = ldap_site.client(
        url=url, start_tls=kind == "start_tls", ca_file=str(slapd.layout.ldap_certificate)
    )
    assert look(client, ldap_site) == 3


@pytest.mark.parametrize("kind", ["tls", "start_tls"])
def test_server_whose_certificate_nobody_vouches_for_gets_no_password(
    ldap_site: LdapSite, kind: str
) -> None:
    slapd = ldap_site.slapd
    url = slapd.tls_url if kind == "tls" else slapd.url
    with pytest.raises(TransientDirectoryError, match="certificate verify failed"):
        look(ldap_site.client(url=url, start_tls=kind == "start_tls"), ldap_site)


def test_certificate_of_another_name_is_refused(ldap_site: LdapSite) -> None:
    slapd = ldap_site.slapd
    client = ldap_site.client(
        url=slapd.tls_url.replace("127.0.0.1", "localhost"),
        ca_file=str(slapd.layout.ldap_certificate),
    )
    with pytest.raises(TransientDirectoryError, match="localhost"):
        look(client, ldap_site)


def test_missing_ca_file_is_named(ldap_site: LdapSite) -> None:
    client = ldap_site.client(url=ldap_site.slapd.tls_url, ca_file="/nowhere/ca.pem")
    with pytest.raises(FatalConfigError, match=r"/nowhere/ca\.pem"):
        look(client, ldap_site)


def test_wrong_password_is_told_and_not_shown(ldap_site: LdapSite) -> None:
    with pytest.raises(FatalDirectoryError, match="refuses bind_dn or its password") as raised:
        look(ldap_site.client(password="not-the-one"), ldap_site)
    assert "not-the-one" not in str(raised.value)


def test_branch_that_does_not_exist_is_named(ldap_site: LdapSite) -> None:
    with closing(ldap_site.client()) as client:
        nowhere = f"ou=nowhere,{ldap_site.base}"
        with pytest.raises(FatalDirectoryError, match="ou=nowhere"):
            client.search(nowhere, "(objectClass=*)", ["objectClass"])


def test_answer_of_which_a_part_is_elsewhere_is_not_taken_for_the_whole(
    ldap_site: LdapSite,
) -> None:
    ldap_site.slapd.apply(
        f"dn: ou=elsewhere,{ldap_site.base}\nobjectClass: referral\nobjectClass: extensibleObject\n"
        f"ou: elsewhere\nref: ldap://other.example.org/ou=elsewhere,{ldap_site.base}\n"
    )
    with pytest.raises(FatalDirectoryError, match="on another server"):
        look(ldap_site.client(), ldap_site)


def test_restarted_server_is_served_again_by_the_same_client(ldap_site: LdapSite) -> None:
    client = ldap_site.client()
    assert len(client.search(ldap_site.base, "(objectClass=*)", [])) == 3
    ldap_site.slapd.stop(kill=True)
    ldap_site.slapd.start()
    with pytest.raises(TransientDirectoryError):
        client.search(ldap_site.base, "(objectClass=*)", [])

    assert look(client, ldap_site) == 3


def test_server_that_is_away_is_not_asked_at_once_again(ldap_site: LdapSite) -> None:
    now = [0.0]
    config = ldap_site.config()
    client = LdapClient(config, lambda: "testbed", pause_seconds=5, clock=lambda: now[0])
    ldap_site.slapd.stop()
    with pytest.raises(TransientDirectoryError):
        look(client, ldap_site)
    ldap_site.slapd.start()

    with pytest.raises(TransientDirectoryError, match="cannot sign in"):
        look(client, ldap_site)
    now[0] = 5
    assert look(client, ldap_site) == 3


@contextmanager
def impostor(answer: bytes) -> Iterator[str]:
    """Something that listens and is no LDAP server; it says this to all, or nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        callers: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                callers.append(caller)
                if answer:
                    caller.sendall(answer)
                    caller.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)
        for caller in callers:
            caller.close()


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x63\x04\x00\x04\x00",
        b"\x00" * 64,
    ],
    ids=["silent", "web server", "endless length", "unknown result", "zeros"],
)
def test_what_is_no_ldap_server_is_a_fault_that_ends_in_time(
    ldap_site: LdapSite, scheme: str, answer: bytes
) -> None:
    with impostor(answer) as address:
        client = ldap_site.client(url=f"{scheme}://{address}", timeout_seconds=1)
        with pytest.raises(TransientDirectoryError, match="cannot sign in"):
            look(client, ldap_site)
