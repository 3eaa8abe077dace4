"""A confirmation on its way: sealed by the program to the key service (HPKE, RFC 9180, base mode, single shot).

Whoever carries it can neither read it nor hand it in for another unlock, another method or another program: what it is
about is HPKE's `info`, which both sides know by themselves and nobody sends. The suite is DHKEM(X25519, HKDF-SHA256),
HKDF-SHA256, AES-128-GCM.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where it is used: most of what the program does seals nothing
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

LONGEST = 128
"""Characters of an answer."""
KEY_SIZE = 32
"""Bytes of a public key (RFC 7748 section 6.1)."""
PADDED = 4 * LONGEST + 1
"""Bytes that are sealed, whatever was typed: the longest answer in UTF-8 and the pad's first byte."""
SEALED = KEY_SIZE + PADDED + 16
"""Bytes of a sealed answer: the encapsulated key, the text, the tag."""
_LABEL = b"anahtar-confirmation-1"


class NotSealed(Exception):
    """A sealed answer does not open: it was made for another key or is about something else, or it was changed."""


@dataclass(frozen=True, slots=True)
class About:
    """What an answer is about: the unlock's name, the way to confirm, the claiming program's public key (65 bytes)."""

    unlock: str
    method: str
    program_key: bytes

    def info(self) -> bytes:
        """Return the bytes that bind them, each part after its length (4 bytes, big-endian)."""
        parts = (_LABEL, self.unlock.encode(), self.method.encode(), sha256(self.program_key).digest())
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def name_of(key: bytes) -> bytes:
    """Return what messages call a public key: the first 8 bytes of its SHA-256."""
    return sha256(key).digest()[:8]


def seal(answer: str, *, to: bytes, about: About) -> bytes:
    """Return the answer sealed to the key service's public key (32 bytes), of one length whatever was typed.

    Raises ValueError for an answer that is empty, longer than 128 characters or no text, and for a key that is none.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    if not 0 < len(answer) <= LONGEST:
        raise ValueError(f"an answer has 1 to {LONGEST} characters")
    padded = (answer.encode() + b"\x80").ljust(PADDED, b"\x00")  # ISO/IEC 7816-4, as cards pad
    return _suite().encrypt(padded, X25519PublicKey.from_public_bytes(to), info=about.info())


def unseal(sealed: bytes, *, key: X25519PrivateKey, about: About) -> str:
    """Return what was typed; raises NotSealed unless it was sealed to this key and about exactly this."""
    from cryptography.exceptions import InvalidTag

    try:
        text, pad, rest = _suite().decrypt(sealed, key, info=about.info()).rpartition(b"\x80")
        if not pad or rest.strip(b"\x00"):
            raise NotSealed
        return text.decode()
    except (InvalidTag, ValueError):
        raise NotSealed from None


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
