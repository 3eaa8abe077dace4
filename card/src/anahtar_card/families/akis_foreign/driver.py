"""The reader's side of real AKİS cards. No code here, and none that it imports, can authenticate to a card or reset a
counter: how their authorities unlock them is not public, and a wrong guess could kill somebody's card."""

from __future__ import annotations

from anahtar_card import tlv
from anahtar_card.errors import ForeignCard, MalformedResponse
from anahtar_card.families.akis import basics, names
from anahtar_card.family import Grant, Look, PinState
from anahtar_card.flow import Conversation
from anahtar_card.pin import Pin
from anahtar_card.record import record

AUTHENTICATION_OBJECTS, PIN_ATTRIBUTES = 0xA8, 0xA1
NOT_THE_HOLDERS = 0x03
"""The pinFlags unblockingPin (bit 6) and soPin (bit 7) in their first byte (ISO/IEC 7816-15 section 8.9.2)."""


@record
class PinPlace:
    """Where the card keeps its holder's PIN, read from the card's own PKCS#15 files and never guessed."""

    reference: int
    shortest: int
    longest: int
    path: tuple[int, ...]


class AkisForeignDriver:
    """Drives real AKİS cards as far as their public commands go."""

    family = "akis-foreign"
    can_unlock = False

    def look(self) -> Conversation[Look]:
        """Tell serial, PIN state and tries; uses no try. Raises StatusError, MalformedResponse."""
        serial = yield from basics.read_serial()
        if (yield from basics.is_dead()):
            return Look(self.family, serial, PinState.CARD_DEAD, None, None)
        place = yield from _select_pin()
        state, tries = yield from basics.read_pin_state(place.reference)
        return Look(self.family, serial, state, tries, None, place.shortest, place.longest)

    def verify(self, pin: Pin) -> Conversation[None]:
        """Compare a PIN; raises WrongPin, PinLocked, NoPinYet, CardDead."""
        place = yield from _select_pin()
        yield from basics.compare_pin(place.reference, pin)

    def change(self, old: Pin, new: Pin) -> Conversation[None]:
        """Replace a known PIN; raises WrongPin (one try is used), PinLocked, NoPinYet, PinRefused, CardDead."""
        place = yield from _select_pin()
        yield from basics.change_pin(place.reference, old, new)

    def prove(self, grant: Grant) -> Conversation[bytes]:
        """Raises ForeignCard: these cards have no key in common with us."""
        raise ForeignCard

    def unlock(self, grant: Grant, new: Pin) -> Conversation[bytes]:
        """Raises ForeignCard: only the card's own authority can unlock it."""
        raise ForeignCard

    def certificate(self) -> Conversation[bytes]:
        """Raises ForeignCard: not ours to use."""
        raise ForeignCard

    def sign(self, pin: Pin, digest: bytes) -> Conversation[bytes]:
        """Raises ForeignCard: not ours to use."""
        raise ForeignCard


def _select_pin() -> Conversation[PinPlace]:
    """Read which PIN is the holder's and make its DF current, so that a local reference means it."""
    directory = yield from basics.read_file(names.DF_PKCS15, names.EF_ODF)
    path = tlv.find(directory, AUTHENTICATION_OBJECTS, 0x30, 0x04)
    if path is None:
        raise MalformedResponse("a card without a list of its PINs")
    place = _holders_pin((yield from basics.read_file(*_below_mf(path))))
    yield from basics.select_path(*place.path)
    return place


def _holders_pin(objects: bytes) -> PinPlace:
    """Return the first PIN that is neither an unblocking one nor the security officer's; raises MalformedResponse."""
    for _, body in tlv.decode(objects):
        attributes = list(tlv.decode(tlv.find(body, PIN_ATTRIBUTES, 0x30) or b""))
        flags = next((value for tag, value in attributes if tag == 0x03), b"")
        lengths = [int.from_bytes(value, "big") for tag, value in attributes if tag == 0x02]
        if len(flags) < 2 or flags[1] & NOT_THE_HOLDERS or len(lengths) < 2:
            continue
        reference = next((value for tag, value in attributes if tag == 0x80), b"\0")
        path = next((tlv.find(value, 0x04) or b"" for tag, value in attributes if tag == 0x30), b"")
        return PinPlace(reference[-1] if reference else 0, lengths[0], lengths[-1], _below_mf(path))
    raise MalformedResponse("a card that tells of no PIN of its holder's")


def _below_mf(path: bytes) -> tuple[int, ...]:
    steps = tuple(int.from_bytes(path[at : at + 2], "big") for at in range(0, len(path), 2))
    return steps[1:] if steps[:1] == (names.MF,) else steps
