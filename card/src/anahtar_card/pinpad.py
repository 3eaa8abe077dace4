"""Readers with keys of their own: the PIN is typed on the pad and never reaches the computer.

PC/SC Workgroup, part 10, "IFDs with Secure PIN Entry Capabilities" (version 2.02.09). The reader is handed the command
with a hole where the PIN belongs, lets its holder type, fills the hole and answers with the card's status word, or with
one of its own when nothing was sent. Where a reader cannot do what a card's command needs, NotOnPad says so and the
keyboard is the way out; an unlock always uses the keyboard, for its PIN is typed twice and checked before it is sent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from anahtar_card.apdu import Command, Response
from anahtar_card.errors import CardError, MalformedResponse
from anahtar_card.record import record

GET_FEATURE_REQUEST = 3400
"""CM_IOCTL_GET_FEATURE_REQUEST, before the system's SCARD_CTL_CODE makes a control code of it (section 2.2)."""
VERIFY_PIN_DIRECT, MODIFY_PIN_DIRECT, TLV_PROPERTIES = 0x06, 0x07, 0x12
ENTRY_CONDITIONS, SHORTEST, LONGEST = 2, 6, 7
"""Properties of the reader (section 2.6.14): when an entry ends, and how many digits it takes."""

ASCII_FROM_THE_LEFT = 0x82
"""bmFormatString: offsets in bytes (bit 8), the PIN left justified, as ASCII (section 2.5.2)."""
FURTHEST = 0x0F
MAXIMUM_REACHED, KEY_PRESSED = 0x01, 0x02
"""bEntryValidationCondition: the entry ends with the last possible digit, or with the pad's own key."""
CONFIRM_NEW, ASK_OLD = 0x01, 0x02
"""bConfirmPIN: the new PIN is typed twice; the old one is asked for."""
SECONDS, SECONDS_BETWEEN = 60, 15
TURKISH, ENGLISH = 0x041F, 0x0409
"""wLangId (USB language identifiers)."""
ONE_MESSAGE, THREE_MESSAGES = 0x01, 0x03


class NotOnPad(CardError):
    """This reader, or this card's command, does not allow the PIN to be typed on the pad: use the keyboard."""


class PadTimedOut(CardError):
    """Nobody typed in time; nothing was sent and no try was used (6400)."""


class PadCancelled(CardError):
    """The holder pressed the pad's cancel key; nothing was sent and no try was used (6401)."""


class PadPinsDiffer(CardError):
    """The new PIN was typed in two ways; nothing was sent and no try was used (6402)."""


class PadLengthWrong(CardError):
    """Too few or too many digits were typed; nothing was sent and no try was used (6403)."""


PAD_WORDS: dict[int, type[CardError]] = {
    0x6400: PadTimedOut,
    0x6401: PadCancelled,
    0x6402: PadPinsDiffer,
    0x6403: PadLengthWrong,
}
"""Status words that come from the reader and not from the card (section 2.5.2.3)."""


@runtime_checkable
class Control(Protocol):
    """The way to the reader itself, beside the card's."""

    def control(self, code: int, data: bytes) -> bytes:
        """Send a control code with data to the reader and return its answer; raises CardError.

        GET_FEATURE_REQUEST is given as its bare number; the features' own codes as the reader told them.
        """
        ...


@record
class Limits:
    """What the reader says of itself: digits it takes, and how an entry may end. Zero means that it did not say."""

    shortest: int = 0
    longest: int = 0
    conditions: int = KEY_PRESSED | MAXIMUM_REACHED


