"""A whole list from its entries: the body is joined from ready pieces and signed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anahtar_server.certificates import der
from anahtar_server.certificates.authorities import Facts
from anahtar_server.certificates.signing import algorithm_of, signed
from anahtar_server.custody.port import Custody

_VERSION_2 = der.integer(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a list says besides its entries. `address` is where its full list lies: the distribution point of the
    certificates in its scope, empty for a list about everything; `delta_address` stands in full lists, `base_number`
    in delta lists."""

    number: int
    this_update: datetime
    next_update: datetime
    address: str
    delta_address: str = ""
    base_number: int | None = None


def write(*, head: Head, entries: Iterable[bytes], facts: Facts, key: str, custody: Custody) -> bytes:
    """Return the signed list (DER) of the authority with these facts; raises KeyMissing, CustodyGone."""
    pieces = list(entries)
    size = sum(map(len, pieces))
    before = b"".join(
        (
            _VERSION_2,
            algorithm_of(facts.spki),
            facts.subject,
            der.time(head.this_update),
            der.time(head.next_update),
            # Absent when there is nothing to list (RFC 5280 section 5.1.2.6).
            bytes((der.SEQUENCE,)) + der.length(size) if size else b"",
        )
    )
    after = der.tlv(0xA0, der.sequence(*_extensions(head, facts)))
    header = bytes((der.SEQUENCE,)) + der.length(len(before) + size + len(after))
    body = b"".join((header, before, *pieces, after))
    del pieces
    return signed(body, key=key, spki=facts.spki, custody=custody)


def _extensions(head: Head, facts: Facts) -> Iterable[bytes]:
    yield der.extension("2.5.29.35", der.sequence(der.tlv(0x80, facts.key_id)))  # authorityKeyIdentifier
    yield der.extension("2.5.29.20", der.integer(head.number))  # cRLNumber
    if head.base_number is not None:
        yield der.extension("2.5.29.27", der.integer(head.base_number), critical=True)  # deltaCRLIndicator
    if head.address:
        point = der.tlv(0xA0, _full_name(head.address))
        yield der.extension("2.5.29.28", der.sequence(point), critical=True)  # issuingDistributionPoint
    if head.delta_address:
        # freshestCRL: where the changes since this list lie (section 5.2.6)
        yield der.extension("2.5.29.46", der.sequence(der.sequence(der.tlv(0xA0, _full_name(head.delta_address)))))


def _full_name(address: str) -> bytes:
    return der.tlv(0xA0, der.tlv(0x86, address.encode("ascii")))
