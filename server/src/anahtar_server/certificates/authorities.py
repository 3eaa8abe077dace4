"""The authority's own certificates: a root, issuing authorities under it, and their responders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha1

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.certificates import profiles, rules
from anahtar_server.certificates.extensions import extensions
from anahtar_server.certificates.models import Authority
from anahtar_server.certificates.profiles import Profile, PublicKey, check_key
from anahtar_server.certificates.settings import CertificateSettings, current
from anahtar_server.custody.issuing_key import IssuingKey
from anahtar_server.custody.port import Curve, Custody

ROOT = "root-1"
_CURVES: dict[str, Curve] = {
    Authority.Kind.ROOT: "P-384",
    Authority.Kind.ISSUING: "P-384",
    Authority.Kind.OCSP: "P-256",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What lists and answers need of an authority's certificate, encoded once."""

    subject: bytes
    spki: bytes
    key_bits: bytes
    key_id: bytes
    not_after: datetime


@lru_cache(maxsize=256)
def facts_of(certificate: bytes) -> Facts:
    """Return the facts of an authority's certificate (DER)."""
    read = x509.load_der_x509_certificate(certificate)
    key = read.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)  # profiles take no other for authorities
    return Facts(
        subject=read.subject.public_bytes(),
        spki=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        key_bits=key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        key_id=read.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest,
        not_after=read.not_valid_after_utc,
    )


def key_hash(facts: Facts) -> bytes:
    """Return SHA-1 of the key's bits, by which a responder names itself (RFC 6960 section 4.2.1)."""
    return sha1(facts.key_bits, usedforsecurity=False).digest()


def sign_certificate(
    *,
    profile: Profile,
    subject: x509.Name,
    key: PublicKey,
    issuer: Authority | None,
    signing: IssuingKey,
    now: datetime,
    settings: CertificateSettings,
    partition: Callable[[int], int] = lambda serial: 0,
) -> x509.Certificate:
    """Sign a certificate as its profile says, from this second on; `issuer` is None for a root.

    `partition` chooses the list from the serial number. Raises KeyRefused, KeyMissing, CustodyGone.
    """
    check_key(profile, key)
    begins = now.replace(microsecond=0)
    ends = begins + timedelta(days=profile.days)
    above = x509.load_der_x509_certificate(bytes(issuer.der)) if issuer else None
    if above is not None:
        ends = min(ends, above.not_valid_after_utc)
    serial = x509.random_serial_number()
    builder = x509.CertificateBuilder(above.subject if above else subject, subject, key, serial, begins, ends)
    for extension, critical in extensions(
        profile,
        key,
        issuer=above,
        issuer_name=issuer.name if issuer else "",
        partition=partition(serial),
        settings=settings,
    ):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signing, signing.hash)


@transaction.atomic
def make_authority(
    *,
    name: str,
    title: str,
    custody: Custody,
    actor: str,
    now: datetime,
    root: str = ROOT,
    settings: CertificateSettings | None = None,
) -> Authority:
    """Make an issuing authority with a key of its own, signed by the root, which is made if missing; twice changes
    nothing."""
    settings = settings or current()
    above = _make(
        Authority.Kind.ROOT, profiles.ROOT, root, f"{title} Kök", None, custody, actor, now, settings
    )  # fmt: skip
    return _make(Authority.Kind.ISSUING, profiles.ISSUING, name, title, above, custody, actor, now, settings)


def make_responder(
    *, authority: Authority, custody: Custody, actor: str, now: datetime, settings: CertificateSettings
) -> Authority:
    """Make the next responder of an issuing authority, with a new key."""
    count = Authority.objects.filter(parent=authority, kind=Authority.Kind.OCSP).count()
    title = f"{settings.organisation} ÇiSDuP {count + 1}"
    name = f"{authority.name}-ocsp-{count + 1}"
    return _make(Authority.Kind.OCSP, profiles.OCSP, name, title, authority, custody, actor, now, settings)


def responder_of(
    *, authority: Authority, custody: Custody, actor: str, now: datetime, settings: CertificateSettings
) -> Authority:
    """Return the responder that signs for an issuing authority now; a new one is made when half of its life is over."""
    newest = Authority.objects.filter(parent=authority, kind=Authority.Kind.OCSP).order_by("-pk").first()
    if newest is not None and now < _half_of_life(newest):
        return newest
    return make_responder(authority=authority, custody=custody, actor=actor, now=now, settings=settings)


def _half_of_life(authority: Authority) -> datetime:
    assert authority.not_before is not None and authority.not_after is not None  # null only before migration 0003
    return authority.not_before + (authority.not_after - authority.not_before) / 2


@transaction.atomic
def _make(
    kind: Authority.Kind,
    profile: Profile,
    name: str,
    title: str,
    parent: Authority | None,
    custody: Custody,
    actor: str,
    now: datetime,
    settings: CertificateSettings,
) -> Authority:
    there = Authority.objects.filter(name=name).first()
    if there is not None:
        return there
    if not custody.has(key=name):
        custody.make_signing_key(name, _CURVES[kind])
    own = IssuingKey(custody, name)
    certificate = sign_certificate(
        profile=profile,
        subject=rules.authority_subject(settings.organisation, title),
        key=own.public_key(),
        issuer=parent,
        signing=IssuingKey(custody, parent.key) if parent else own,
        now=now,
        settings=settings,
    )
    record(actor=actor, act=Act.AUTHORITY_MADE, subject=f"authority:{name}", now=now, kind=kind.value)
    return Authority.objects.create(
        name=name,
        key=name,
        kind=kind,
        parent=parent,
        der=certificate.public_bytes(Encoding.DER),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
