"""DigestInfo, what an RSA signature by PKCS#1 v1.5 holds (RFC 8017 section 9.2): the digests that our cards sign."""

from __future__ import annotations

PREFIXES = {
    32: bytes.fromhex("3031300D060960864801650304020105000420"),
    48: bytes.fromhex("3041300D060960864801650304020205000430"),
    64: bytes.fromhex("3051300D060960864801650304020305000440"),
}
"""What stands before a digest of this length: SHA-256, SHA-384, SHA-512 (section 9.2, note 1)."""

BLOCK_LENGTH = 256
"""A padded block for RSA-2048, in bytes."""


def encode(digest: bytes) -> bytes:
    """Return the DigestInfo of a digest; raises KeyError for a length that none of the three has."""
    return PREFIXES[len(digest)] + digest


def read(data: bytes) -> bytes:
    """Return the DigestInfo that `data` is, or that a program has padded to a whole block; raises ValueError."""
    found = _unpad(data) if len(data) == BLOCK_LENGTH else data
    if not any(len(found) == len(prefix) + size and found.startswith(prefix) for size, prefix in PREFIXES.items()):
        raise ValueError("no DigestInfo of SHA-2")
    return found


def _unpad(block: bytes) -> bytes:
    """Take 00 01 FF … FF 00 away."""
    padding, _, found = block[2:].partition(b"\x00")
    if block[:2] != b"\x00\x01" or padding.strip(b"\xff"):
        raise ValueError("no PKCS#1 padding")
    return found
