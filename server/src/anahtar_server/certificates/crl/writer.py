"""A whole list from its entries: the body is joined from ready pieces and signed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from anahtar_server.certificates import der
from anahtar_server.certificates.authorities import Facts
from anahtar_server.certificates.signing import algorithm_of
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


_ROOM = 4096
"""Kept free before the entries, for what stands there and is known only when all of them are: so a list of a million is
in memory once."""


@dataclass(frozen=True, slots=True)
class Written:
    """A signed list: what stands before its entries, and after them; `size` in bytes with the entries."""

    front: bytes
    tail: bytes
    size: int


def write(*, head: Head, entries: Iterable[bytes], facts: Facts, key: str, custody: Custody) -> Written:
    """Sign the list (DER) of the authority with these facts; raises KeyMissing, CustodyGone."""
    whole = bytearray(_ROOM)
    for some in entries:
        whole += some
    size = len(whole) - _ROOM
    tail = der.tlv(0xA0, der.sequence(*_extensions(head, facts)))
    whole += tail
    # Entries are absent when there is nothing to list (RFC 5280 section 5.1.2.6).
    begin = _before(whole, _ROOM, der.SEQUENCE, size) if size else _ROOM
    begin = _put(whole, begin, _fields(head, facts))
    begin = _before(whole, begin, der.SEQUENCE, len(whole) - begin)
    with memoryview(whole) as view, view[begin:] as body:
        signature = custody.sign(key=key, data=cast(bytes, body))  # read, not copied
    tail += algorithm_of(facts.spki) + der.bit_string(signature)
    begin = _before(whole, begin, der.SEQUENCE, _ROOM - begin + size + len(tail))
    return Written(bytes(whole[begin:_ROOM]), tail, _ROOM - begin + size + len(tail))


def _before(whole: bytearray, at: int, tag: int, size: int) -> int:
    """Put the header of a content of `size` bytes before `at` and return where it begins."""
    return _put(whole, at, bytes((tag,)) + der.length(size))


def _put(whole: bytearray, at: int, content: bytes) -> int:
    if len(content) > at:
        raise ValueError("a list's head is longer than the room for it")
    whole[at - len(content) : at] = content
    return at - len(content)


def _fields(head: Head, facts: Facts) -> bytes:
    """Return what stands before the entries."""
    times = der.time(head.this_update) + der.time(head.next_update)
    return _VERSION_2 + algorithm_of(facts.spki) + facts.subject + times


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
