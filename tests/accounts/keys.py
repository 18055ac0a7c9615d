"""SSH keys for tests, made afresh."""

import base64
import struct

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def ed25519_line(comment: str = "ada@laptop") -> str:
    return f"{_line(ed25519.Ed25519PrivateKey.generate())} {comment}".strip()


def ecdsa_line(curve: ec.EllipticCurve) -> str:
    return _line(ec.generate_private_key(curve))


def rsa_line(bits: int) -> str:
    return _line(rsa.generate_private_key(65537, bits))


def security_key_line() -> str:
    """What a security key of the FIDO kind makes."""
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    kind = b"sk-ssh-ed25519@openssh.com"
    blob = b"".join(struct.pack(">I", len(part)) + part for part in (kind, raw, b"ssh:"))
    return f"{kind.decode()} {base64.b64encode(blob).decode()} ada@key"


def private_key() -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def _line(
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
