"""Issuing certificates with keys that stay in custody."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID
from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.models import Card
from anahtar_server.certificates import rules
from anahtar_server.certificates.models import Authority, Certificate
from anahtar_server.custody.issuing_key import IssuingKey
from anahtar_server.custody.port import Custody
from anahtar_wire.messages import Kind

_AUTHORITY_YEARS = 10
_CARD_YEARS = 3


@transaction.atomic
def make_authority(*, name: str, title: str, custody: Custody, actor: str, now: datetime) -> Authority:
    """Make an issuing authority with a key of its own and a certificate that it signs itself; twice changes nothing."""
    there = Authority.objects.filter(name=name).first()
    if there is not None:
        return there
    if not custody.has(key=name):
        custody.make_signing_key(name, "P-384")
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"), x509.NameAttribute(NameOID.COMMON_NAME, title)]
    )
    key = IssuingKey(custody, name)
    builder = _builder(subject, subject, key.public_key(), now, now + timedelta(days=365 * _AUTHORITY_YEARS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(rules.key_usage(signs_contracts=False, issues=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    der = builder.sign(key, key.hash).public_bytes(Encoding.DER)
    record(actor=actor, act=Act.MASTER_MADE, subject=f"authority:{name}", now=now)
    return Authority.objects.create(name=name, key=name, der=der)


@transaction.atomic
def issue(
    *, card: Card, authority: Authority, public_key: bytes, custody: Custody, actor: str, now: datetime
) -> Certificate:
    """Issue the certificate of a card's key (SubjectPublicKeyInfo, DER) and put it into the register as valid."""
    issuer = x509.load_der_x509_certificate(bytes(authority.der))
    subject, policy = _subject(card)
    key = load_der_public_key(public_key)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError("cards hold RSA or EC keys")
    begins, ends = now.replace(microsecond=0), now.replace(microsecond=0) + timedelta(days=365 * _CARD_YEARS)
    builder = _builder(issuer.subject, subject, key, begins, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    signs_contracts = card.kind == Kind.NES.value
    builder = builder.add_extension(rules.key_usage(signs_contracts=signs_contracts), critical=True)
    builder = builder.add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), critical=False)
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )
    signing = IssuingKey(custody, authority.key)
    certificate = builder.sign(signing, signing.hash)
    return _register(card, certificate, actor, now)


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), begins, ends)


def _subject(card: Card) -> tuple[x509.Name, x509.ObjectIdentifier]:
    if card.holder is not None:
        return rules.nes_subject(card.holder.name, card.holder.tckn), rules.NES_POLICY
    assert card.firm is not None  # the table's own check: a card has one owner
    return rules.seal_subject(card.firm.title, card.firm.tax_number), rules.SEAL_POLICY


def _register(card: Card, certificate: x509.Certificate, actor: str, now: datetime) -> Certificate:
    serial = f"{certificate.serial_number:x}"
    kept = Certificate.objects.create(
        card=card,
        serial=serial,
        profile=card.kind,
        subject=certificate.subject.rfc4514_string()[:300],
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        state=Certificate.State.VALID,
        state_since=now,
        der=certificate.public_bytes(Encoding.DER),
    )
    record(actor=actor, act=Act.CERTIFICATE_ISSUED, subject=f"certificate:{serial}", now=now, card=str(card.pk))
    return kept
