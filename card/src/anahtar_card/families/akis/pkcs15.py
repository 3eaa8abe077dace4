"""The files by which PKCS#15 programs (OpenSC among them) find PIN, key and certificate on our cards.

ISO/IEC 7816-15, encoded by hand: few structures, all of fixed form.
"""

from __future__ import annotations

from anahtar_card.families.akis import names
from anahtar_card.families.akis.files import key_of
from anahtar_card.pin import PinRule
from anahtar_card.tlv import encode

SEQUENCE, INTEGER, ENUMERATED, BIT_STRING, OCTET_STRING, UTF8_STRING = 0x30, 0x02, 0x0A, 0x03, 0x04, 0x0C
OBJECT_ID = b"\x45"
PIN_ID = b"\x01"
MANUFACTURER = "Anahtar"

RSA_MODULUS_BITS = 2048
EC_FIELD_BITS = 384


def files(*, serial: bytes, certificate: bytes, label: str, key_kind: int) -> dict[str, bytes]:
    """Return the content of every file by its path (see `files.key_of`)."""
    inside = {
        names.EF_ODF: _object_directory(),
        names.EF_TOKEN_INFO: _token_info(serial, label),
        names.EF_AODF: _authentication_objects(),
        names.EF_PRKDF: _private_keys(label, key_kind),
        names.EF_CDF: _certificates(label),
        names.EF_CERTIFICATE: certificate,
    }
    placed = {key_of((names.MF, names.DF_PKCS15, identifier)): content for identifier, content in inside.items()}
    return {key_of((names.MF, names.EF_DIR)): _application_directory()} | placed


def _application_directory() -> bytes:
    path = names.MF.to_bytes(2, "big") + names.DF_PKCS15.to_bytes(2, "big")
    return encode(0x61, encode(0x4F, names.AID) + encode(0x50, MANUFACTURER.encode()) + encode(0x51, path))


def _object_directory() -> bytes:
    entries = ((0xA0, names.EF_PRKDF), (0xA4, names.EF_CDF), (0xA8, names.EF_AODF))
    return b"".join(encode(tag, _path(identifier)) for tag, identifier in entries)


def _token_info(serial: bytes, label: str) -> bytes:
    fields = (
        encode(INTEGER, b"\x00"),
        encode(OCTET_STRING, serial),
        encode(UTF8_STRING, MANUFACTURER.encode()),
        encode(0x80, label.encode()),
        _bits(1, 2),  # login required, random numbers offered
    )
    return encode(SEQUENCE, b"".join(fields))


def _authentication_objects() -> bytes:
    rule = PinRule()
    attributes = (
        _bits(1, 3, 4),  # local to its DF, not unblocked with a PUK, initialised
        encode(ENUMERATED, b"\x01"),  # ASCII digits
        _integer(rule.shortest),
        _integer(names.LONGEST_PIN_BLOCK),
        _integer(rule.longest),
        encode(0x80, _integer_bytes(names.PIN_REFERENCE)),
        _directory_path(),
    )
    common = encode(SEQUENCE, encode(UTF8_STRING, b"PIN") + _bits(0, 1))
    identifier = encode(SEQUENCE, encode(OCTET_STRING, PIN_ID))
    return encode(SEQUENCE, common + identifier + encode(0xA1, encode(SEQUENCE, b"".join(attributes))))


def _private_keys(label: str, key_kind: int) -> bytes:
    common = encode(SEQUENCE, encode(UTF8_STRING, label.encode()) + _bits(0) + encode(OCTET_STRING, PIN_ID))
    usage = (
        encode(OCTET_STRING, OBJECT_ID),
        _bits(2, 9) if key_kind == names.KEY_KIND_RSA else _bits(2),  # sign; non-repudiation for a person's key
        _bits(0, 2, 3, 4),  # sensitive always, never extractable, made on the card
        _integer(names.SIGNING_KEY_REFERENCE),
    )
    rsa = key_kind == names.KEY_KIND_RSA
    kind = _directory_path() + (_integer(RSA_MODULUS_BITS) if rsa else _integer(EC_FIELD_BITS))
    body = common + encode(SEQUENCE, b"".join(usage)) + encode(0xA1, encode(SEQUENCE, kind))
    return encode(SEQUENCE if rsa else 0xA0, body)


def _certificates(label: str) -> bytes:
    common = encode(SEQUENCE, encode(UTF8_STRING, label.encode()))
    identifier = encode(SEQUENCE, encode(OCTET_STRING, OBJECT_ID))
    return encode(SEQUENCE, common + identifier + encode(0xA1, encode(SEQUENCE, _path(names.EF_CERTIFICATE))))


def _path(identifier: int) -> bytes:
    steps = (names.MF, names.DF_PKCS15, identifier)
    return encode(SEQUENCE, encode(OCTET_STRING, bytes.fromhex(key_of(steps))))


def _directory_path() -> bytes:
    return encode(SEQUENCE, encode(OCTET_STRING, bytes.fromhex(key_of((names.MF, names.DF_PKCS15)))))


def _bits(*positions: int) -> bytes:
    """Return a named bit list; bit 0 is the first one, trailing zeros are cut (ISO/IEC 8825-1 section 11.2.2)."""
    size = max(positions) // 8 + 1
    value = sum(1 << (size * 8 - 1 - position) for position in positions)
    return encode(BIT_STRING, bytes([size * 8 - 1 - max(positions)]) + value.to_bytes(size, "big"))


def _integer(value: int) -> bytes:
    return encode(INTEGER, _integer_bytes(value))


def _integer_bytes(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")
