"""How a request names a certificate: the CertID of RFC 6960 section 4.1.1."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from anahtar_server.certificates import der
from anahtar_server.certificates.authorities import facts_of

HASHES = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}
"""The hashes by which we are asked: SHA-1 by nearly all (RFC 5019 section 2.1.1), SHA-256 by the newest."""

ALGORITHMS = {name: der.sequence(der.oid(dotted), der.tlv(der.NULL)) for name, dotted in HASHES.items()}
"""AlgorithmIdentifier with NULL parameters, as programs send it."""


@lru_cache(maxsize=256)
def heads(authority: bytes) -> tuple[bytes, ...]:
    """Return the content of a CertID up to the serial number under an authority's certificate (DER), for each hash."""
    facts = facts_of(authority)
    return tuple(
        algorithm
        + der.tlv(der.OCTET_STRING, hashlib.new(name, facts.subject, usedforsecurity=False).digest())
        + der.tlv(der.OCTET_STRING, hashlib.new(name, facts.key_bits, usedforsecurity=False).digest())
        for name, algorithm in ALGORITHMS.items()
    )


def certids(authority: bytes, serial: int) -> list[bytes]:
    """Return the CertIDs (DER) of a certificate under an authority's certificate (DER), one for each hash."""
    return [der.sequence(head, der.integer(serial)) for head in heads(authority)]


def split(certid: bytes) -> tuple[bytes, int]:
    """Return what a well-formed CertID (DER) says of the issuer, as `heads` has it, and its serial number."""
    _, begin, end = der.read(certid, 0, len(certid), der.SEQUENCE)
    at = begin
    for tag in (der.SEQUENCE, der.OCTET_STRING, der.OCTET_STRING):
        _, _, at = der.read(certid, at, end, tag)
    _, first, last = der.read(certid, at, end, der.INTEGER)
    return certid[begin:at], int.from_bytes(certid[first:last], "big", signed=True)
