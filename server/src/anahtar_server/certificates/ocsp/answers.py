"""Status answers, encoded and signed (RFC 6960 section 4.2.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from anahtar_server.certificates import der
from anahtar_server.certificates.authorities import facts_of, key_hash
from anahtar_server.certificates.crl.entries import to_the_second
from anahtar_server.certificates.lifecycle import Reason, State
from anahtar_server.certificates.models import Authority, Certificate
from anahtar_server.certificates.signing import algorithm_of

GOOD = der.tlv(0x80)
UNKNOWN = der.tlv(0x82)

Sign = Callable[[bytes], bytes]
"""Signs a message: DER signature of the responder's key."""


def status_of(certificate: Certificate) -> bytes:
    """Return the CertStatus (DER) of a certificate as the register has it; on hold is revoked for the time being."""
    if State(certificate.state) is State.VALID:
        return GOOD
    return revoked(certificate.state_since, certificate.reason or 0)


def revoked(at: datetime, reason: int) -> bytes:
    """Return the CertStatus of what is revoked or on hold since `at`."""
    given = der.tlv(0xA0, der.integer(reason, der.ENUMERATED)) if reason != Reason.UNSPECIFIED else b""
    return der.tlv(0xA1, der.generalized_time(to_the_second(at)), given)


_BASIC = der.oid("1.3.6.1.5.5.7.48.1.1")  # id-pkix-ocsp-basic
_SUCCESSFUL = der.integer(0, der.ENUMERATED)


@dataclass(frozen=True, slots=True)
class Responder:
    """Who signs; made once for many answers."""

    key: str
    responder_id: bytes
    after_data: bytes
    """The algorithm of the signature."""
    after_signature: bytes
    """The responder's certificate."""

    @classmethod
    def of(cls, authority: Authority) -> Responder:
        """Return the responder with this certificate."""
        own = bytes(authority.der)
        facts = facts_of(own)
        by_key = der.tlv(0xA2, der.tlv(der.OCTET_STRING, key_hash(facts)))
        return cls(authority.key, by_key, algorithm_of(facts.spki), der.tlv(0xA0, der.sequence(own)))


class Writer:
    """Writes answers of one responder for one period; what is the same in all of them is encoded once.

    Headers depend on lengths only, so those of an answer about one certificate are made once for each length.
    """

    def __init__(self, responder: Responder, sign: Sign, *, this_update: datetime, next_update: datetime) -> None:
        self._responder, self._sign = responder, sign
        this = der.generalized_time(this_update)
        self._head = responder.responder_id + this  # responderID, producedAt
        self._times = this + der.tlv(0xA0, der.generalized_time(next_update))
        self._before_certid: dict[int, bytes] = {}
        self._before_data: dict[tuple[int, int], bytes] = {}

    def answer(self, certid: bytes, status: bytes) -> bytes:
        """Return a signed answer (DER) about one certificate; raises what signing raises."""
        size = len(certid) + len(status)
        before = self._before_certid.get(size) or self._make_before_certid(size)
        data = b"".join((before, certid, status, self._times))
        signature = der.bit_string(self._sign(data))
        lengths = len(data), len(signature)
        return b"".join(
            (
                self._before_data.get(lengths) or self._make_before_data(*lengths),
                data,
                self._responder.after_data,
                signature,
                self._responder.after_signature,
            )
        )

    def _make_before_certid(self, size: int) -> bytes:
        whole = self._data([(bytes(size), b"")])
        before = self._before_certid[size] = whole[: len(whole) - len(self._times) - size]
        return before

    def _make_before_data(self, data: int, signature: int) -> bytes:
        whole = self._whole(bytes(data), bytes(signature))
        after = len(self._responder.after_data) + signature + len(self._responder.after_signature)
        before = self._before_data[data, signature] = whole[: len(whole) - after - data]
        return before

    def answer_all(self, statuses: list[tuple[bytes, bytes]], extensions: bytes = b"") -> bytes:
        """Return a signed answer (DER) about each CertID with its status; raises what signing raises."""
        data = self._data(statuses, extensions)
        return self._whole(data, der.bit_string(self._sign(data)))

    def _data(self, statuses: list[tuple[bytes, bytes]], extensions: bytes = b"") -> bytes:
        singles = [der.sequence(certid, status, self._times) for certid, status in statuses]
        return der.sequence(self._head, der.sequence(*singles), extensions)

    def _whole(self, data: bytes, signature: bytes) -> bytes:
        basic = der.sequence(data, self._responder.after_data, signature, self._responder.after_signature)
        return der.sequence(_SUCCESSFUL, der.tlv(0xA0, der.sequence(_BASIC, der.tlv(der.OCTET_STRING, basic))))
