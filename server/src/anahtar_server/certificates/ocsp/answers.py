"""A status answer, encoded and signed (RFC 6960 section 4.2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from anahtar_server.certificates import der
from anahtar_server.certificates.authorities import facts_of, key_hash
from anahtar_server.certificates.crl.entries import to_the_second
from anahtar_server.certificates.lifecycle import Reason
from anahtar_server.certificates.models import Authority
from anahtar_server.certificates.signing import signed
from anahtar_server.custody.port import Custody

GOOD = der.tlv(0x80)
UNKNOWN = der.tlv(0x82)


def revoked(at: datetime, reason: int) -> bytes:
    """Return the CertStatus of what is revoked or on hold since `at`."""
    given = der.tlv(0xA0, der.integer(reason, der.ENUMERATED)) if reason != Reason.UNSPECIFIED else b""
    return der.tlv(0xA1, der.generalized_time(to_the_second(at)), given)


@dataclass(frozen=True, slots=True)
class Responder:
    """Who signs: made once for many answers."""

    name: str
    spki: bytes
    responder_id: bytes
    certificates: bytes

    @classmethod
    def of(cls, authority: Authority) -> Responder:
        """Return the responder with this certificate."""
        own = bytes(authority.der)
        facts = facts_of(own)
        by_key = der.tlv(0xA2, der.tlv(der.OCTET_STRING, key_hash(facts)))
        return cls(authority.key, facts.spki, by_key, der.tlv(0xA0, der.sequence(own)))


_BASIC = der.oid("1.3.6.1.5.5.7.48.1.1")  # id-pkix-ocsp-basic
_SUCCESSFUL = der.integer(0, der.ENUMERATED)


def answer(
    certid: bytes,
    status: bytes,
    *,
    this_update: datetime,
    next_update: datetime,
    responder: Responder,
    custody: Custody,
    extensions: bytes = b"",
) -> bytes:
    """Return a signed answer (DER) about one certificate; raises KeyMissing, CustodyGone."""
    return answer_all(
        [(certid, status)],
        this_update=this_update,
        next_update=next_update,
        responder=responder,
        custody=custody,
        extensions=extensions,
    )


def answer_all(
    statuses: list[tuple[bytes, bytes]],
    *,
    this_update: datetime,
    next_update: datetime,
    responder: Responder,
    custody: Custody,
    extensions: bytes = b"",
) -> bytes:
    """Return a signed answer (DER) about each CertID with its status; raises KeyMissing, CustodyGone."""
    this = der.generalized_time(this_update)
    data = der.sequence(
        responder.responder_id,
        this,  # producedAt
        der.sequence(*_singles(statuses, this, der.tlv(0xA0, der.generalized_time(next_update)))),
        extensions,
    )
    basic = signed(data, key=responder.name, spki=responder.spki, custody=custody, after=responder.certificates)
    return der.sequence(_SUCCESSFUL, der.tlv(0xA0, der.sequence(_BASIC, der.tlv(der.OCTET_STRING, basic))))


def _singles(statuses: list[tuple[bytes, bytes]], this: bytes, following: bytes) -> Iterator[bytes]:
    for certid, status in statuses:
        yield der.sequence(certid, status, this, following)
