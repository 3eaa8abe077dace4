"""Kart Bilgileri: what a card tells anyone. It reads files that need no PIN, and nothing here can touch a counter.

Certificates are found as any PKCS#15 program finds them (ISO/IEC 7816-15): the object directory names the certificate
directories, and those name the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from anahtar_card import tlv
from anahtar_card.errors import MalformedResponse, StatusError
from anahtar_card.families.akis import basics, names
from anahtar_card.family import Driver, Look
from anahtar_card.flow import Conversation, Result, converse
from anahtar_card.reader import Readers
from anahtar_desktop.card_status import Status
from anahtar_desktop.holders import Holder, holder_in
from anahtar_desktop.looking import opened

if TYPE_CHECKING:
    from cryptography import x509

CERTIFICATE_DIRECTORIES = (0xA4, 0xA5, 0xA6)
"""The holder's, trusted and useful certificates, in the object directory (section 8.3)."""
CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
MOST_CERTIFICATES = 16
FILE_SYSTEMS = ("akis", "akis-foreign")
"""The families whose files lie as `families.akis` has them."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as the card holds it, nothing of it verified. `serial` is in hex, `key` for instance "RSA 2048";
    `status` is what its status service says, None where it was not asked."""

    holder: Holder
    issuer: str
    serial: str
    begins: datetime
    ends: datetime
    key: str
    uses: tuple[str, ...] = ()
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A card's look and its certificates; those that cannot be read are left out."""

    look: Look
    certificates: tuple[Certificate, ...]


def view(readers: Readers, serial: str, ask: Callable[[bytes], Status] | None = None) -> CardFacts:
    """Return what the card with this serial number tells; raises CardError when it cannot be opened. `ask` asks the
    status service about a certificate, after the card was let go."""
    with opened(readers, serial) as card:
        raw = converse(certificates_of(card.driver), card.connection)
        look = card.look
    found = [(one, read(one)) for one in raw]
    asked = [(one, ask(one) if ask and fact else None, fact) for one, fact in found]
    return CardFacts(look, tuple(replace(fact, status=status) for _, status, fact in asked if fact is not None))


def certificates_of(driver: Driver) -> Conversation[list[bytes]]:
    """Return the certificates (DER) on a card; a file that cannot be read is passed over."""
    found: list[bytes] = []
    if driver.family not in FILE_SYSTEMS:
        return found
    for path in (yield from _readable(_paths())) or ():
        certificate = yield from _readable(basics.read_file(*path))
        if certificate is not None:
            found.append(certificate)
    return found


def _readable(reading: Conversation[Result]) -> Conversation[Result | None]:
    """Return what was read, or None where the card has no such file or says rubbish; a card that left is another
    matter."""
    try:
        return (yield from reading)
    except (MalformedResponse, StatusError):
        return None


def _paths() -> Conversation[list[tuple[int, ...]]]:
    directory = yield from basics.read_file(names.DF_PKCS15, names.EF_ODF)
    paths: list[tuple[int, ...]] = []
    for tag, value in tlv.decode(directory):
        place = tlv.find(value, 0x30, 0x04) if tag in CERTIFICATE_DIRECTORIES else None
        if place is not None:
            paths += _certificates_in((yield from basics.read_file(*_below_mf(place))))
    return list(dict.fromkeys(paths))[:MOST_CERTIFICATES]


def _certificates_in(directory: bytes) -> Iterator[tuple[int, ...]]:
    for _, entry in tlv.decode(directory):
        place = tlv.find(entry, 0xA1, 0x30, 0x30, 0x04)
        if place:
            yield _below_mf(place)


def _below_mf(path: bytes) -> tuple[int, ...]:
    steps = tuple(int.from_bytes(path[at : at + 2], "big") for at in range(0, len(path) - 1, 2))
    return steps[1:] if steps[:1] == (names.MF,) else steps


def read(raw: bytes) -> Certificate | None:
    """Return a certificate's facts; None for bytes that are none."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(raw)
        return Certificate(
            holder_in(raw) or Holder("?"),
            _name(certificate.issuer),
            f"{certificate.serial_number:X}",
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            _key(certificate),
            _uses(certificate),
        )
    except Exception:  # a library for hostile input still raises many kinds; a card's rubbish is no certificate
        return None


def _name(name: x509.Name) -> str:
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME) or name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _key(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return (
        f"EC {CURVES.get(key.curve.name, key.curve.name)}"
        if isinstance(key, ec.EllipticCurvePublicKey)
        else type(key).__name__
    )


def _uses(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return ()
    said = {
        "sign": usage.digital_signature,
        "commit": usage.content_commitment,
        "encrypt": usage.key_encipherment or usage.data_encipherment or usage.key_agreement,
    }
    return tuple(name for name, holds in said.items() if holds)
