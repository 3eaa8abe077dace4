"""Reading back what is published about a certificate, as a relying party sees it, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509 import ocsp

from anahtar_server.certificates.crl.published import listed_in
from anahtar_server.certificates.models import Answer, Certificate, Change, Publication


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the published bytes say. `answer` is good, revoked or on-hold, empty while a new one is being signed;
    `answered_since` and `listed_since` say since when relying parties can see the newest change (None: not yet)."""

    answer: str
    answer_until: datetime | None
    answered_since: datetime | None
    listed: bool
    list_number: int | None
    list_until: datetime | None
    listed_since: datetime | None


def read_back(certificate: Certificate, now: datetime) -> ReadBack:
    """Return what is published about a certificate, read from the published bytes and not from the register."""
    answer = Answer.objects.filter(certificate=certificate).exclude(der=b"").order_by("pk").first()
    full = Publication.objects.filter(
        authority=certificate.authority_id, partition=certificate.partition, kind=Publication.Kind.FULL
    ).first()
    change = Change.objects.filter(certificate=certificate).order_by("-pk").first()
    alive = answer if answer is not None and answer.next_update is not None and now < answer.next_update else None
    return ReadBack(
        answer=_said(bytes(alive.der)) if alive else "",
        answer_until=alive.next_update if alive else None,
        answered_since=change.answered_at if change else None,
        listed=full is not None and listed_in(full, certificate),
        list_number=full.number if full else None,
        list_until=full.next_update if full else None,
        listed_since=change.listed_at if change else None,
    )


def _said(answer: bytes) -> str:
    read = ocsp.load_der_ocsp_response(answer)
    if read.certificate_status is not ocsp.OCSPCertStatus.REVOKED:
        return read.certificate_status.name.lower()
    return "on-hold" if read.revocation_reason is x509.ReasonFlags.certificate_hold else "revoked"