@record
class Pinpad:
    """A reader's pad. `verify_code` and `modify_code` are its control codes, None where it has no such feature."""

    reader: Control
    verify_code: int | None
    modify_code: int | None
    limits: Limits = Limits()

    def verify(self, command: Command, shortest: int, longest: int, language: int = TURKISH) -> Response:
        """Have the PIN typed and `command` (VERIFY without its PIN) sent with it; returns the card's answer.

        `shortest` and `longest` are the card's bounds in digits. Raises NotOnPad, PadTimedOut, PadCancelled,
        PadLengthWrong and what the reader raises.
        """
        if self.verify_code is None:
            raise NotOnPad
        least, most = self._digits(shortest, longest)
        head = struct.pack("<BBBBB", SECONDS, SECONDS_BETWEEN, ASCII_FROM_THE_LEFT, 0, 0)
        tail = struct.pack("<HBBHB3s", least << 8 | most, self._condition(), ONE_MESSAGE, language, 0, bytes(3))
        return self._ask(self.verify_code, head + tail, command)

    def modify(
        self, command: Command, shortest: int, longest: int, *, new_at: int, language: int = TURKISH
    ) -> Response:
        """Have old and new PIN typed, the new one twice, and `command` sent with both; returns the card's answer.

        `command` holds what stands before the old PIN; the new one begins `new_at` bytes into the data. A command that
        wants the lengths of both PINs before them (AKİS) cannot be filled by a pad: raises NotOnPad for data in
        `command`; else as `verify`, and PadPinsDiffer.
        """
        if self.modify_code is None or command.data or not 0 <= new_at <= FURTHEST:
            raise NotOnPad
        least, most = self._digits(shortest, longest)
        head = struct.pack("<BBBBBBB", SECONDS, SECONDS_BETWEEN, ASCII_FROM_THE_LEFT, 0, 0, 0, new_at)
        middle = struct.pack(
            "<HBBBH", least << 8 | most, CONFIRM_NEW | ASK_OLD, self._condition(), THREE_MESSAGES, language
        )
        return self._ask(self.modify_code, head + middle + struct.pack("<BBB3s", 0, 1, 2, bytes(3)), command)

    def _digits(self, shortest: int, longest: int) -> tuple[int, int]:
        least = max(shortest, self.limits.shortest)
        most = min(longest, self.limits.longest or longest)
        if not 0 < least <= most <= 0xFF:
            raise NotOnPad
        return least, most

    def _condition(self) -> int:
        """The pad's key ends the entry where it can; not every reader can tell the last digit by itself."""
        wanted = KEY_PRESSED if self.limits.conditions & KEY_PRESSED else self.limits.conditions & MAXIMUM_REACHED
        if not wanted:
            raise NotOnPad
        return wanted

    def _ask(self, code: int, structure: bytes, command: Command) -> Response:
        body = command.header + bytes([len(command.data)]) + command.data
        answer = Response.decode(self.reader.control(code, structure + struct.pack("<I", len(body)) + body))
        if answer.sw in PAD_WORDS:
            raise PAD_WORDS[answer.sw]
        return answer


def has_pad(connection: object) -> bool:
    """Tell whether the reader of an open card has a pad; one that does not say so, or says rubbish, has none."""
    if not isinstance(connection, Control):
        return False
    try:
        pinpad_of(connection)
    except CardError:
        return False
    return True


def pinpad_of(reader: Control) -> Pinpad:
    """Return the reader's pad; raises NotOnPad when it has none, MalformedResponse when it cannot say what it has."""
    features = dict(_features(reader.control(GET_FEATURE_REQUEST, b"")))
    verify, modify = features.get(VERIFY_PIN_DIRECT), features.get(MODIFY_PIN_DIRECT)
    if verify is None and modify is None:
        raise NotOnPad
    limits = _limits(reader.control(features[TLV_PROPERTIES], b"")) if TLV_PROPERTIES in features else Limits()
    return Pinpad(reader, verify, modify, limits)


def _features(raw: bytes) -> Iterator[tuple[int, int]]:
    """Read tag ‖ 04 ‖ control code, the code big-endian (section 2.2)."""
    if len(raw) % 6:
        raise MalformedResponse("features of another length")
    for at in range(0, len(raw), 6):
        tag, length, code = struct.unpack(">BBI", raw[at : at + 6])
        if length != 4:
            raise MalformedResponse("a control code has four bytes")
        yield tag, code


def _limits(raw: bytes) -> Limits:
    """Read tag ‖ length ‖ value, the values little-endian (section 2.6.14)."""
    said, at = dict[int, int](), 0
    while at + 2 <= len(raw):
        tag, length = raw[at], raw[at + 1]
        value = raw[at + 2 : at + 2 + length]
        if len(value) != length:
            raise MalformedResponse("a property runs past the end")
        said[tag], at = int.from_bytes(value, "little"), at + 2 + length
    conditions = said.get(ENTRY_CONDITIONS, 0) or KEY_PRESSED | MAXIMUM_REACHED
    return Limits(said.get(SHORTEST, 0), said.get(LONGEST, 0), conditions)
