"""Proof that a card holds the key it asks a certificate for: a PKCS#10 request (RFC 2986) that the key itself signs."""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from anahtar_server.certificates import der

_RSA_SHA256 = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.tlv(der.NULL))  # RFC 8017 appendix A.2.4
_ECDSA_SHA384 = der.sequence(der.oid("1.2.840.10045.4.3.3"))  # RFC 5758 section 3.2


class NoProof(Exception):
    """The card did not prove that it holds the key."""


def request_body(subject: x509.Name, public_key: bytes) -> bytes:
    """Return the CertificationRequestInfo for a key (SubjectPublicKeyInfo, DER): what the card signs."""
    return der.sequence(der.integer(0), subject.public_bytes(), public_key, der.tlv(0xA0))


def prove(subject: x509.Name, public_key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """Let the card sign a request and return the request (DER); raises NoProof when the signature is not the key's.

    `sign` returns a signature over its message: RSA PKCS#1 v1.5 with SHA-256, or ECDSA (DER) with SHA-384.
    """
    body = request_body(subject, public_key)
    rsa_key = isinstance(load_der_public_key(public_key), rsa.RSAPublicKey)
    request = der.sequence(body, _RSA_SHA256 if rsa_key else _ECDSA_SHA384, der.bit_string(sign(body)))
    check(request, public_key)
    return request


def check(request: bytes, public_key: bytes) -> None:
    """Raises NoProof unless `request` (DER) asks for `public_key` and is signed by it."""
    try:
        held = x509.load_der_x509_csr(request)
        valid = held.is_signature_valid and held.public_key() == load_der_public_key(public_key)
    except ValueError:
        valid = False
    if not valid:
        raise NoProof
