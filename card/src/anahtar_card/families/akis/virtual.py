"""The card itself, in Python: files, PIN and reset as the family `akis` has them. For rehearsal, practice and tests."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from anahtar_card.apdu import Command, Response
from anahtar_card.families.akis import digest_info, messages, names
from anahtar_card.families.akis.files import FileSystem, Refused
from anahtar_card.families.akis.personalisation import Personalisation
from anahtar_card.families.akis.pin_commands import RULE, PinCommands
from anahtar_card.families.akis.reset_right import Chance, ResetRight
from anahtar_card.families.akis.secrets_held import puk_of
from anahtar_card.families.akis.signing_key import SigningKey
from anahtar_card.families.akis.workshop_commands import WorkshopCommands
from anahtar_card.status import (
    CLA_NOT_SUPPORTED,
    CONDITIONS_NOT_SATISFIED,
    INS_NOT_SUPPORTED,
    OK,
    REFERENCE_NOT_FOUND,
    SECURITY_NOT_SATISFIED,
    WRONG_DATA,
    WRONG_LENGTH,
    WRONG_P1_P2,
)
from anahtar_card.virtual import Memory

MORE = 0x6100
CHAINED = 0x10
CHAINING_NOT_SUPPORTED = 0x6884
SIGN = (0x2A, 0x9E, 0x9A)
"""INS, P1 and P2 of PERFORM SECURITY OPERATION: compute digital signature (ISO/IEC 7816-8 section 11.8)."""


class AkisCard:
    """A virtual card over a `Memory`. Every answer is a status word; only the test's PowerLost leaves `transmit`."""

    def __init__(self, memory: Memory, chance: Chance, atr: bytes) -> None:
        self._memory = memory
        self._chance = chance
        self._atr = atr
        self._puk = puk_of(memory)
        self.power_off()

    @classmethod
    def blank(
        cls, memory: Memory, serial: bytes, transport_key: bytes, *, chance: Chance = secrets.token_bytes
    ) -> Personalisation:
        """Make an empty card in `memory` and return its personalisation; `open` it when that has finished."""
        return Personalisation.begin(memory, serial, transport_key, chance)

    @classmethod
    def open(cls, memory: Memory, *, chance: Chance = secrets.token_bytes, atr: bytes = names.ATR) -> AkisCard:
        """Return the card kept in `memory`; raises ValueError when it keeps none of this family."""
        if "family" not in memory or memory.read("family") != names.FAMILY:
            raise ValueError("no card of the family akis")
        return cls(memory, chance, atr)

    def power_on(self) -> bytes:
        """Reset the card and return its ATR."""
        self.power_off()
        return self._atr

    def power_off(self) -> None:
        """Forget everything volatile: current file, verified PIN, chosen key, challenge, right, unlock."""
        self._files = FileSystem(lambda: self._memory.read("files"))
        self._right = ResetRight(self._memory, self._chance)
        self._pins = PinCommands(self._memory, self._right, self._chance)
        self._workshop = WorkshopCommands(self._memory, self._files)
        self._key_chosen = False
        self._pending = b""
        self._gathered = b""

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU with a response APDU."""
        try:
            return self._answer(Command.decode(command)).encode()
        except ValueError:
            self._right.enter_command()
            return Response(b"", WRONG_LENGTH).encode()

    @property
    def life_cycle(self) -> int:
        """`names.ADMINISTRATION`, `names.OPERATION` or `names.DEAD`; a card without PUK tries is dead."""
        stored: int = self._memory.read("life_cycle")
        return stored if self._puk.tries else names.DEAD

    def _answer(self, command: Command) -> Response:
        if (command.cla, command.ins) == (0x00, 0xC0):  # GET RESPONSE belongs to the command before it
            return self._piece(self._pending, command) if self._pending else Response(b"", CONDITIONS_NOT_SATISFIED)
        self._right.enter_command()
        self._pending = b""
        try:
            whole = self._gather(command)
            return self._piece(self._act_for(whole)(self, whole), whole) if whole else Response(b"", OK)
        except Refused as refused:
            return Response(b"", refused.sw)

    def _gather(self, command: Command) -> Command | None:
        """Join the pieces of a long signature input (chaining, section 5.3.3); None while more are to come.

        Any other command drops what was gathered. Raises Refused for a chain of anything else, or one too long.
        """
        gathered, self._gathered = self._gathered, b""
        chained, signs = command.cla == CHAINED, (command.ins, command.p1, command.p2) == SIGN
        if chained and not signs:
            raise Refused(CHAINING_NOT_SUPPORTED)
        if not signs:
            return command
        data = gathered + command.data
        if len(data) > digest_info.BLOCK_LENGTH:
            raise Refused(WRONG_LENGTH)
        if chained:
            self._gathered = data
            return None
        return Command(command.cla, command.ins, command.p1, command.p2, data, command.le)

    def _act_for(self, command: Command) -> Callable[[AkisCard, Command], bytes]:
        if not any(cla == command.cla for cla, _ in ACTS):
            raise Refused(CLA_NOT_SUPPORTED)
        act = ACTS.get((command.cla, command.ins))
        if act is None:
            raise Refused(INS_NOT_SUPPORTED)
        if self.life_cycle == names.DEAD and act not in ALIVE_AFTER_DEATH:
            raise Refused(CONDITIONS_NOT_SATISFIED)
        return act

    def _piece(self, data: bytes, command: Command) -> Response:
        """Answer with at most Le bytes and say by 61xx how many more there are (section 5.6)."""
        room = command.le or 0
        self._pending = data[room:]
        return Response(data[:room], MORE | min(len(self._pending), 0xFF) if self._pending else OK)

    def _select(self, command: Command) -> bytes:
        if command.p2 not in (0x00, 0x0C):
            raise Refused(WRONG_P1_P2)
        selected = self._files.select(command.p1, command.data)
        return b"" if command.p2 == 0x0C else selected.control_information()

    def _read_binary(self, command: Command) -> bytes:
        if command.p1 & 0x80 or command.data:  # short file names are not offered
            raise Refused(WRONG_P1_P2)
        return self._files.read(command.p1 << 8 | command.p2, command.le or 0)

    def _get_data(self, command: Command) -> bytes:
        if command.p1 != 0x01:
            raise Refused(REFERENCE_NOT_FOUND)
        if command.p2 == names.DATA_LIFE_CYCLE:
            return bytes(names.LIFE_CYCLE_OFFSET) + bytes([self.life_cycle]) + bytes(3)
        if command.p2 == names.DATA_SYSTEM:
            serial: bytes = self._memory.read("serial")
            return (bytes(names.SERIAL_OFFSET) + serial).ljust(names.SYSTEM_DATA_LENGTH, b"\0")
        if command.p2 == names.DATA_OWN:
            kind = self._signing_key().kind if self._memory.read("signing_key") else 0
            return bytes([RULE.shortest, RULE.longest, self._puk.tries, kind])
        raise Refused(REFERENCE_NOT_FOUND)

    def _verify(self, command: Command) -> bytes:
        return self._pins.verify(command)

    def _change(self, command: Command) -> bytes:
        return self._pins.change(command)

    def _reset(self, command: Command) -> bytes:
        self._need_operation()
        return self._pins.reset(command)

    def _get_challenge(self, command: Command) -> bytes:
        if command.p1 or command.p2 or command.data or not 0 < (command.le or 0) <= 0xFF:
            raise Refused(WRONG_LENGTH if not (command.p1 or command.p2) else WRONG_P1_P2)
        if command.le != messages.NONCE_LENGTH:  # random bytes for other programs begin no unlock
            return self._chance(command.le or 0)
        return self._right.challenge()

    def _internal_authenticate(self, command: Command) -> bytes:
        if command.p2 != names.CARD_KEY_REFERENCE:
            raise Refused(REFERENCE_NOT_FOUND)
        self._need_operation()
        if len(command.data) != messages.NONCE_LENGTH + messages.SESSION_LENGTH:
            raise Refused(WRONG_LENGTH)
        nonce, session = command.data[: messages.NONCE_LENGTH], command.data[messages.NONCE_LENGTH :]
        if command.p1 == 0x00:
            return self._right.prove(nonce, session)
        if command.p1 == 0x01:
            return self._right.report(nonce, session)
        raise Refused(WRONG_P1_P2)

    def _external_authenticate(self, command: Command) -> bytes:
        if command.p1 != 0x00 or command.p2 != names.RESET_KEY_REFERENCE:
            raise Refused(REFERENCE_NOT_FOUND if command.p1 == 0x00 else WRONG_P1_P2)
        self._need_operation()
        if len(command.data) != messages.MAC_LENGTH:
            raise Refused(WRONG_LENGTH)
        self._right.check_consent(command.data)
        return b""

    def _choose_key(self, command: Command) -> bytes:
        if command.p1 != 0xC3 or command.data:
            raise Refused(WRONG_P1_P2)
        if command.p2 != names.SIGNING_KEY_REFERENCE:
            raise Refused(REFERENCE_NOT_FOUND)
        self._key_chosen = True
        return b""

    def _sign(self, command: Command) -> bytes:
        if (command.ins, command.p1, command.p2) != SIGN:
            raise Refused(WRONG_P1_P2)
        if self.life_cycle != names.ADMINISTRATION:  # in the workshop there is no PIN yet
            self._need_operation()
            if not self._pins.verified:
                raise Refused(SECURITY_NOT_SATISFIED)
        if not self._key_chosen or not self._memory.read("signing_key"):
            raise Refused(CONDITIONS_NOT_SATISFIED)
        try:
            return self._signing_key().sign_input(command.data)
        except ValueError:
            raise Refused(WRONG_DATA) from None

    def _log_out(self, command: Command) -> bytes:
        self._pins.verified = False
        return b""

    def _put_key(self, command: Command) -> bytes:
        return self._in_workshop().put_key(command)

    def _make_key_pair(self, command: Command) -> bytes:
        return self._in_workshop().make_key_pair(command)

    def _create_file(self, command: Command) -> bytes:
        return self._in_workshop().create_file(command)

    def _update_binary(self, command: Command) -> bytes:
        return self._in_workshop().update_binary(command)

    def _activate(self, command: Command) -> bytes:
        return self._in_workshop().activate(command)

    def _in_workshop(self) -> WorkshopCommands:
        if self.life_cycle != names.ADMINISTRATION:
            raise Refused(CONDITIONS_NOT_SATISFIED)
        return self._workshop

    def _signing_key(self) -> SigningKey:
        return SigningKey.load(self._memory.read("signing_key"))

    def _need_operation(self) -> None:
        if self.life_cycle != names.OPERATION:
            raise Refused(CONDITIONS_NOT_SATISFIED)


ACTS: dict[tuple[int, int], Callable[[AkisCard, Command], bytes]] = {
    (0x00, 0x20): AkisCard._verify,
    (0x00, 0x22): AkisCard._choose_key,
    (0x00, 0x24): AkisCard._change,
    (0x00, 0x2A): AkisCard._sign,
    (0x00, 0x2C): AkisCard._reset,
    (0x00, 0x44): AkisCard._activate,
    (0x00, 0x46): AkisCard._make_key_pair,
    (0x00, 0x82): AkisCard._external_authenticate,
    (0x00, 0x84): AkisCard._get_challenge,
    (0x00, 0x88): AkisCard._internal_authenticate,
    (0x00, 0xA4): AkisCard._select,
    (0x00, 0xB0): AkisCard._read_binary,
    (0x00, 0xCA): AkisCard._get_data,
    (0x00, 0xD6): AkisCard._update_binary,
    (0x00, 0xE0): AkisCard._create_file,
    (0x80, 0x1A): AkisCard._log_out,
    (0x80, 0xD8): AkisCard._put_key,
}
"""CLA and INS of every command that the card knows; GET RESPONSE is answered before."""

ALIVE_AFTER_DEATH = {AkisCard._select, AkisCard._read_binary, AkisCard._get_data}
