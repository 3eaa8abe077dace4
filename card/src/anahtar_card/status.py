"""Status words (ISO/IEC 7816-4 section 5.6) and the errors that they mean."""

from __future__ import annotations

from anahtar_card.apdu import Command, Response
from anahtar_card.errors import CardError, NoPinYet, PinLocked, PinRefused, StatusError, WrongPin

OK = 0x9000
NOT_VERIFIED = 0x6300
WRONG_LENGTH = 0x6700
SECURITY_NOT_SATISFIED = 0x6982
BLOCKED = 0x6983
NOT_USABLE = 0x6984
CONDITIONS_NOT_SATISFIED = 0x6985
WRONG_DATA = 0x6A80
FILE_NOT_FOUND = 0x6A82
WRONG_P1_P2 = 0x6A86
REFERENCE_NOT_FOUND = 0x6A88
INS_NOT_SUPPORTED = 0x6D00
CLA_NOT_SUPPORTED = 0x6E00
MEMORY_FAILURE = 0x6581


def tries_in(sw: int) -> int | None:
    """Return the tries left that a 63Cx tells in its low digit, or None for any other status word."""
    return sw & 0xF if sw & 0xFFF0 == 0x63C0 else None


def expect_ok(command: Command, response: Response) -> bytes:
    """Return the answer's data if the card said 9000; raises StatusError otherwise."""
    if response.sw != OK:
        raise StatusError(response.sw, command.ins)
    return response.data


def pin_error(command: Command, response: Response) -> CardError:
    """Return the error that a refused PIN command means; only a card's 63Cx is ever called a wrong PIN."""
    tries = tries_in(response.sw)
    if tries is not None:
        return WrongPin(tries)
    if response.sw in (BLOCKED, NOT_USABLE):  # 6984: old cards of this family say so of a locked PIN
        return PinLocked()
    if response.sw == REFERENCE_NOT_FOUND:
        return NoPinYet()
    if response.sw == WRONG_DATA:
        return PinRefused()
    return StatusError(response.sw, command.ins)
