"""Issuing the certificates of cards; the keys stay where they are."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.models import Card
from anahtar_server.certificates import lifecycle, rules
from anahtar_server.certificates.authorities import make_authority, sign_certificate
from anahtar_server.certificates.crl.entries import entry, slot_of
from anahtar_server.certificates.feed import next_version
from anahtar_server.certificates.lifecycle import Event, Reason, State
from anahtar_server.certificates.models import Answer, Authority, Certificate, Change
from anahtar_server.certificates.ocsp.answers import status_of
from anahtar_server.certificates.ocsp.names import certids
from anahtar_server.certificates.profiles import CARD_DEVICE, PROFILES, Profile, check_key
from anahtar_server.certificates.settings import CertificateSettings, current
from anahtar_server.custody.issuing_key import IssuingKey
from anahtar_server.custody.port import Custody
from anahtar_wire.messages import Kind

__all__ = ["has_ended", "issue", "make_authority", "profile_of", "subject_of"]


def profile_of(card: Card) -> Profile:
    """Return the profile of a card's signing certificate."""
    return PROFILES["nes" if card.kind == Kind.NES.value else "seal-sign"]


@transaction.atomic
def issue(
    *,
    card: Card,
    authority: Authority,
    public_key: bytes,
    custody: Custody,
    actor: str,
    now: datetime,
    profile: Profile | None = None,
    renews: Certificate | None = None,
    settings: CertificateSettings | None = None,
) -> Certificate:
    """Issue a certificate for a key of a card (SubjectPublicKeyInfo, DER) and put it into the register.

    It is valid at once, or suspended at birth while the certificate that it `renews` has not ended. Whoever calls has
    checked that the card holds the key (`possession`). Raises KeyRefused, KeyMissing, CustodyGone.
    """
    settings, profile = settings or current(), profile or profile_of(card)
    title, subject = _subject(card, profile)
    certificate = sign_certificate(
        profile=profile,
        subject=subject,
        key=check_key(profile, load_der_public_key(public_key)),
        issuer=authority,
        signing=IssuingKey(custody, authority.key),
        now=now,
        settings=settings,
        partition=partial(_partition, settings.partitions),
    )
    event = Event.ISSUE_WAITING if renews is not None and not _over(renews, now) else Event.ISSUE
    kept = _register(card, certificate, authority, profile, title, renews, event, now, settings)
    _begin_life(kept, event, actor, now)
    record(actor=actor, act=Act.CERTIFICATE_ISSUED, subject=f"certificate:{kept.serial}", now=now, card=str(card.pk))
    return kept


def subject_of(card: Card) -> x509.Name:
    """Return the subject of a card's signing certificate."""
    return _subject(card, profile_of(card))[1]


def has_ended(certificate: Certificate, now: datetime) -> bool:
    """Tell whether a certificate is over for good, so that its renewal may open."""
    return lifecycle.state_at(certificate.state, certificate.not_after, now) in lifecycle.FINAL


def _over(renews: Certificate, now: datetime) -> bool:
    return has_ended(Certificate.objects.get(pk=renews.pk), now)  # the caller's copy may be old


def _partition(partitions: int, serial: int) -> int:
    return serial % partitions


def _subject(card: Card, profile: Profile) -> tuple[str, x509.Name]:
    """Return the whole title and the subject made of it."""
    if profile is CARD_DEVICE:
        return card.serial, rules.device_subject(card.serial)
    if card.holder is not None:
        return card.holder.name, rules.nes_subject(card.holder.name, card.holder.tckn)
    assert card.firm is not None  # the table's own check: a card has one owner
    return card.firm.title, rules.seal_subject(card.firm.title, card.firm.tax_number)


def _register(
    card: Card,
    certificate: x509.Certificate,
    authority: Authority,
    profile: Profile,
    title: str,
    renews: Certificate | None,
    event: Event,
    now: datetime,
    settings: CertificateSettings,
) -> Certificate:
    state = lifecycle.move(None, event)
    held = state is State.WAITING
    return Certificate.objects.create(
        card=card,
        authority=authority,
        partition=_partition(settings.partitions, certificate.serial_number),
        slot=slot_of(certificate.serial_number),
        renews=renews,
        serial=f"{certificate.serial_number:x}",
        profile=profile.name,
        subject=certificate.subject.rfc4514_string()[:300],
        title=title,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        state=state.value,
        state_since=now,
        reason=Reason.CERTIFICATE_HOLD if held else None,
        listed=entry(certificate.serial_number, now, Reason.CERTIFICATE_HOLD) if held else None,
        der=certificate.public_bytes(Encoding.DER),
    )


def _begin_life(certificate: Certificate, event: Event, actor: str, now: datetime) -> None:
    """Write the first row of its life, and ask for its status answers."""
    Change.objects.create(
        certificate=certificate,
        at=now,
        event=event.value,
        after=certificate.state,
        reason=certificate.reason,
        asked_by=actor,
        performed_by=actor,
        listed_at=None if certificate.listed else now,  # a list says nothing of what is valid
    )
    assert certificate.authority is not None
    version, status = next_version(), status_of(certificate)
    Answer.objects.bulk_create(
        Answer(
            certificate=certificate,
            certid=certid,
            status=status,
            ends=certificate.not_after,
            due_at=now,
            version=version,
        )
        for certid in certids(bytes(certificate.authority.der), int(certificate.serial, 16))
    )
