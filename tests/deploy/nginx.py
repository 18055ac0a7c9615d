"""The nginx site as shipped, started in a folder of its own on loopback."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.testbed.layout import REPOSITORY
from deploy.testbed.packages import install_missing
from tests.production import HOST

SITE = REPOSITORY / "deploy" / "nginx" / "belfry.conf"


@dataclass
class Nginx:
    """One nginx with the shipped site, in front of a portal on a port of loopback."""

    folder: Path
    portal_port: int
    https_port: int
    http_port: int
    process: subprocess.Popen[bytes] | None = None
    other_portals: tuple[int, ...] = ()
    """Ports of further portals of the same upstream, as docs/scaling.md has it."""

    @property
    def configuration(self) -> Path:
        """The main file, which includes the shipped site."""
        return self.folder / "nginx.conf"

    @property
    def certificate(self) -> Path:
        """The certificate, which is its own authority."""
        return self.folder / "fullchain.pem"

    def trust(self) -> ssl.SSLContext:
        """What a client needs in order to trust it."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def log(self) -> str:
        """The site's log of requests."""
        return (self.folder / "belfry.log").read_text()

    def prepare(self) -> None:
        """Write everything that it reads."""
        write_certificate(self.folder)
        (self.folder / "site.conf").write_text(self._adapted())
        self.configuration.write_text(
            f"daemon off;\npid {self.folder}/nginx.pid;\nerror_log {self.folder}/error.log;\n"
            "worker_processes 1;\n"
            # As root, its workers must enter this test's private folder.
            + ("user root;\n" if os.geteuid() == 0 else "")
            + "events {}\nhttp {\n"
            + "".join(
                f"    {kind}_temp_path {self.folder}/{kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            + f"    include /etc/nginx/mime.types;\n    include {self.folder}/site.conf;\n}}\n"
        )

    def test(self, program: str) -> subprocess.CompletedProcess[str]:
        """What `nginx -t` says."""
        return subprocess.run(
            [program, "-t", "-p", self.folder, "-c", self.configuration],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def start(self, program: str) -> None:
        """Serve until stopped."""
        self.process = subprocess.Popen(
            [program, "-p", self.folder, "-c", self.configuration],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.https_port)

    def stop(self) -> None:
        """End this very process."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def _servers(self) -> str:
        if not self.other_portals:
            return f"server 127.0.0.1:{self.portal_port};"
        ports = (self.portal_port, *self.other_portals)
        return " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)

    def _adapted(self) -> str:
        """The shipped file with other ports, paths and name, and nothing else changed."""
        text = SITE.read_text()
        for pattern, replacement in (
            (r"listen \[::\]:\d+[^;]*;", ""),
            (r"listen 80;", f"listen 127.0.0.1:{self.http_port};"),
            (r"listen 443 ", f"listen 127.0.0.1:{self.https_port} "),
            (r"server 127\.0\.0\.1:8000;", self._servers()),
            (r"portal\.example\.org", HOST),
            (r"/etc/belfry/tls", str(self.folder)),
            (r"/var/log/nginx", str(self.folder)),
        ):
            text, count = re.subn(pattern, replacement, text)
            assert count, f"the site no longer holds {pattern}"
        return text


def nginx_program(log: Path) -> str:
    """The path of nginx, installed where it is missing."""
    if shutil.which("nginx") is None:
        install_missing(["nginx-light"], log)
    program = shutil.which("nginx")
    assert program
    return program


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for_port(port: int, seconds: float = 30) -> None:
    """Return once somebody listens on a port of loopback."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on port {port}")


def write_certificate(folder: Path) -> None:
    """A certificate for the portal's host, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    begin = datetime.now(UTC) - timedelta(minutes=5)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
