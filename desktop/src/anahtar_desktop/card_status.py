"""Whether a certificate was suspended or revoked, asked at the status service that it names (OCSP, RFC 6960).

The addresses stand in the certificate (RFC 5280, section 4.2.2.1). An answer is believed only if the issuer signed it,
or a responder that the issuer named for it (RFC 6960, section 4.2.2.2); whether the issuer itself is to be believed is
not decided here. Nothing of the card is sent but the certificate's number and its issuer's digests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from anahtar_wire.problems import Refusal

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.x509 import ocsp

    from anahtar_desktop.transport import Transport

PATIENCE = 4.0
"""Seconds for each of the two questions."""
CLOCKS_DIFFER = timedelta(minutes=5)
REQUEST = "application/ocsp-request"


class Life(Enum):
    """What the status service says."""

    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NO_SERVICE = "no-service"
    NOT_REACHED = "not-reached"
    NOT_BELIEVED = "not-believed"


@dataclass(frozen=True, slots=True)
class Status:
    """An answer: since when a certificate is suspended or revoked, as far as it is."""

    life: Life
    since: datetime | None = None


class _NotBelieved(Exception):
    """An answer that nobody has to believe."""


def ask(raw: bytes, transport: Transport | None = None, now: datetime | None = None) -> Status:
    """Return what the service says of a certificate (DER); raises nothing."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(raw)
        places = _places(certificate)
        if places is None:
            return Status(Life.NO_SERVICE)
        return _asked(certificate, *places, transport, now or datetime.now(UTC))
    except Refusal:
        return Status(Life.NOT_REACHED)
    except Exception:  # certificates and answers are hostile input, and a library for them raises many kinds
        return Status(Life.NOT_BELIEVED)


def _places(certificate: x509.Certificate) -> tuple[str, str] | None:
    """Return the addresses of the status service and of the issuer's certificate; None where one is missing."""
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID as Access

    try:
        ways = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return None
    named = {way.access_method: str(way.access_location.value) for way in reversed(list(ways))}
    service, issuer = named.get(Access.OCSP, ""), named.get(Access.CA_ISSUERS, "")
    return (service, issuer) if _is_web(service) and _is_web(issuer) else None


def _is_web(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _asked(
    certificate: x509.Certificate, service: str, issuer_at: str, transport: Transport | None, now: datetime
) -> Status:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    issuer = x509.load_der_x509_certificate(_fetch(issuer_at, None, transport))
    certificate.verify_directly_issued_by(issuer)
    # Which digest names the issuer decides nothing; SHA-1 is the one that every responder knows (RFC 5019).
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA1())  # noqa: S303  # names the issuer (RFC 6960, 4.1.1)
    request = builder.build()
    answer = ocsp.load_der_ocsp_response(_fetch(service, request.public_bytes(Encoding.DER), transport))
    _believe(answer, request, issuer, now)
    return _status(answer)


def _fetch(address: str, body: bytes | None, transport: Transport | None) -> bytes:
    from anahtar_desktop.transport import Request, Transport
    from anahtar_wire.problems import Problem

    parts = urlsplit(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": REQUEST} if body is not None else {}
    answer = (transport or Transport()).send(Request(f"{parts.scheme}://{parts.netloc}", path, body, headers), PATIENCE)
    if answer.status != 200:
        raise Refusal(Problem.SERVER_RUBBISH)
    return answer.body


def _believe(answer: ocsp.OCSPResponse, request: ocsp.OCSPRequest, issuer: x509.Certificate, now: datetime) -> None:
    """Hold an answer to RFC 6960, section 3.2; raises what does not hold."""
    from cryptography.x509 import ocsp

    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise _NotBelieved
    named = ("serial_number", "issuer_name_hash", "issuer_key_hash")
    if any(getattr(answer, one) != getattr(request, one) for one in named):
        raise _NotBelieved
    late = answer.next_update_utc is not None and answer.next_update_utc < now - CLOCKS_DIFFER
    if late or answer.this_update_utc > now + CLOCKS_DIFFER:
        raise _NotBelieved
    if not any(_signed_by(answer, one) for one in _responders(answer, issuer, now)):
        raise _NotBelieved


def _responders(answer: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> Iterator[x509.Certificate]:
    """Return who may sign: the issuer, and whom it named for this alone, while that holds."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    yield issuer
    for one in answer.certificates:
        one.verify_directly_issued_by(issuer)
        named = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.OCSP_SIGNING in named and one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            yield one


def _signed_by(answer: ocsp.OCSPResponse, one: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    key, digest = one.public_key(), answer.signature_hash_algorithm
    if digest is None or digest.digest_size < 32:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _status(answer: ocsp.OCSPResponse) -> Status:
    from cryptography import x509
    from cryptography.x509 import ocsp

    if answer.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Status(Life.GOOD)
    if answer.certificate_status is not ocsp.OCSPCertStatus.REVOKED:
        return Status(Life.UNKNOWN)
    held = answer.revocation_reason is x509.ReasonFlags.certificate_hold
    return Status(Life.SUSPENDED if held else Life.REVOKED, answer.revocation_time_utc)
