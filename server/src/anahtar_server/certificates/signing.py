"""How lists and answers name the algorithm of their signature."""

from __future__ import annotations

from functools import cache

from anahtar_server.certificates import der
from anahtar_server.custody.signatures import curve_of

ALGORITHMS = {
    "secp256r1": der.sequence(der.oid("1.2.840.10045.4.3.2")),
    "secp384r1": der.sequence(der.oid("1.2.840.10045.4.3.3")),
}
"""ecdsa-with-SHA256 and -SHA384, without parameters (RFC 5758 section 3.2)."""


@cache
def algorithm_of(spki: bytes) -> bytes:
    """Return the AlgorithmIdentifier with which a key (SubjectPublicKeyInfo, DER) signs."""
    return ALGORITHMS[curve_of(spki).name]
