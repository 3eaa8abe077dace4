"""VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER inside a virtual card."""

from __future__ import annotations

from collections.abc import Callable

from anahtar_card.apdu import Command
from anahtar_card.families.akis import names
from anahtar_card.families.akis.files import Refused
from anahtar_card.families.akis.reset_right import Chance, ResetRight
from anahtar_card.families.akis.secrets_held import SALT_LENGTH, CountedPin, pin_of, puk_of
from anahtar_card.pin import Pin, PinRule
from anahtar_card.status import (
    BLOCKED,
    REFERENCE_NOT_FOUND,
    SECURITY_NOT_SATISFIED,
    WRONG_DATA,
    WRONG_LENGTH,
    WRONG_P1_P2,
)
from anahtar_card.virtual import Memory

RULE = PinRule()
PUK_LENGTH = 8
WITH_PUK, NEW_PIN_ONLY = 0x00, 0x02
LOCAL = 0x02


class PinCommands:
    """The PIN's side of one powered card; `verified` is lost with power, by a wrong try, a change and a reset."""

    def __init__(self, memory: Memory, right: ResetRight, chance: Chance) -> None:
        self._pin = pin_of(memory)
        self._puk = puk_of(memory)
        self._right = right
        self._chance = chance
        self.verified = False

    def verify(self, command: Command) -> bytes:
        """Compare PIN or PUK, or tell by 63Cx the tries left when there is no data; raises Refused."""
        if command.p1 != 0x00:
            raise Refused(WRONG_P1_P2)
        if command.p2 == names.PUK_REFERENCE:
            self._compare_or_tell(self._puk, command.data)
        elif command.p2 != names.PIN_REFERENCE:
            raise Refused(REFERENCE_NOT_FOUND)
        elif command.data or not self.verified:
            self._verify_pin(command.data)
        return b""

    def change(self, command: Command) -> bytes:
        """Replace a known PIN: length ‖ old ‖ length ‖ new, P1=02 for a reference local to its DF; raises Refused."""
        if (command.p1, command.p2) != (LOCAL, names.PIN_REFERENCE & 0x7F):
            raise Refused(REFERENCE_NOT_FOUND)
        old, new = _two_pins(command.data)
        self._set_pin(new, lambda: self._compare_or_tell(self._pin, old))
        return b""

    def reset(self, command: Command) -> bytes:
        """Set a PIN with the PUK (P1=00: PUK ‖ PIN) or with the right that the authority has just got (P1=02: PIN)."""
        if command.p2 != names.PIN_REFERENCE:
            raise Refused(REFERENCE_NOT_FOUND)
        if command.p1 == WITH_PUK:
            puk, new = command.data[:PUK_LENGTH], command.data[PUK_LENGTH:]
            self._set_pin(new, lambda: self._compare_or_tell(self._puk, puk))
        elif command.p1 == NEW_PIN_ONLY:
            self._set_pin(command.data, self._need_right)
            self._right.note_reset()
        else:
            raise Refused(WRONG_P1_P2)
        return b""

    def _verify_pin(self, digits: bytes) -> None:
        if digits:
            self.verified = False
        self._compare_or_tell(self._pin, digits)
        self.verified = True
        self._right.note_verified()

    def _set_pin(self, new: bytes, allow: Callable[[], None]) -> None:
        """Check the new PIN before `allow` compares anything, so that one against the rule costs no try."""
        _need_block(new)
        if RULE.faults(Pin(new.decode("latin-1"))):
            raise Refused(WRONG_DATA)
        self.verified = False
        allow()
        self._pin.set(new, self._chance(SALT_LENGTH))

    def _need_right(self) -> None:
        if not self._right.covers_this_command:
            raise Refused(SECURITY_NOT_SATISFIED)

    def _compare_or_tell(self, secret: CountedPin, digits: bytes) -> None:
        """Compare, the try taken before and given back after; without digits only tell. Raises Refused."""
        if not secret.exists:
            raise Refused(REFERENCE_NOT_FOUND)
        if not secret.tries:
            raise Refused(BLOCKED)
        if not digits:
            raise Refused(0x63C0 | secret.tries)
        _need_block(digits)
        secret.take_try()
        if not secret.matches(digits):
            raise Refused(0x63C0 | secret.tries)
        secret.give_back()


def _need_block(digits: bytes) -> None:
    if not names.SHORTEST_PIN_BLOCK <= len(digits) <= names.LONGEST_PIN_BLOCK:
        raise Refused(WRONG_LENGTH)


def _two_pins(data: bytes) -> tuple[bytes, bytes]:
    """Cut length ‖ old ‖ length ‖ new; raises Refused when lengths and bytes do not agree."""
    old = data[1:][: data[0]] if data else b""
    rest = data[1 + len(old) :]
    new = rest[1:]
    if not old or not rest or data[0] != len(old) or rest[0] != len(new):
        raise Refused(WRONG_LENGTH)
    return old, new
