"""A card for tests and practice, made as the workshop makes one, with keys that everybody knows."""

from __future__ import annotations

import datetime
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from anahtar_card.families.akis import names
from anahtar_card.families.akis.reset_right import Chance
from anahtar_card.families.akis.secrets_held import SALT_LENGTH, pin_of
from anahtar_card.families.akis.signing_key import SigningKey
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import CardRecord
from anahtar_card.virtual import Memory

RESET_KEY = bytes(range(0x00, 0x10))
CARD_KEY = bytes(range(0x10, 0x20))
SERIAL = bytes(range(0x30, 0x3C))
KEY_VERSION = 1
TRANSPORT_KEY = bytes(range(0x40, 0x50))
RECORD = CardRecord(SERIAL.hex().upper(), KEY_VERSION, names.PIN_REFERENCE)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def example_card(
    memory: Memory,
    *,
    serial: bytes = SERIAL,
    key: PrivateKey | None = None,
    pin: str | None = None,
    pin_tries: int = names.PIN_TRIES,
    chance: Chance = secrets.token_bytes,
    atr: bytes = names.ATR,
) -> AkisCard:
    """Personalise `memory` with the keys above and a self-signed certificate, and return the card.

    `key` is RSA-2048 or P-384, a new P-384 key without it; `pin` is set as if by an earlier unlock, with `pin_tries`
    left; without it the card holds none yet.
    """
    key = key or ec.generate_private_key(ec.SECP384R1())
    blank = AkisCard.blank(memory, serial, TRANSPORT_KEY, chance=chance)
    blank.load_keys(
        aes_key_wrap(TRANSPORT_KEY, RESET_KEY), aes_key_wrap(TRANSPORT_KEY, CARD_KEY), key_version=KEY_VERSION
    )
    blank.make_key_pair("rsa2048" if isinstance(key, rsa.RSAPrivateKey) else "p384", ready=SigningKey(key))
    blank.store_certificate(_self_signed(key), "NES" if isinstance(key, rsa.RSAPrivateKey) else "Mali Mühür")
    blank.finish()
    if pin is not None:
        pin_of(memory).set(pin.encode(), chance(SALT_LENGTH))
        memory.write(pin_tries=pin_tries)
    return AkisCard.open(memory, chance=chance, atr=atr)


def _self_signed(key: PrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anahtar example card")])
    begin = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + datetime.timedelta(days=3650))
    algorithm = hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else hashes.SHA384()
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)
