"""The limit of changing a PIN: pyscard, two commands, nothing else. Run: python -m bench.parts.bare_change READER.

The PINs come by the environment (OLD, NEW), the bytes are written out here so that nothing of ours is imported.
"""

import os
import sys

from smartcard.scard import (  # type: ignore[import-untyped]
    SCARD_LEAVE_CARD,
    SCARD_PCI_T1,
    SCARD_PROTOCOL_T1,
    SCARD_RESET_CARD,
    SCARD_SCOPE_USER,
    SCARD_SHARE_EXCLUSIVE,
    SCardConnect,
    SCardDisconnect,
    SCardEstablishContext,
    SCardTransmit,
)

old, new = os.environ["OLD"].encode(), os.environ["NEW"].encode()
data = [len(old), *old, len(new), *new]
_, context = SCardEstablishContext(SCARD_SCOPE_USER)
code, card, _ = SCardConnect(context, sys.argv[1], SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1)
if code:
    sys.exit(f"connect: {code:X}")
for command in ([0x00, 0xA4, 0x04, 0x0C, 9, *b"\xf0ANAHTAR\x01"], [0x00, 0x24, 0x02, 0x01, len(data), *data]):
    code, answer = SCardTransmit(card, SCARD_PCI_T1, command)
    if code or answer[-2:] != [0x90, 0x00]:
        SCardDisconnect(card, SCARD_LEAVE_CARD)
        sys.exit(f"the card answered {answer}")
SCardDisconnect(card, SCARD_RESET_CARD)
