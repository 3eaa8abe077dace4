"""What stands in our certificates; pure. Names and policies are ours: the real authorities' serve for reading only."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

OUR_ARC = "2.25.281461830594093713463205129310517473811"
"""Our own OID arc, made of a UUID (ITU-T X.667)."""
NES_POLICY = x509.ObjectIdentifier(f"{OUR_ARC}.1.1")
SEAL_POLICY = x509.ObjectIdentifier(f"{OUR_ARC}.1.2")
LONGEST_NAME = 64  # ub-common-name (RFC 5280 appendix A.1), and the bytes that the library takes


def fit_common_name(title: str) -> str:
    """Cut a title at a word so that it fits 64 characters and 64 bytes of UTF-8; the register has the whole."""
    if len(title.encode()) <= LONGEST_NAME:
        return title
    words, fitting = title.split(), ""
    for word in words:
        longer = f"{fitting} {word}".strip()
        if len(longer.encode()) > LONGEST_NAME:
            break
        fitting = longer
    return fitting or title.encode()[:LONGEST_NAME].decode(errors="ignore")


def nes_subject(name: str, tckn: str) -> x509.Name:
    """A person's subject: C=TR, CN = name, serialNumber = TCKN."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"),
            x509.NameAttribute(NameOID.COMMON_NAME, fit_common_name(name)),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, tckn),
        ]
    )


def seal_subject(title: str, tax_number: str) -> x509.Name:
    """A taxpayer's subject: CN = title, serialNumber = VKN, nothing else."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, fit_common_name(title)),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, tax_number),
        ]
    )


def key_usage(*, signs_contracts: bool, issues: bool = False) -> x509.KeyUsage:
    """digitalSignature for a seal, with nonRepudiation for a person, certificate and CRL signing for an authority."""
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=signs_contracts,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )
