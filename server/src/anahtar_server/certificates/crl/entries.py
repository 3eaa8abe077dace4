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


def mark_of(serial: int) -> bytes:
    """Return the bytes by which an entry of this serial number is found in a list."""
    return der.integer(serial) + bytes((der.UTC_TIME, 13))
