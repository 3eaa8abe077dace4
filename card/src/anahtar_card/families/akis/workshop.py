"""The authority's workshop, the reader's side: a blank card in any reader becomes a card of the family `akis`."""

from __future__ import annotations

import hashlib

from anahtar_card import tlv
from anahtar_card.apdu import Command
from anahtar_card.errors import CardError, MalformedResponse
from anahtar_card.families.akis import basics, digest_info, names, pkcs15
from anahtar_card.families.akis.files import key_of
from anahtar_card.flow import Conversation, Transmits, converse, send
from anahtar_card.status import expect_ok

PUT_KEY, GENERATE_KEY_PAIR, CREATE_FILE, UPDATE_BINARY, ACTIVATE = 0xD8, 0x46, 0xE0, 0xD6, 0x44
MANAGE_SECURITY_ENVIRONMENT, PERFORM_SECURITY_OPERATION = 0x22, 0x2A
KINDS = {"rsa2048": names.KEY_KIND_RSA, "p384": names.KEY_KIND_EC}

_RSA = bytes.fromhex("06092A864886F70D0101010500")  # rsaEncryption, NULL (RFC 8017 appendix A.1)
_P384 = bytes.fromhex("06072A8648CE3D0201") + bytes.fromhex("06052B81040022")  # id-ecPublicKey, secp384r1 (RFC 5480)
SEQUENCE, INTEGER, BIT_STRING = 0x30, 0x02, 0x03


class NotBlank(CardError):
    """The card has left a workshop already: its keys, files and serial are what they are."""


class CardInWorkshop:
    """A blank card in a reader. The steps are those of `Personalisation`, as commands; each raises CardError."""

    def __init__(self, card: Transmits) -> None:
        self._card = card
        self.serial: bytes = converse(_read_blank(), card)
        self._kind = 0

    def load_keys(self, wrapped_reset: bytes, wrapped_card: bytes, *, key_version: int) -> None:
        """Load AKIS-RESET and AKIS-CARD, each wrapped under the card's transport key (RFC 3394: 24 bytes)."""
        pairs = ((names.RESET_KEY_REFERENCE, wrapped_reset), (names.CARD_KEY_REFERENCE, wrapped_card))
        for reference, wrapped in pairs:
            converse(_ok(Command(0x80, PUT_KEY, key_version, reference, wrapped)), self._card)

    def make_key_pair(self, kind: str) -> bytes:
        """Have the card make its signing key (`rsa2048` or `p384`); returns SubjectPublicKeyInfo (DER)."""
        self._kind = KINDS[kind]
        data = tlv.encode(0xAC, tlv.encode(0x80, bytes([self._kind])))
        told = converse(_ok(Command(0x00, GENERATE_KEY_PAIR, 0x80, 0x00, data, le=0)), self._card)
        return public_key(told, self._kind)

    def sign_request(self, message: bytes) -> bytes:
        """Have the card sign a certificate request's body: RSA with SHA-256, EC with SHA-384 (DER)."""
        rsa = self._kind == names.KEY_KIND_RSA
        data = digest_info.encode(hashlib.sha256(message).digest()) if rsa else hashlib.sha384(message).digest()
        return converse(_sign(data), self._card)

    def store_certificate(self, certificate: bytes, label: str) -> None:
        """Write the certificate (DER) and the PKCS#15 files that lead to it."""
        files = pkcs15.files(serial=self.serial, certificate=certificate, label=label, key_kind=self._kind)
        converse(_store(files), self._card)

    def finish(self) -> None:
        """Put the card into its operation life cycle; no step can be taken after this one."""
        converse(_ok(Command(0x00, ACTIVATE, 0x00, 0x00)), self._card)


def public_key(told: bytes, kind: int) -> bytes:
    """Return the public key of a template 7F49 as SubjectPublicKeyInfo (DER); raises MalformedResponse."""
    if kind == names.KEY_KIND_RSA:
        modulus, exponent = (tlv.find(told, 0x7F49, tag) for tag in (0x81, 0x82))
        if modulus is None or exponent is None:
            raise MalformedResponse("an RSA key has modulus and exponent")
        numbers = b"".join(tlv.encode(INTEGER, _positive(one)) for one in (modulus, exponent))
        algorithm, key = _RSA, tlv.encode(SEQUENCE, numbers)
    else:
        point = tlv.find(told, 0x7F49, 0x86)
        if point is None:
            raise MalformedResponse("a key on a curve has a point")
        algorithm, key = _P384, point
    return tlv.encode(SEQUENCE, tlv.encode(SEQUENCE, algorithm) + tlv.encode(BIT_STRING, b"\x00" + key))


def _positive(number: bytes) -> bytes:
    stripped = number.lstrip(b"\x00")
    return b"\x00" + stripped if not stripped or stripped[0] & 0x80 else stripped


def _read_blank() -> Conversation[bytes]:
    if (yield from basics.life_cycle()) != names.ADMINISTRATION:
        raise NotBlank
    return bytes.fromhex((yield from basics.read_serial()))


def _sign(data: bytes) -> Conversation[bytes]:
    yield from _ok(Command(0x00, MANAGE_SECURITY_ENVIRONMENT, 0xC3, names.SIGNING_KEY_REFERENCE))
    return (yield from _ok(Command(0x00, PERFORM_SECURITY_OPERATION, 0x9E, 0x9A, data, le=0)))


def _store(files: dict[str, bytes]) -> Conversation[None]:
    for path, content in files.items():
        steps = bytes.fromhex(path)
        inside = path.startswith(key_of((names.MF, names.DF_PKCS15)))
        where = Command(0x00, basics.SELECT, 0x04, 0x0C, names.AID) if inside else Command(0x00, basics.SELECT, 0, 0x0C)
        yield from _ok(where)
        fields = tlv.encode(0x80, len(content).to_bytes(2, "big")) + tlv.encode(0x82, b"\x01")
        template = tlv.encode(0x62, fields + tlv.encode(0x83, steps[-2:]))
        yield from _ok(Command(0x00, CREATE_FILE, 0x00, 0x00, template))
        for at in range(0, len(content), names.MAX_PIECE):
            piece = content[at : at + names.MAX_PIECE]
            yield from _ok(Command(0x00, UPDATE_BINARY, at >> 8, at & 0xFF, piece))


def _ok(command: Command) -> Conversation[bytes]:
    return expect_ok(command, (yield from send(command)))
