"""A profile as X.509 extensions (RFC 5280 section 4.2; the qualified statements of RFC 3739 by asn1crypto)."""

from __future__ import annotations

from collections.abc import Iterator

from asn1crypto import core
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from anahtar_server.certificates import addresses, rules
from anahtar_server.certificates.profiles import Profile, PublicKey, Statement, Status, Usage
from anahtar_server.certificates.settings import CertificateSettings

QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
Extensions = Iterator[tuple[x509.ExtensionType, bool]]


def extensions(
    profile: Profile,
    key: PublicKey,
    *,
    issuer: x509.Certificate | None,
    issuer_name: str,
    partition: int,
    settings: CertificateSettings,
) -> Extensions:
    """Yield each extension with whether it is critical; `issuer` is None for a certificate that signs itself."""
    yield x509.BasicConstraints(ca=profile.authority, path_length=profile.path_length), True
    yield _key_usage(profile), True
    yield x509.SubjectKeyIdentifier.from_public_key(key), False
    if issuer is not None:
        identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        yield x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False
    if profile.extended:
        yield x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in profile.extended]), False
    if profile.policies:
        yield _policies(profile, settings), False
    if profile.statements:
        yield x509.UnrecognizedExtension(QC_STATEMENTS, _statements(profile, settings)), False
    if profile.no_check:
        yield x509.OCSPNoCheck(), False
    yield from _status(profile, issuer_name, partition, settings)


def _key_usage(profile: Profile) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=Usage.DIGITAL_SIGNATURE in profile.usage,
        content_commitment=Usage.NON_REPUDIATION in profile.usage,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=Usage.KEY_AGREEMENT in profile.usage,
        key_cert_sign=Usage.CERT_SIGN in profile.usage,
        crl_sign=Usage.CRL_SIGN in profile.usage,
        encipher_only=False,
        decipher_only=False,
    )


def _policies(profile: Profile, settings: CertificateSettings) -> x509.CertificatePolicies:
    qualifiers: list[str | x509.UserNotice] | None = None
    if profile.notice:
        qualifiers = [settings.practice_url, x509.UserNotice(None, settings.notice)]
    oids = (rules.oid_of(name, settings.arc, settings.oids) for name in profile.policies)
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), qualifiers) for oid in oids])


class _QcStatement(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("statement_id", core.ObjectIdentifier), ("statement_info", core.Any, {"optional": True})]


class _QcStatements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _QcStatement


def _statements(profile: Profile, settings: CertificateSettings) -> bytes:
    national = rules.oid_of("statement", settings.arc, settings.oids)
    rows = {
        Statement.QC_SYNTAX: {"statement_id": rules.QC_SYNTAX_V1},
        Statement.QC_COMPLIANCE: {"statement_id": rules.QC_COMPLIANCE},
        Statement.NATIONAL: {"statement_id": national, "statement_info": core.UTF8String(settings.statement)},
    }
    encoded: bytes = _QcStatements([rows[statement] for statement in profile.statements]).dump()
    return encoded


def _status(profile: Profile, issuer: str, partition: int, settings: CertificateSettings) -> Extensions:
    ways = []
    if Status.OCSP in profile.status:
        ways.append(x509.AccessDescription(Access.OCSP, _uri(addresses.ocsp(settings.status_url))))
    if Status.ISSUER in profile.status:
        ways.append(x509.AccessDescription(Access.CA_ISSUERS, _uri(addresses.issuer(settings.status_url, issuer))))
    if ways:
        yield x509.AuthorityInformationAccess(ways), False
    if Status.LISTS in profile.status:
        full = addresses.full_list(settings.status_url, issuer, partition)
        yield x509.CRLDistributionPoints([x509.DistributionPoint([_uri(full)], None, None, None)]), False


def _uri(address: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(address)
