"""Reading what is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anahtar_server.certificates.crl.entries import is_listed
from anahtar_server.certificates.crl.publishing import FIRST
from anahtar_server.certificates.models import Certificate, Piece, Publication


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A list (DER) with its times."""

    der: bytes
    this_update: datetime
    next_update: datetime


def published_list(authority: str, partition: int, kind: str = "full") -> PublishedList | None:
    """Return the newest list of an authority, by name; None when there is none such."""
    # One question, so that all pieces are of one list while a worker publishes the next.
    rows = list(
        Piece.objects.filter(
            publication__authority__name=authority, publication__partition=partition, publication__kind=kind
        )
        .order_by("place")
        .values_list("der", "publication__this_update", "publication__next_update")
    )
    if not rows:
        return None
    return PublishedList(b"".join(der for der, _, _ in rows), rows[0][1], rows[0][2])


def listed_in(publication: Publication, certificate: Certificate) -> bool:
    """Tell whether a certificate has an entry in a published full list."""
    piece = Piece.objects.filter(publication=publication, place=FIRST + certificate.slot).first()
    return piece is not None and is_listed(bytes(piece.der), int(certificate.serial, 16))
