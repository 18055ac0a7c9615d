"""What makes a line a public key that may open a login node; pure."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST_KEY = 8 * 1024
SHORTEST_RSA = 3072
SMALLEST_RSA_EXPONENT = 65_537
KINDS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)
_PRIVATE = ("PRIVATE KEY", "PuTTY-User-Key-File", "SSH PRIVATE KEY FILE FORMAT")
_OTHER_FORM = ("BEGIN SSH2 PUBLIC KEY", "BEGIN PUBLIC KEY", "BEGIN RSA PUBLIC KEY")
_OTHER_KIND = re.compile(r"(ssh|ecdsa|sk|x509|spki|pgp)-[a-z0-9@.-]+")


@dataclass(frozen=True)
class PublicKey:
    """A key without options and comment, in the only form it can be written in."""

    kind: str
    blob: str
    """Base64 of what the key is."""
    comment: str = ""

    @property
    def line(self) -> str:
        """As a line of authorized_keys."""
        return f"{self.kind} {self.blob}"

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def parse_public_key(text: str) -> PublicKey:
    """The key that somebody pasted; ValidationError says what is wrong and what to do."""
    _refuse_other_things(text)
    words = text.split(maxsplit=2)
    kind = words[0]
    if kind not in KINDS:
        raise _wrong_kind(kind, text)
    if len(words) == 1:
        raise _unreadable()
    blob = words[1]
    _check_blob(kind, blob)
    return PublicKey(kind, blob, words[2].strip() if len(words) > 2 else "")  # noqa: PLR2004


def _refuse_other_things(text: str) -> None:
    if any(sign in text for sign in _PRIVATE):
        raise ValidationError(
            _(
                "This is a private key, which nobody but you may ever see. We have not kept it,"
                " but it has left your computer: make a new pair of keys with ssh-keygen, and"
                " paste the one whose file ends in .pub."
            ),
            code="private_key",
        )
    if any(sign in text for sign in _OTHER_FORM):
        raise ValidationError(
            _("This key is in another form. Turn it around with: ssh-keygen -i -f FILE"),
            code="other_form",
        )
    if len(text) > LONGEST_KEY:
        raise ValidationError(_("This is too long for a public key."), code="too_long")
    if not text.strip():
        raise _unreadable()
    if len(text.strip().splitlines()) > 1:
        raise ValidationError(
            _("Add one key at a time, on one line, as it stands in the file that ends in .pub."),
            code="several_lines",
        )


def _wrong_kind(kind: str, text: str) -> ValidationError:
    if any(f"{known} " in text for known in KINDS):
        return ValidationError(
            _("Options before the key are not allowed: it has to start with its kind, like %s.")
            % KINDS[0],
            code="options",
        )
    if "-cert-" in kind:
        message = _("This is a certificate. Paste the public key itself.")
    elif _OTHER_KIND.fullmatch(kind):
        message = _("Keys of this kind are not safe enough. Make a new one: ssh-keygen -t ed25519")
    else:
        return _unreadable()
    return ValidationError(message, code="kind")


def _check_blob(kind: str, blob: str) -> None:
    try:
        raw = base64.b64decode(blob, validate=True)
        key = load_ssh_public_key(f"{kind} {blob}".encode("ascii"))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        raise _unreadable() from None
    if base64.b64encode(raw).decode("ascii") != blob:
        raise _unreadable()
    if isinstance(key, RSAPublicKey) and _is_weak(key):
        raise ValidationError(
            _(
                "This RSA key is too weak: %(bits)d bits are needed."
                " Make a new one: ssh-keygen -t ed25519"
            )
            % {"bits": SHORTEST_RSA},
            code="weak",
        )


def _is_weak(key: RSAPublicKey) -> bool:
    return key.key_size < SHORTEST_RSA or key.public_numbers().e < SMALLEST_RSA_EXPONENT


def _unreadable() -> ValidationError:
    return ValidationError(
        _(
            "This is no public key that we can read. Copy the whole line of the file that ends"
            " in .pub, such as ~/.ssh/id_ed25519.pub."
        ),
        code="unreadable",
    )
