"""Answers signed while somebody waits: to what no answer signed before fits (RFC 6960 section 2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509

from anahtar_server.certificates import der
from anahtar_server.certificates.authorities import responder_of
from anahtar_server.certificates.models import Answer, Authority, Certificate
from anahtar_server.certificates.ocsp import requests
from anahtar_server.certificates.ocsp.answers import UNKNOWN, Responder, Writer
from anahtar_server.certificates.ocsp.failures import Failure
from anahtar_server.certificates.ocsp.names import heads, split
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.custody.port import Custody

_NONCE = der.oid("1.3.6.1.5.5.7.48.1.2")


class _NotOurs(Exception):
    """Nothing can be said of a certificate: another's issuer, two issuers in one request, or one that has ended."""


def answer(asked: bytes, *, custody: Custody, now: datetime, settings: CertificateSettings, actor: str) -> bytes:
    """Return the answer (DER) to a request (DER): statuses as the register has them at this moment, *unknown* for what
    we did not issue, the nonce as it came; or a standard error. Raises CustodyGone."""
    try:
        request = requests.read(asked)
    except der.Malformed:
        return Failure.MALFORMED_REQUEST.answer
    if request.strange:
        return Failure.UNAUTHORIZED.answer
    try:
        issuer, statuses = _statuses(request.certids)
    except _NotOurs:
        return Failure.UNAUTHORIZED.answer
    own = Responder.of(responder_of(authority=issuer, custody=custody, actor=actor, now=now, settings=settings))
    this = now.replace(microsecond=0)
    # Soon over: nobody takes back what was signed for one asker.
    following = this + timedelta(seconds=max(settings.cache_seconds, 60))
    writer = Writer(
        own, lambda data: custody.sign(key=own.key, data=data), this_update=this, next_update=following
    )  # fmt: skip
    return writer.answer_all(statuses, _extensions(request.nonce))


def _extensions(nonce: bytes | None) -> bytes:
    if nonce is None:
        return b""
    value = der.tlv(der.OCTET_STRING, der.tlv(der.OCTET_STRING, nonce))
    return der.tlv(0xA1, der.sequence(der.sequence(_NONCE, value)))


def _statuses(certids: tuple[bytes, ...]) -> tuple[Authority, list[tuple[bytes, bytes]]]:
    """Return the issuer of all, and each CertID with its CertStatus (DER); raises _NotOurs."""
    answers = Answer.objects.filter(certid__in=certids).values_list("certid", "status")
    known = {bytes(certid): bytes(status) for certid, status in answers}
    named = [split(certid) for certid in certids]
    issuer = _issuer({head for head, _ in named})
    missing = {serial for certid, (_, serial) in zip(certids, named, strict=True) if certid not in known}
    if not missing.isdisjoint(_issued_otherwise(issuer, missing)):
        raise _NotOurs  # ours, but ended or an authority's own: "unknown" would be a lie
    return issuer, [(certid, known.get(certid, UNKNOWN)) for certid in certids]


def _issuer(wanted: set[bytes]) -> Authority:
    for authority in Authority.objects.filter(kind=Authority.Kind.ISSUING).order_by("pk"):
        if wanted <= set(heads(bytes(authority.der))):
            return authority
    raise _NotOurs


def _issued_otherwise(issuer: Authority, serials: set[int]) -> Iterator[int]:
    hexes = {f"{serial:x}" for serial in serials}
    for serial in Certificate.objects.filter(authority=issuer, serial__in=hexes).values_list("serial", flat=True):
        yield int(serial, 16)
    for own in Authority.objects.filter(parent=issuer).values_list("der", flat=True):
        yield x509.load_der_x509_certificate(bytes(own)).serial_number
