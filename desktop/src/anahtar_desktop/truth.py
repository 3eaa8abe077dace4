"""Which PIN is active: what a card itself shows of it, without ever using its last try."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anahtar_card.errors import CardError, CardGone, CardMute, CardShared, MalformedResponse, StatusError, WrongPin
from anahtar_card.family import Look, PinState
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.reader import Readers
from anahtar_card.record import record, replace
from anahtar_desktop.failures import problem_of
from anahtar_desktop.looking import Opened, opened
from anahtar_desktop.ports import ActivePin, Cancelled, Entry, View, Wanted, masked
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem

SAFE_TRIES = 2
"""A question that may cost a try is asked only while this many are left, so that it can never lock the card."""
PASSING = (CardGone, CardShared, CardMute, MalformedResponse, StatusError)
PASSING_AT_MOST = 3
"""Trouble that may be over at the next attempt, and how often that is tried before a person is asked."""

Answer = TypeVar("Answer")


@record
class Truth:
    """Which PIN the card takes, as far as it is proved; `look` is the card's last word on its state, None if unread."""

    pin: ActivePin
    look: Look | None = None
    try_used: bool = False


NOT_KNOWN = Truth(ActivePin.UNKNOWN)


def tell(view: View, truth: Truth) -> None:
    """Say which PIN is active, or that it is not known yet and what to do."""
    if truth.pin is ActivePin.UNKNOWN:
        view.problem(Problem.OUTCOME_UNKNOWN)
        return
    if truth.try_used:
        view.tell(Text.TRY_USED)
    if truth.pin is ActivePin.NEW:
        view.tell(Text.TRUTH_NEW)
        return
    match truth.look:
        case Look(pin=PinState.LOCKED):
            view.tell(Text.TRUTH_LOCKED)
        case Look(pin=PinState.NONE_YET):
            view.tell(Text.TRUTH_NONE)
        case Look(pin_tries=int(tries)):
            view.tell(Text.TRUTH_OLD, tries=tries)
        case _:
            view.tell(Text.TRUTH_OLD, tries="?")


def with_card(view: View, readers: Readers, serial: str, act: Callable[[Opened], Answer]) -> Answer | None:
    """Do something with the card of this serial number, again when the link breaks, asking for the card while it is not
    there; None when the person gives up. `act` must be safe to repeat."""
    passing = 0
    while True:
        try:
            with opened(readers, serial) as card:
                return act(card)
        except CardError as error:
            passing += 1
            if isinstance(error, PASSING) and passing % PASSING_AT_MOST:
                continue
            try:
                view.ask_for_card(Wanted(problem_of(error)[0], masked(serial)))
            except (Cancelled, KeyboardInterrupt):
                return None
        except KeyboardInterrupt:
            return None


def takes(card: Opened, pin: Pin, tries: int | None) -> bool | None:
    """Return whether the card takes a PIN, None when asking could cost the last try. `tries` are those left now."""
    if card.look.pin is not PinState.ACTIVE or tries is None or tries < SAFE_TRIES:
        return None
    try:
        converse(card.driver.verify(pin), card.connection)
    except WrongPin:
        return False
    return True


def shown_by_state(entry: Entry, look: Look) -> ActivePin:
    """Return what the PIN's state alone shows after an interrupted unlock, the card looked at for the first time since.

    A locked PIN, or none, becomes an active one only by the unlock. One that had its last try and still has exactly
    that was not set again, for setting gives all tries back.
    """
    if entry.pin_before in (PinState.LOCKED, PinState.NONE_YET):
        if look.pin is PinState.ACTIVE:
            return ActivePin.NEW
        return ActivePin.OLD if look.pin is entry.pin_before else ActivePin.UNKNOWN
    if entry.pin_before is PinState.ACTIVE and entry.tries_before == look.pin_tries == 1:
        return ActivePin.OLD
    return ActivePin.UNKNOWN


def after_change(card: Opened, old: Pin, new: Pin) -> Truth:
    """Return which of two PINs the card takes; one of them it must, for a card changes its PIN in one step."""
    tries = card.look.pin_tries
    answer = takes(card, new, tries)
    if answer is None:
        return Truth(ActivePin.UNKNOWN, card.look)
    if answer:
        return Truth(ActivePin.NEW, card.look)
    left = tries and tries - 1
    if takes(card, old, left) is False:  # neither: somebody else was at the card
        return Truth(ActivePin.UNKNOWN, card.look, try_used=True)
    return Truth(ActivePin.OLD, replace(card.look, pin_tries=left))


def after_unlock(card: Opened, new: Pin) -> Truth:
    """Return whether the card takes the new PIN, where its state alone does not show it."""
    tries = card.look.pin_tries
    answer = takes(card, new, tries)
    if answer is None:
        return Truth(ActivePin.UNKNOWN, card.look)
    if answer:
        return Truth(ActivePin.NEW, card.look)
    return Truth(ActivePin.OLD, replace(card.look, pin_tries=tries and tries - 1), try_used=True)
