"""Keeps the secrets that some addresses carry out of every log."""

import logging
import re

# A link to confirm an address, to set a new password, or to join a project: whoever reads a log
# must not be able to follow it. deploy/nginx/belfry.conf says the same for nginx.
_SECRET_PARTS = re.compile(
    r"(/accounts/confirm-email/|/accounts/password/reset/key/|/invitations/)[^/\s?\"']+"
)


def without_secrets(text: str) -> str:
    """Return the text with the secret part of each address in it left out."""
    return _SECRET_PARTS.sub(r"\1…", text)


class WithoutSecrets(logging.Filter):
    """Changes what is logged, and lets everything pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the message by one without secrets, if it holds any."""
        said = record.getMessage()
        discreet = without_secrets(said)
        if discreet != said:
            record.msg, record.args = discreet, None
        return True
