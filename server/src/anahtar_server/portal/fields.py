"""What stands in a certificate, field by field, as people read it (RFC 5280)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from asn1crypto.core import ObjectIdentifier
from asn1crypto.parser import parse
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Field = tuple[str | Promise, str]

_NAMES = {
    NameOID.COMMON_NAME: "CN",
    NameOID.COUNTRY_NAME: "C",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.SERIAL_NUMBER: "serialNumber",
}
_USAGES = (
    ("digital_signature", "digitalSignature"),
    ("content_commitment", "nonRepudiation"),
    ("key_encipherment", "keyEncipherment"),
    ("data_encipherment", "dataEncipherment"),
    ("key_agreement", "keyAgreement"),
    ("key_cert_sign", "keyCertSign"),
    ("crl_sign", "cRLSign"),
)


def fields_of(der: bytes) -> list[Field]:
    """Return every field of a certificate with its name; raises ValueError for what is none."""
    return list(_fields(x509.load_der_x509_certificate(der)))


def _fields(certificate: x509.Certificate) -> Iterator[Field]:
    yield _("Konu (subject)"), _name(certificate.subject)
    yield _("Veren (issuer)"), _name(certificate.issuer)
    yield _("Seri numarası, onluk"), str(certificate.serial_number)
    yield _("Açık anahtar"), _key(certificate)
    yield _("Veren makamın imzası"), _signature(certificate)
    for extension in certificate.extensions:
        yield from _extension(extension.value)
    der = certificate.public_bytes(Encoding.DER)
    yield _("SHA-256 özeti"), sha256(der).hexdigest().upper()


def _name(name: x509.Name) -> str:
    return ", ".join(f"{_NAMES.get(part.oid, part.oid.dotted_string)}={part.value!s}" for part in name)


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__


def _signature(certificate: x509.Certificate) -> str:
    digest = certificate.signature_hash_algorithm
    oid = certificate.signature_algorithm_oid
    return f"{oid._name} ({digest.name})" if digest else oid.dotted_string


def _extension(value: x509.ExtensionType) -> Iterator[Field]:
    match value:
        case x509.KeyUsage():
            yield _("Anahtarın kullanımı"), ", ".join(word for name, word in _USAGES if getattr(value, name))
        case x509.CertificatePolicies():
            yield _("İlkeler"), ", ".join(one.policy_identifier.dotted_string for one in value)
        case x509.AuthorityInformationAccess():
            yield from _access(value)
        case x509.CRLDistributionPoints():
            yield _("İptal listesi (SİL)"), ", ".join(_addresses(value))
        case x509.SubjectKeyIdentifier():
            yield _("Anahtarın kimliği"), value.digest.hex().upper()
        case x509.AuthorityKeyIdentifier():
            yield _("Veren makamın anahtar kimliği"), (value.key_identifier or b"").hex().upper()
        case x509.UnrecognizedExtension(oid=oid) if oid.dotted_string == "1.3.6.1.5.5.7.1.3":
            yield _("Nitelikli sertifika beyanları"), _statements(value.value)


def _access(value: x509.AuthorityInformationAccess) -> Iterator[Field]:
    for one in value:
        said = (
            _("Durum sorgusu (ÇiSDuP)")
            if one.access_method == AuthorityInformationAccessOID.OCSP
            else _("Veren makamın sertifikası")
        )
        yield said, str(one.access_location.value)


def _addresses(value: x509.CRLDistributionPoints) -> Iterator[str]:
    for point in value:
        yield from (str(name.value) for name in point.full_name or ())


def _statements(der: bytes) -> str:
    """Return the OIDs of the statements (RFC 3739 section 3.2.6), in their order."""
    oids, rest = [], parse(der)[4]
    while rest:
        _class, _method, _tag, header, content, trailer = parse(rest)
        rest = rest[len(header) + len(content) + len(trailer) :]
        oids.append(str(ObjectIdentifier.load(content).native))
    return ", ".join(oids)
