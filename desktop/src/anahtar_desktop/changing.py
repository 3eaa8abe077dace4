"""Bildiğim PIN'i değiştir: the card and its holder alone, no server."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime

from anahtar_card.apdu import Command
from anahtar_card.errors import CardDead, CardError, NoPinYet, PinLocked
from anahtar_card.family import Look, PinState
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.reader import Readers
from anahtar_desktop import new_pin
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.looking import Opened, find_any, opened
from anahtar_desktop.ports import Act, ActivePin, Entry, Journal, Seen, View
from anahtar_desktop.settling import Settling
from anahtar_desktop.texts import Text
from anahtar_desktop.truth import Truth
from anahtar_desktop.unlocking import conclude
from anahtar_wire.problems import Problem, Refusal

LOG = logging.getLogger(__name__)
LAST_DIGITS = 4
UNUSABLE: dict[PinState, type[CardError]] = {
    PinState.LOCKED: PinLocked,
    PinState.NONE_YET: NoPinYet,
    PinState.CARD_DEAD: CardDead,
}
"""The states in which no PIN can be known."""


class Changing:
    """One change of a known PIN, from the look at the cards to the success text."""

    def __init__(self, view: View, readers: Readers, journal: Journal, clock: Callable[[], datetime]) -> None:
        self.left_behind = Text.LEFT_BEHIND_NOTHING
        self._view = view
        self._readers = readers
        self._journal = journal
        self._clock = clock
        self._settling = Settling(view, None, readers, journal)
        self._entry: Entry | None = None
        self._look: Look | None = None

    def run(self) -> Ending:
        """Live the flow; raises Cancelled, Refusal or CardError while the card surely has its old PIN."""
        self._journal.ready()
        self._view.tell(Text.LOOKING)
        seen = find_any(self._view, self._readers)
        self._view.show_card(seen)
        if seen.pad:
            self._view.tell(Text.PAD_KEYBOARD)
        look = _usable(seen)
        if look.pin_tries is None:
            self._view.tell(Text.TRIES_UNKNOWN)
        last = look.pin_tries == 1
        if last:
            self._need_last_try_wanted(seen, look)
        old = self._known_pin(seen, look)
        try:
            new = new_pin.choose(self._view, seen)
            try:
                return self._open(seen, old, new, last)
            finally:
                new.wipe()
        finally:
            old.wipe()

    def _need_last_try_wanted(self, seen: Seen, look: Look) -> None:
        if self._view.ask_last_try(seen).strip().upper() != look.serial[-LAST_DIGITS:]:
            raise Refusal(Problem.PIN_LAST_TRY)

    def _known_pin(self, seen: Seen, look: Look) -> Pin:
        """Ask for the PIN; one that no card of these bounds can have is refused here, where it costs no try."""
        while True:
            pin = self._view.ask_pin(seen)
            if look.shortest_pin <= len(pin) <= look.longest_pin:
                return pin
            pin.wipe()
            self._view.problem(Problem.PIN_LENGTH)

    def _open(self, seen: Seen, old: Pin, new: Pin, last: bool) -> Ending:
        assert seen.look is not None
        try:
            self._view.tell(Text.LEAVE_CARD)
            with opened(self._readers, seen.look.serial, seen.reader) as card:
                self._change(card, old, new, last)
        except BaseException as error:  # Ctrl-C too: once the command may have left, the truth is owed
            if self._look is None:
                raise
            LOG.info("change interrupted: %s", type(error).__name__)
            return conclude(self._view, self._found(self._look, old, new), error)
        assert self._entry is not None
        self._journal.settled(self._entry, ActivePin.NEW.value)
        self._view.tell(Text.DONE)
        return Ending(Outcome.DONE, pin=ActivePin.NEW)

    def _change(self, card: Opened, old: Pin, new: Pin, last: bool) -> None:
        if card.look.pin_tries == 1 and not last:  # somebody used one meanwhile
            raise Refusal(Problem.PIN_LAST_TRY)
        self._look = card.look
        converse(card.driver.verify(old), card.connection)
        self._settling.superseded(card.look.serial)
        converse(card.driver.change(old, new), card.connection, before_change=self._before_change)

    def _before_change(self, command: Command) -> None:
        assert self._look is not None
        if self._entry is None:
            entry = Entry(
                name=uuid.uuid4().hex,
                act=Act.CHANGE,
                card=self._look.serial,
                pin_before=self._look.pin,
                tries_before=self._look.pin_tries,
                at=self._clock().isoformat(timespec="seconds"),
            )
            self._journal.about_to(entry)
            self._entry = entry

    def _found(self, look: Look, old: Pin, new: Pin) -> Truth:
        if self._entry is not None:
            return self._settling.after_change(self._entry, old, new)
        # The change never left: the old PIN it is. What the comparison cost is for the card to say.
        return self._settling.looked_again(look.serial, Truth(ActivePin.OLD, look))


def _usable(seen: Seen) -> Look:
    assert seen.look is not None
    if seen.look.pin in UNUSABLE:
        raise UNUSABLE[seen.look.pin]
    return seen.look
