"""Which lines are keys that may open a login node."""

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from accounts.ssh_keys import parse_public_key
from slurm_bridge.wire_terms import KeyLine
from tests.accounts import keys

GOOD = {
    "ed25519": keys.ed25519_line(),
    "nistp256": keys.ecdsa_line(ec.SECP256R1()),
    "nistp521": keys.ecdsa_line(ec.SECP521R1()),
    "rsa 3072": keys.rsa_line(3072),
    "security key": keys.security_key_line(),
}
ED25519 = GOOD["ed25519"]
BLOB = ED25519.split()[1]


@pytest.mark.parametrize("line", GOOD.values(), ids=GOOD)
def test_a_strong_key_has_the_fingerprint_that_ssh_keygen_prints(line: str) -> None:
    key = parse_public_key(f"  {line}\r\n")
    told = subprocess.run(
        ["ssh-keygen", "-l", "-f", "-"], input=line, capture_output=True, text=True, check=True
    )
    assert key.fingerprint == told.stdout.split()[1]
    assert TypeAdapter(KeyLine).validate_python(key.line) == " ".join(line.split()[:2])


def test_comment_may_be_anything_and_is_no_part_of_the_key() -> None:
    key = parse_public_key(f"{ED25519.rsplit(' ', 1)[0]} Ada's <old> laptop")
    assert key.comment == "Ada's <old> laptop"
    assert key.line == f"ssh-ed25519 {BLOB}"


REFUSED = {
    "a private key": (keys.private_key(), "private_key"),
    "a PuTTY file": ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", "private_key"),
    "a private key after a good one": (f"{ED25519}\n{keys.private_key()}", "private_key"),
    "the form of other programs": ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "other_form"),
    "two keys": (f"{ED25519}\n{GOOD['nistp256']}", "several_lines"),
    "options": (f'command="sh" {ED25519}', "options"),
    "a forwarding option": (f"permitopen=*:* {ED25519}", "options"),
    "a short RSA key": (keys.rsa_line(2048), "weak"),
    "DSA": (f"ssh-dss {BLOB}", "kind"),
    "a certificate": (f"ssh-ed25519-cert-v01@openssh.com {BLOB}", "kind"),
    "nothing": ("", "unreadable"),
    "blanks": (" \n ", "unreadable"),
    "only a kind": ("ssh-ed25519", "unreadable"),
    "no Base64": ("ssh-ed25519 ????", "unreadable"),
    "no ASCII": ("ssh-ed25519 ÄÖÜ", "unreadable"),
    "another kind inside": (f"ssh-rsa {BLOB}", "unreadable"),
    "half a key": (f"ssh-ed25519 {BLOB[:-8]}", "unreadable"),
    "something appended": (
        f"ssh-ed25519 {base64.b64encode(base64.b64decode(BLOB) + b'more').decode()}",
        "unreadable",
    ),
    "a null": (f"ssh-ed25519\0 {BLOB}", "unreadable"),
    "a book": ("ssh-ed25519 " + "A" * 100_000, "too_long"),
}


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        parse_public_key(text)
    assert refusal.value.code == code


@given(st.text(max_size=200), st.sampled_from(["", "ssh-ed25519 ", f"ssh-ed25519 {BLOB[:20]}"]))
def test_whatever_is_pasted_is_a_key_or_refused(text: str, start: str) -> None:
    try:
        key = parse_public_key(start + text)
    except ValidationError:
        return
    TypeAdapter(KeyLine).validate_python(key.line)
