"""What the HTML of a mail may do when a page of ours shows it: nothing but its own styles."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp

mail_policy = csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "base-uri": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
        "sandbox": True,
    }
)
