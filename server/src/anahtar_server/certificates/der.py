"""Distinguished encoding of the few ASN.1 shapes that lists and answers are made of (ITU-T X.690), and their reading.

Hand-made, because a list may have a million entries and the libraries build an object for each.
"""

from __future__ import annotations

from datetime import UTC, datetime

from asn1crypto import core

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED = 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A
UTC_TIME, GENERALIZED_TIME, SEQUENCE = 0x17, 0x18, 0x30


class Malformed(ValueError):
    """These bytes are not what they should be."""


def length(size: int) -> bytes:
    """Return the length octets of a content of `size` bytes (X.690 section 8.1.3)."""
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


class _Heads(dict[tuple[int, int], bytes]):
    """Tags with short lengths, each made once."""

    def __missing__(self, key: tuple[int, int]) -> bytes:
        head = self[key] = bytes(key)
        return head


_SHORT = _Heads()


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return tag, length and contents."""
    size = sum(map(len, contents))
    head = _SHORT[tag, size] if size < 0x80 else bytes((tag,)) + length(size)
    return b"".join((head, *contents))  # one copy only: a content may be a list of a million


def sequence(*contents: bytes) -> bytes:
    """Return a SEQUENCE."""
    return tlv(SEQUENCE, *contents)


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Return a number that is not negative, in as few bytes as it needs."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bit_string(content: bytes) -> bytes:
    """Return whole bytes as a BIT STRING."""
    return tlv(BIT_STRING, b"\x00", content)


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    encoded: bytes = core.ObjectIdentifier(dotted).dump()
    return encoded


def generalized_time(at: datetime) -> bytes:
    """Return a time to the second, in UTC (RFC 5280 section 4.1.2.5.2)."""
    return tlv(GENERALIZED_TIME, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def time(at: datetime) -> bytes:
    """Return a time as certificates and lists write it: UTCTime through 2049 (RFC 5280 section 5.1.2.4)."""
    at = at.astimezone(UTC)
    return tlv(UTC_TIME, at.strftime("%y%m%d%H%M%SZ").encode()) if at.year < 2050 else generalized_time(at)


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    """Return an Extension around the encoded `value`."""
    return sequence(oid(dotted), b"\x01\x01\xff" if critical else b"", tlv(OCTET_STRING, value))


def read(data: bytes, at: int, end: int, tag: int | None = None) -> tuple[int, int, int]:
    """Return tag, begin and end of the content of the element at `at`, which must lie before `end`; raises Malformed
    also for another tag than `tag`, an indefinite or a wasteful length."""
    if at + 2 > end:
        raise Malformed("cut off")
    found, size, begin = data[at], data[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 0 < count <= 4 or begin + count > end or data[begin] == 0:
            raise Malformed("length")
        size = int.from_bytes(data[begin : begin + count], "big")
        begin += count
        if size < 0x80:
            raise Malformed("length")
    if begin + size > end:
        raise Malformed("cut off")
    if tag is not None and found != tag:
        raise Malformed(f"tag {found:02x} instead of {tag:02x}")
    return found, begin, begin + size
