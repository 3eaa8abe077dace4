"""One line of a list."""

from __future__ import annotations

from datetime import datetime, timedelta

from anahtar_server.certificates import der
from anahtar_server.certificates.lifecycle import Reason

_REASONS: dict[int, bytes] = {
    reason: der.sequence(der.extension("2.5.29.21", der.integer(reason, der.ENUMERATED)))
    for reason in Reason
    if reason is not Reason.UNSPECIFIED  # SHOULD be absent instead (RFC 5280 section 5.3.1)
}


def to_the_second(at: datetime) -> datetime:
    """Return the second that relying parties see: never earlier than the decision, for none is retroactive."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)


def entry(serial: int, at: datetime, reason: int) -> bytes:
    """Return a revokedCertificates entry (RFC 5280 section 5.1.2.6) with its reason (section 5.3.1)."""
    return der.sequence(der.integer(serial), der.time(to_the_second(at)), _REASONS.get(reason, b""))


SLOTS = 256
"""Pieces of a list: an act writes one piece anew, whatever the list's length."""


def slot_of(serial: int) -> int:
    """Return on which piece a serial number stands; its lowest bits choose the partition, others the piece."""
    return (serial >> 16) % SLOTS


def is_listed(piece: bytes, serial: int) -> bool:
    """Tell whether a serial number has an entry among the entries of a piece."""
    return der.integer(serial) + bytes((der.UTC_TIME, 13)) in piece
