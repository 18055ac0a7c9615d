"""A private OpenLDAP server for tests of the bridge's LDAP directory."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy.testbed.errors import StepError
from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.layout import REPOSITORY, Layout
from deploy.testbed.processes import Service, log_path
from deploy.testbed.sockets import is_listening

USER = "openldap"
SLAPD = "/usr/sbin/slapd"
SLAPADD = "/usr/sbin/slapadd"
BASE = "dc=example,dc=org"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
ADMIN = f"cn=admin,{BASE}"
BRIDGE = f"cn=belfry,{BASE}"
READER = f"cn=reader,{BASE}"
PASSWORD = "testbed"  # Of all three, on loopback only.
KEYS_SCHEMA = REPOSITORY / "deploy" / "ldap" / "openssh-lpk.ldif"
SCHEMAS = ("core", "cosine", "nis")
MOST_ENTRIES = 500
"""So many in one answer, as servers limit it; pages of a search may be more in all."""


def prepare_ldap(layout: Layout) -> None:
    """Make the server's configuration and the branches for people and groups, once."""
    owned_folder(layout.ldap, USER)
    complete = layout.ldap / "complete"
    if complete.exists():
        return
    for name in ("config", "data", "run"):
        owned_folder(layout.ldap / name, USER, 0o700)
    make_certificate(layout)
    load(layout, "0", configuration(layout))
    load(layout, "1", branches())
    owned_file(complete, "")


def ldap_service(layout: Layout) -> Service:
    """OpenLDAP on two loopback ports: plain with StartTLS, and TLS from the start."""
    addresses = (
        f"ldap://127.0.0.1:{layout.ldap_port}/",
        f"ldaps://127.0.0.1:{layout.ldaps_port}/",
    )
    config = str(layout.ldap / "config")
    return Service(
        name="slapd",
        command=(SLAPD, "-d", "0", "-F", config, "-h", " ".join(addresses)),
        user=USER,
        port=layout.ldap_port,
        is_ready=lambda: is_listening(layout.ldap_port) and is_listening(layout.ldaps_port),
    )


def make_certificate(layout: Layout) -> None:
    """A certificate of its own making, for 127.0.0.1 alone."""
    run_as_openldap(
        layout,
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
        *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(layout.ldap / "key.pem"), "-out", str(layout.ldap_certificate)),
    )


def configuration(layout: Layout) -> str:
    """The server's own configuration, with the schemas of Debian and the one of ours."""
    schemas = [Path(f"/etc/ldap/schema/{name}.ldif").read_text() for name in SCHEMAS]
    return "\n".join(
        [
            "dn: cn=config",
            "objectClass: olcGlobal",
            "cn: config",
            f"olcPidFile: {layout.ldap / 'run' / 'slapd.pid'}",
            f"olcTLSCertificateFile: {layout.ldap_certificate}",
            f"olcTLSCertificateKeyFile: {layout.ldap / 'key.pem'}",
            f"olcSizeLimit: {MOST_ENTRIES}",
            "",
            "dn: cn=module{0},cn=config",
            "objectClass: olcModuleList",
            "cn: module{0}",
            "olcModulePath: /usr/lib/ldap",
            "olcModuleLoad: back_mdb",
            "",
            "dn: cn=schema,cn=config",
            "objectClass: olcSchemaConfig",
            "cn: schema",
            "",
            *(text for schema in (*schemas, KEYS_SCHEMA.read_text()) for text in (schema, "")),
            "dn: olcDatabase={1}mdb,cn=config",
            "objectClass: olcDatabaseConfig",
            "objectClass: olcMdbConfig",
            "olcDatabase: {1}mdb",
            f"olcDbDirectory: {layout.ldap / 'data'}",
            "olcDbMaxSize: 268435456",
            f"olcSuffix: {BASE}",
            f"olcRootDN: {ADMIN}",
            f"olcRootPW: {PASSWORD}",
            "olcDbIndex: objectClass,uid,cn,uidNumber,gidNumber,description eq",
            "olcDbIndex: sshPublicKey pres",
            f'olcLimits: {{0}}dn.exact="{BRIDGE}" size.pr={MOST_ENTRIES} size.prtotal=unlimited',
            f'olcAccess: {{0}}to dn.subtree="{BASE}" by dn.exact="{BRIDGE}" write by * read',
            "",
        ]
    )


def branches() -> str:
    """The empty tree, and who may sign in to it."""
    accounts = [
        f"dn: {dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
        f"userPassword: {PASSWORD}\n"
        for dn in (BRIDGE, READER)
    ]
    units = [f"dn: {dn}\nobjectClass: organizationalUnit\n" for dn in (PEOPLE, GROUPS)]
    return "\n".join(
        [f"dn: {BASE}\nobjectClass: domain\ndc: example\n", *accounts, *units],
    )


def load(layout: Layout, database: str, ldif: str) -> None:
    """Put entries into one of slapd's databases while slapd is not running."""
    file = owned_file(layout.ldap / "load.ldif", ldif, USER, 0o600)
    config = str(layout.ldap / "config")
    run_as_openldap(layout, SLAPADD, "-n", database, "-F", config, "-l", str(file))


def run_as_openldap(layout: Layout, *command: str) -> None:
    """Run a program as the server's UNIX user, or raise with what it said."""
    finished = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=layout.ldap,
        user=USER,
        group=USER,
        extra_groups=[],
        timeout=120,
        check=False,
    )
    if finished.returncode != 0:
        message = f"{Path(command[0]).name} failed: {finished.stderr.strip()[-500:]}"
        raise StepError(message, log_path(layout, "slapd"), "Read the message.")
