"""Reading a status request (RFC 6960 section 4.1.1): strict, and without building anything."""

from __future__ import annotations

from dataclasses import dataclass

from anahtar_server.certificates import der
from anahtar_server.certificates.der import Malformed
from anahtar_server.certificates.ocsp.names import ALGORITHMS, HASHES

_NONCE = der.oid("1.3.6.1.5.5.7.48.1.2")
_BY_OID = {der.oid(dotted): ALGORITHMS[name] for name, dotted in HASHES.items()}
LONGEST_NONCE = 128  # RFC 9654 section 2.1: none, or a longer one, is malformed
MOST = 16
"""More certificates than this are asked for by nobody in good faith."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the CertIDs as we write them; `nonce` as it came, None without one; `strange`: it holds something
    critical that we do not know."""

    certids: tuple[bytes, ...]
    nonce: bytes | None = None
    strange: bool = False


_PLAIN = {size: b"".join(bytes((der.SEQUENCE, size - 2 - deep)) for deep in (0, 2, 4, 6)) for size in range(10, 130)}
"""What stands before the CertID in a request about one certificate and nothing else, by the request's length."""


def plain(data: bytes) -> bytes | None:
    """Return what would be the CertID (DER) in a request about one certificate and nothing else; None for any other.

    Nothing is checked: bytes that equal a CertID which we wrote ourselves are one.
    """
    return data[8:] if data[:8] == _PLAIN.get(len(data)) else None


def read(data: bytes) -> Request:
    """Read a request; raises Malformed. Signatures of requests are not looked at (we answer everyone)."""
    _, at, end = der.read(data, 0, len(data), der.SEQUENCE)
    if end != len(data):
        raise Malformed("bytes after the end")
    _, begin, stop = der.read(data, at, end, der.SEQUENCE)
    if stop != end:
        _, _, last = der.read(data, stop, end, 0xA0)
        if last != end:
            raise Malformed("after the signature")
    return _body(data, begin, stop)


def _body(data: bytes, at: int, end: int) -> Request:
    if at < end and data[at] == 0xA0:
        _, first, at = der.read(data, at, end)
        if data[first:at] != der.integer(0):
            raise Malformed("version")
    if at < end and data[at] == 0xA1:
        _, _, at = der.read(data, at, end)  # requestorName
    _, first, at = der.read(data, at, end, der.SEQUENCE)
    certids, strange = _list(data, first, at)
    nonce = None
    if at < end:
        _, first, at = der.read(data, at, end, 0xA2)
        nonce, more = _extensions(data, first, at)
        strange = strange or more
    if at != end:
        raise Malformed("after the request")
    return Request(certids, nonce, strange)


def _list(data: bytes, at: int, end: int) -> tuple[tuple[bytes, ...], bool]:
    certids, strange = [], False
    while at < end:
        _, first, at = der.read(data, at, end, der.SEQUENCE)
        _, begin, stop = der.read(data, first, at, der.SEQUENCE)
        certids.append(_certid(data, first, begin, stop))
        if stop != at:
            _, inner, last = der.read(data, stop, at, 0xA0)
            if last != at:
                raise Malformed("in a single request")
            strange = strange or _extensions(data, inner, last)[1]
        if len(certids) > MOST:
            raise Malformed("too many")
    if not certids:
        raise Malformed("nothing asked")
    return tuple(certids), strange


def _certid(data: bytes, start: int, begin: int, end: int) -> bytes:
    """Return a CertID with the algorithm's parameters written out, as some programs leave them away."""
    _, first, at = der.read(data, begin, end, der.SEQUENCE)
    _, _, after_oid = der.read(data, first, at, der.OID)
    if data[after_oid:at] not in (b"", b"\x05\x00"):
        raise Malformed("parameters")
    rest = at
    for tag in (der.OCTET_STRING, der.OCTET_STRING, der.INTEGER):
        _, _, rest = der.read(data, rest, end, tag)
    if rest != end:
        raise Malformed("after the serial number")
    if after_oid != at:
        return data[start:end]
    algorithm = _BY_OID.get(data[first:after_oid])
    return data[start:end] if algorithm is None else der.sequence(algorithm, data[at:end])


def _extensions(data: bytes, at: int, end: int) -> tuple[bytes | None, bool]:
    """Return the nonce, and whether anything critical is not known to us."""
    _, at, stop = der.read(data, at, end, der.SEQUENCE)
    if stop != end:
        raise Malformed("after the extensions")
    nonce, strange = None, False
    while at < stop:
        _, first, at = der.read(data, at, stop, der.SEQUENCE)
        _, _, after = der.read(data, first, at, der.OID)
        name, critical = data[first:after], False
        if data[after : after + 1] == b"\x01":
            _, begin, after = der.read(data, after, at, 0x01)
            critical = data[begin:after] == b"\xff"
            if not critical and data[begin:after] != b"\x00":  # there is one way to write true (X.690 section 11.1)
                raise Malformed("critical")
        _, begin, last = der.read(data, after, at, der.OCTET_STRING)
        if last != at:
            raise Malformed("in an extension")
        if name == _NONCE:
            nonce = _nonce(data, begin, last)
        elif critical:
            strange = True
    return nonce, strange


def _nonce(data: bytes, at: int, end: int) -> bytes:
    _, begin, last = der.read(data, at, end, der.OCTET_STRING)
    if last != end or not 0 < last - begin <= LONGEST_NONCE:
        raise Malformed("nonce")
    return data[begin:last]
