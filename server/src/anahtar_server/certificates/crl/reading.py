"""Finding the entries of a list of ours, and changing a few of them without reading the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from anahtar_server.certificates import der
from anahtar_server.certificates.crl.entries import mark_of


def entries_span(crl: bytes) -> tuple[int, int]:
    """Return begin and end of the entries in a list (DER), equal when it has none; raises der.Malformed."""
    _, begin, end = der.read(crl, 0, len(crl), der.SEQUENCE)
    _, begin, end = der.read(crl, begin, end, der.SEQUENCE)
    at = begin
    for _ in ("version", "signature", "issuer", "thisUpdate", "nextUpdate"):
        _, _, at = der.read(crl, at, end)
    tag, first, last = der.read(crl, at, end)
    return (first, last) if tag == der.SEQUENCE else (at, at)


def find(crl: bytes, serial: int) -> tuple[int, int] | None:
    """Return begin and end of the entry of a serial number, None when it is not listed."""
    begin, end = entries_span(crl)
    return _find(crl, serial, begin, end)


def changed(crl: bytes, changes: Iterable[tuple[int, bytes | None]]) -> Iterator[bytes]:
    """Yield the entries of a list with some changed, put in (at the end) or, where the new entry is None, taken out."""
    begin, end = entries_span(crl)
    cuts, new = [], []
    for serial, entry in changes:
        there = _find(crl, serial, begin, end)
        if there is not None:
            cuts.append(there)
        if entry is not None:
            new.append(entry)
    at = begin
    for first, last in sorted(cuts):
        yield crl[at:first]
        at = last
    yield crl[at:end]
    yield from new


def _find(crl: bytes, serial: int, begin: int, end: int) -> tuple[int, int] | None:
    at = crl.find(mark_of(serial), begin, end)
    if at < 0:
        return None
    # An entry of ours is shorter than 128 bytes: tag and one byte of length stand before its serial number.
    _, first, last = der.read(crl, at - 2, end, der.SEQUENCE)
    if first != at:
        raise der.Malformed("no entry of ours")
    return at - 2, last
