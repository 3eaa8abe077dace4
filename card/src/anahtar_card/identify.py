"""Which family a card belongs to, told from its answer to reset (ISO/IEC 7816-3 section 8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor

from anahtar_card.errors import UnknownCard
from anahtar_card.families.akis import names as akis
from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis_foreign.driver import AkisForeignDriver
from anahtar_card.family import Driver

FOREIGN_V1 = b"UEKAE"
"""In the historical bytes of real AKİS cards of the first version."""

FOREIGN_V2 = b"\x80\x65TC"
"""At the beginning of the historical bytes of real AKİS cards of the second version."""

DRIVERS: dict[str, Callable[[], Driver]] = {
    AkisDriver.family: AkisDriver,
    AkisForeignDriver.family: AkisForeignDriver,
}


def historical_bytes(atr: bytes) -> bytes:
    """Return the historical bytes of an answer to reset; raises UnknownCard when it is no whole one.

    The check byte TCK is there unless T=0 is all that is offered (section 8.2.5); it must be right.
    """
    if len(atr) < 2 or atr[0] not in (0x3B, 0x3F):
        raise UnknownCard
    more, length, position, protocols = atr[1] >> 4, atr[1] & 0x0F, 2, {0}
    while more:
        position += more.bit_count()
        if not more & 0x8:
            break
        if position > len(atr):
            raise UnknownCard
        more, protocol = atr[position - 1] >> 4, atr[position - 1] & 0x0F
        protocols.add(protocol)
    checked = protocols != {0}
    if len(atr) != position + length + checked or (checked and reduce(xor, atr[1:])):
        raise UnknownCard
    return atr[position : position + length]


def family_of(atr: bytes) -> str:
    """Return the family of the card that answers so; raises UnknownCard."""
    if atr == akis.ATR:
        return AkisDriver.family
    historical = historical_bytes(atr)
    if FOREIGN_V1 in historical or historical.startswith(FOREIGN_V2):
        return AkisForeignDriver.family
    raise UnknownCard


def driver_for(atr: bytes) -> Driver:
    """Return the driver for the card that answers so; raises UnknownCard."""
    return DRIVERS[family_of(atr)]()
