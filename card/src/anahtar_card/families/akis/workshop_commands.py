"""The workshop's commands on the card's side: known in the administration life cycle only, refused for ever after."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from anahtar_card import tlv
from anahtar_card.apdu import Command
from anahtar_card.errors import MalformedResponse
from anahtar_card.families.akis import names
from anahtar_card.families.akis.files import OFFSET_OUTSIDE, File, FileSystem, Refused, key_of
from anahtar_card.families.akis.personalisation import NotInAdministration, Personalisation, WrongTransportKey
from anahtar_card.families.akis.signing_key import KeyKind
from anahtar_card.status import (
    CONDITIONS_NOT_SATISFIED,
    REFERENCE_NOT_FOUND,
    SECURITY_NOT_SATISFIED,
    WRONG_DATA,
    WRONG_LENGTH,
    WRONG_P1_P2,
)
from anahtar_card.virtual import Memory

KINDS: dict[int, KeyKind] = {names.KEY_KIND_RSA: "rsa2048", names.KEY_KIND_EC: "p384"}
LONGEST_FILE = 0x7FFF
_KEYS = {names.RESET_KEY_REFERENCE: "reset", names.CARD_KEY_REFERENCE: "card"}


class WorkshopCommands:
    """What the workshop may ask of one card; every method returns the answer's data or raises Refused."""

    def __init__(self, memory: Memory, files: FileSystem) -> None:
        self._memory, self._files = memory, files
        self._steps = Personalisation(memory)
        self._wrapped: dict[str, bytes] = {}

    def put_key(self, command: Command) -> bytes:
        """Take one wrapped key; both are checked and written together when the second has come."""
        if command.p2 not in _KEYS or not command.p1:
            raise Refused(REFERENCE_NOT_FOUND if command.p1 else WRONG_P1_P2)
        if len(command.data) != names.WRAPPED_KEY_LENGTH:
            raise Refused(WRONG_LENGTH)
        self._wrapped[_KEYS[command.p2]] = command.data
        if len(self._wrapped) == len(_KEYS):
            both, self._wrapped = self._wrapped, {}
            try:
                self._steps.load_keys(both["reset"], both["card"], key_version=command.p1)
            except NotInAdministration:
                raise Refused(CONDITIONS_NOT_SATISFIED) from None
            except WrongTransportKey:
                raise Refused(SECURITY_NOT_SATISFIED) from None
        return b""

    def make_key_pair(self, command: Command) -> bytes:
        """Make the signing key and answer with its public half, template 7F49 (ISO/IEC 7816-8 section 11.2)."""
        kind = command.data[4] if command.data[:4] == b"\xac\x03\x80\x01" and len(command.data) == 5 else 0
        if (command.p1, command.p2) != (0x80, 0x00) or kind not in KINDS:
            raise Refused(WRONG_DATA if (command.p1, command.p2) == (0x80, 0x00) else WRONG_P1_P2)
        public = load_der_public_key(self._steps.make_key_pair(KINDS[kind]))
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            inside = tlv.encode(0x81, numbers.n.to_bytes(256, "big")) + tlv.encode(0x82, numbers.e.to_bytes(3, "big"))
        else:
            inside = tlv.encode(0x86, public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        return tlv.encode(0x7F49, inside)

    def create_file(self, command: Command) -> bytes:
        """Make a transparent file below the current DF, full of zeros, and select it (ISO/IEC 7816-9 section 6.1)."""
        try:
            size, identifier = (tlv.find(command.data, 0x62, tag) for tag in (0x80, 0x83))
        except MalformedResponse:
            raise Refused(WRONG_DATA) from None
        if size is None or identifier is None or len(identifier) != 2 or int.from_bytes(size, "big") > LONGEST_FILE:
            raise Refused(WRONG_DATA)
        place = (*self._files.directory.path, int.from_bytes(identifier, "big"))
        return self._write(File(place, bytes(int.from_bytes(size, "big"))))

    def update_binary(self, command: Command) -> bytes:
        """Write into the selected file (ISO/IEC 7816-4 section 11.3.4)."""
        current, offset = self._files.current, command.p1 << 8 | command.p2
        if current is None or current.content is None:
            raise Refused(CONDITIONS_NOT_SATISFIED)
        if command.p1 & 0x80 or offset + len(command.data) > len(current.content):
            raise Refused(OFFSET_OUTSIDE)
        content = current.content[:offset] + command.data + current.content[offset + len(command.data) :]
        return self._write(File(current.path, content))

    def activate(self, command: Command) -> bytes:
        """Leave the workshop for good (ACTIVATE FILE on the card, ISO/IEC 7816-9 section 6.5)."""
        if command.p1 or command.p2 or command.data:
            raise Refused(WRONG_P1_P2)
        try:
            self._steps.finish()
        except ValueError:
            raise Refused(CONDITIONS_NOT_SATISFIED) from None
        return b""

    def _write(self, file: File) -> bytes:
        assert file.content is not None
        self._memory.write(files=self._memory.read("files") | {key_of(file.path): file.content})
        self._files.current = file
        return b""
