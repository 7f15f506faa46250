"""Secret links: derived from a row when they are needed, never stored.

A token is base64url(row id ‖ version ‖ HMAC(secret key, purpose ‖ row id ‖ version)). Raising the row's version revokes
every older link; the caller compares the version it reads with the row's own.
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = struct.Struct(">QL")
_DIGEST_BYTES = 20


@dataclass(frozen=True, slots=True)
class SecretLink:
    """A secret link in the context of a text: derived when the message is sent, masked in every stored copy."""

    purpose: str
    row_id: int
    version: int


def derive(secret: str, purpose: str, row_id: int, version: int) -> str:
    """The token of a row for one purpose, 43 characters that need no quoting."""
    head = _HEAD.pack(row_id, version)
    return base64.urlsafe_b64encode(head + _digest(secret, purpose, head)).rstrip(b"=").decode()


def read(token: str, purpose: str, secrets: Sequence[str]) -> tuple[int, int] | None:
    """The row id and version a token was derived for, or None when it was not.

    The first secret is the one in use; the others are older ones that still verify during a rotation.
    """
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(raw) != _HEAD.size + _DIGEST_BYTES:
        return None
    head, given = raw[: _HEAD.size], raw[_HEAD.size :]
    # Every key is tried, so that the time taken does not tell which one matched.
    matches = [hmac.compare_digest(_digest(secret, purpose, head), given) for secret in secrets]
    if not any(matches):
        return None
    row_id, version = _HEAD.unpack(head)
    return int(row_id), int(version)


def _digest(secret: str, purpose: str, head: bytes) -> bytes:
    message = b"secret-link\0" + purpose.encode() + b"\0" + head
    return hmac.digest(secret.encode(), message, "sha256")[:_DIGEST_BYTES]
