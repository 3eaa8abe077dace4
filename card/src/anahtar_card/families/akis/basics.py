"""What anyone may do with a card that speaks AKİS's public commands: read who it is, compare and change a known PIN.

Nothing here can authenticate to a card or reset a counter, so the family `akis-foreign` may use all of it.
"""

from __future__ import annotations

from anahtar_card import tlv
from anahtar_card.apdu import Command, Response
from anahtar_card.errors import CardDead, CardError, MalformedResponse, StatusError
from anahtar_card.families.akis import names
from anahtar_card.family import PinState
from anahtar_card.flow import Conversation, send
from anahtar_card.pin import Pin
from anahtar_card.status import (
    BLOCKED,
    CONDITIONS_NOT_SATISFIED,
    NOT_USABLE,
    OK,
    REFERENCE_NOT_FOUND,
    expect_ok,
    pin_error,
    tries_in,
)

SELECT, READ_BINARY, GET_DATA, VERIFY, CHANGE_REFERENCE_DATA = 0xA4, 0xB0, 0xCA, 0x20, 0x24

LONGEST_FILE = 0x8000
"""Bit 8 of READ BINARY's P1 would turn the offset into a short file name (ISO/IEC 7816-4 section 11.3.3)."""


def read_serial() -> Conversation[str]:
    """Return the card's serial number in capital hex; raises StatusError, MalformedResponse."""
    data = yield from _get_data(names.DATA_SYSTEM, names.SYSTEM_DATA_LENGTH)
    return data[names.SERIAL_OFFSET :][: names.SERIAL_LENGTH].hex().upper()


def is_dead() -> Conversation[bool]:
    """Tell whether the card's life cycle has come to its end; raises StatusError, MalformedResponse."""
    return (yield from life_cycle()) == names.DEAD


def life_cycle() -> Conversation[int]:
    """Return the card's life cycle (`names.ADMINISTRATION`, …); raises StatusError, MalformedResponse."""
    data = yield from _get_data(names.DATA_LIFE_CYCLE, names.LIFE_CYCLE_LENGTH)
    return data[names.LIFE_CYCLE_OFFSET]


def read_pin_state(reference: int) -> Conversation[tuple[PinState, int | None]]:
    """Return the PIN's state and its tries left, None when the card does not tell them; uses no try."""
    command = Command(0x00, VERIFY, 0x00, reference)  # without data VERIFY only asks (ISO/IEC 7816-4 section 11.5.6)
    response = yield from send(command)
    if response.sw == OK:
        return PinState.ACTIVE, None
    if response.sw == REFERENCE_NOT_FOUND:
        return PinState.NONE_YET, None
    if response.sw in (BLOCKED, NOT_USABLE):
        return PinState.LOCKED, 0
    tries = tries_in(response.sw)
    if tries is None:
        raise StatusError(response.sw, command.ins)
    return (PinState.ACTIVE if tries else PinState.LOCKED), tries


def compare_pin(reference: int, pin: Pin) -> Conversation[None]:
    """Compare a PIN; raises WrongPin, PinLocked, NoPinYet, CardDead."""
    command = Command(0x00, VERIFY, 0x00, reference, pin.reveal())
    response = yield from send(command)
    if response.sw != OK:
        raise (yield from refused_pin(command, response))


def change_pin(reference: int, old: Pin, new: Pin) -> Conversation[None]:
    """Replace a known PIN; raises WrongPin (one try is used), PinLocked, NoPinYet, PinRefused, CardDead."""
    p1, p2 = (0x02, reference & 0x7F) if reference & 0x80 else (0x01, reference)  # local or global, as P1 here
    data = bytes([len(old)]) + old.reveal() + bytes([len(new)]) + new.reveal()
    command = Command(0x00, CHANGE_REFERENCE_DATA, p1, p2, data)
    response = yield from send(command, changes_card=True)
    if response.sw != OK:
        raise (yield from refused_pin(command, response))


def refused_pin(command: Command, response: Response) -> Conversation[CardError]:
    """Return the error that a refused PIN command means; a dead card is told from one in the wrong state."""
    if response.sw == CONDITIONS_NOT_SATISFIED and (yield from is_dead()):
        return CardDead()
    return pin_error(command, response)


def select_path(*path: int) -> Conversation[int]:
    """Select a file by its path below the MF and return its size in bytes; raises StatusError, MalformedResponse."""
    data = b"".join(step.to_bytes(2, "big") for step in (names.MF, *path))
    command = Command(0x00, SELECT, 0x08, 0x00, data, le=0)
    size = tlv.find(expect_ok(command, (yield from send(command))), 0x6F, 0x80)
    return int.from_bytes(size or b"", "big")


def read_file(*path: int) -> Conversation[bytes]:
    """Return a transparent file's content, read in pieces; raises StatusError, MalformedResponse."""
    size = yield from select_path(*path)
    content = b""
    if size > LONGEST_FILE:
        raise MalformedResponse("a file longer than READ BINARY can reach")
    while len(content) < size:
        piece = min(names.MAX_PIECE, size - len(content))
        command = Command(0x00, READ_BINARY, len(content) >> 8, len(content) & 0xFF, le=piece)
        data = expect_ok(command, (yield from send(command)))
        if len(data) != piece:
            raise MalformedResponse("a file that is shorter or longer than it says")
        content += data
    return content


def _get_data(identifier: int, length: int) -> Conversation[bytes]:
    command = Command(0x00, GET_DATA, 0x01, identifier, le=length)
    data = expect_ok(command, (yield from send(command)))
    if len(data) != length:
        raise MalformedResponse("a data object of another length")
    return data
