"""Initialise a token in the first free slot: `python -m anahtar_server.custody.token_making LIBRARY LABEL`.

The security officer's PIN and the user's come on standard input, a line each. python-pkcs11 has no C_InitToken, so the
library is called directly (PKCS#11 v2.40 base 5.5 and 5.6); CK_ULONG is `unsigned long`.
"""

from __future__ import annotations

import ctypes
import sys

_RW_SERIAL = 0x02 | 0x04  # CKF_RW_SESSION | CKF_SERIAL_SESSION
_SECURITY_OFFICER = 0  # CKU_SO


class TokenMakingFailed(Exception):
    """A function of the library answered with an error; `function` and `code` (CK_RV) say which."""

    def __init__(self, function: str, code: int) -> None:
        super().__init__(f"{function} answered 0x{code:x}")
        self.function, self.code = function, code


def initialise(library: str, label: str, *, so_pin: bytes, pin: bytes) -> None:
    """Make a token named `label` (at most 32 bytes) with both PINs; raises TokenMakingFailed."""
    calls = ctypes.CDLL(library)
    _call(calls, "C_Initialize", None)
    slot = _first_free_slot(calls)
    _call(calls, "C_InitToken", slot, so_pin, ctypes.c_ulong(len(so_pin)), label.encode().ljust(32))
    session = ctypes.c_ulong()
    _call(calls, "C_OpenSession", slot, ctypes.c_ulong(_RW_SERIAL), None, None, ctypes.byref(session))
    _call(calls, "C_Login", session, ctypes.c_ulong(_SECURITY_OFFICER), so_pin, ctypes.c_ulong(len(so_pin)))
    _call(calls, "C_InitPIN", session, pin, ctypes.c_ulong(len(pin)))
    _call(calls, "C_Finalize", None)


def _first_free_slot(calls: ctypes.CDLL) -> ctypes.c_ulong:
    count = ctypes.c_ulong(0)
    _call(calls, "C_GetSlotList", ctypes.c_ubyte(0), None, ctypes.byref(count))
    slots = (ctypes.c_ulong * count.value)()
    _call(calls, "C_GetSlotList", ctypes.c_ubyte(0), slots, ctypes.byref(count))
    return ctypes.c_ulong(slots[count.value - 1])  # SoftHSM keeps an empty slot at the end


def _call(calls: ctypes.CDLL, function: str, *arguments: object) -> None:
    entry = getattr(calls, function)
    entry.restype = ctypes.c_ulong
    code = entry(*arguments)
    if code != 0:
        raise TokenMakingFailed(function, code)


if __name__ == "__main__":
    _so_pin, _pin = sys.stdin.buffer.read().splitlines()[:2]
    initialise(sys.argv[1], sys.argv[2], so_pin=_so_pin, pin=_pin)
