"""How a virtual card gives away the right to reset its PIN: to the authority alone, for the very next command.

All of it lives in RAM. The stage that a command finds was reached by the command before it; whatever the command is, it
takes the stage away, so a right or a challenge that is not used at once is gone.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from anahtar_card.families.akis import messages, names
from anahtar_card.families.akis.files import Refused
from anahtar_card.families.akis.messages import Counters, Direction, Nonces
from anahtar_card.families.akis.secrets_held import pin_of, reset_key_of
from anahtar_card.family import CardRecord
from anahtar_card.status import BLOCKED, CONDITIONS_NOT_SATISFIED
from anahtar_card.virtual import Memory

Chance = Callable[[int], bytes]
"""Returns so many random bytes; an argument, so that tests know what the card drew."""


class Stage(Enum):
    """How far the command before this one came."""

    NOTHING = auto()
    CHALLENGED = auto()  # a nonce is out: INTERNAL AUTHENTICATE may use it
    PROVEN = auto()  # the card made its statement: EXTERNAL AUTHENTICATE may answer it
    AUTHORISED = auto()  # the authority proved itself: RESET RETRY COUNTER may follow


@dataclass
class Unlock:
    """One unlock as the card remembers it until power-down: `before` is what it stated at the beginning."""

    nonces: Nonces
    before: Counters
    flags: int = 0


class ResetRight:
    """The card's memory of who proved what since power-up."""

    def __init__(self, memory: Memory, chance: Chance) -> None:
        self._memory = memory
        self._chance = chance
        self._reset_key = reset_key_of(memory)
        self._next = Stage.NOTHING
        self._stage = Stage.NOTHING
        self._card_nonce = b""
        self._unlock: Unlock | None = None

    def enter_command(self) -> None:
        """Give the command at hand the stage that the last one left, and leave nothing to the next."""
        self._stage, self._next = self._next, Stage.NOTHING

    def challenge(self) -> bytes:
        """Draw N_C (16 bytes); an unlock begun before is forgotten."""
        self._unlock = None
        self._card_nonce = self._chance(messages.NONCE_LENGTH)
        self._next = Stage.CHALLENGED
        return self._card_nonce

    def prove(self, nonce: bytes, session: bytes) -> bytes:
        """Return counters ‖ MAC over M(1), using up the challenge; raises Refused without one."""
        self._need(Stage.CHALLENGED)
        self._unlock = Unlock(Nonces(nonce, self._card_nonce, session), self._counters(0))
        self._next = Stage.PROVEN
        return self._signed(Direction.CARD_PROVES_ITSELF, self._unlock.nonces, self._unlock.before)

    def check_consent(self, cryptogram: bytes) -> None:
        """Compare the authority's cryptogram; a wrong one costs a try of the reset key. Raises Refused."""
        self._need(Stage.PROVEN)
        unlock = self._begun()
        if self._reset_key.tries == 0:
            raise Refused(BLOCKED)
        consent = messages.message(Direction.AUTHORITY_CONSENTS, self._record(), unlock.nonces, unlock.before)
        self._reset_key.take_try()
        if not hmac.compare_digest(messages.aes_cmac(self._reset_key.read(), consent), cryptogram):
            raise Refused(0x63C0 | self._reset_key.tries)
        self._reset_key.give_back()
        self._next = Stage.AUTHORISED

    def report(self, nonce: bytes, session: bytes) -> bytes:
        """Return counters ‖ MAC over M(3) for the unlock of this `session`; raises Refused when there is none."""
        unlock = self._begun()
        if not hmac.compare_digest(unlock.nonces.session, session):
            raise Refused(CONDITIONS_NOT_SATISFIED)
        nonces = Nonces(nonce, unlock.nonces.card, session)
        return self._signed(Direction.CARD_REPORTS, nonces, self._counters(unlock.flags))

    @property
    def covers_this_command(self) -> bool:
        """Whether the command at hand may reset the PIN."""
        return self._stage is Stage.AUTHORISED

    def note_reset(self) -> None:
        """Remember that this unlock set the PIN."""
        self._begun().flags |= messages.FLAG_RESET

    def note_verified(self) -> None:
        """Remember that the PIN which this unlock set was then verified."""
        if self._unlock is not None and self._unlock.flags & messages.FLAG_RESET:
            self._unlock.flags |= messages.FLAG_VERIFIED

    def _need(self, stage: Stage) -> None:
        if self._stage is not stage:
            raise Refused(CONDITIONS_NOT_SATISFIED)

    def _begun(self) -> Unlock:
        if self._unlock is None:
            raise Refused(CONDITIONS_NOT_SATISFIED)
        return self._unlock

    def _record(self) -> CardRecord:
        serial, version = self._memory.read("serial"), self._memory.read("key_version")
        return CardRecord(serial.hex().upper(), version, names.PIN_REFERENCE)

    def _counters(self, flags: int) -> Counters:
        pin = pin_of(self._memory)
        return Counters(pin.tries, self._reset_key.tries, pin.full, self._reset_key.full, flags)

    def _signed(self, direction: Direction, nonces: Nonces, counters: Counters) -> bytes:
        message = messages.message(direction, self._record(), nonces, counters)
        return counters.encode() + messages.aes_cmac(self._memory.read("card_key"), message)
