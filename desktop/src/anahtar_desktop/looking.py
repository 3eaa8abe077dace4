"""Looking at cards: what is in which reader, and the one that is meant. Looking uses no try."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from anahtar_card.errors import CardError, CardGone, CardMute, CardShared, CardSwapped, ForeignCard, NoCard, NoReader
from anahtar_card.flow import converse
from anahtar_card.record import record
from anahtar_desktop.failures import problem_of
from anahtar_desktop.holders import Holder, holder_in
from anahtar_desktop.ports import Seen, Wanted, masked
from anahtar_wire.problems import Problem

if TYPE_CHECKING:
    from anahtar_card.family import Driver, Look
    from anahtar_card.reader import Connection, Reader, Readers
    from anahtar_desktop.ports import View

FOREMOST = (CardMute, CardShared, NoCard)
"""Which trouble is named when readers have several: the one that is likeliest the wanted card's."""


@record
class Opened:
    """A card that is open: its connection, the driver of its family, and its look just taken."""

    connection: Connection
    driver: Driver
    look: Look


def survey(readers: Readers, *, holders: bool = False) -> list[Seen]:
    """Return every reader with what is in it; no card is left open. Raises NoReaderService, and NoReader for none.

    `holders` has each card's certificate read too, which takes as long as the rest again.
    """
    there = readers.list()
    if not there:
        raise NoReader
    return [_see(reader, holders) for reader in there]


@contextlib.contextmanager
def opened(readers: Readers, serial: str, at: str | None = None) -> Iterator[Opened]:
    """Open the card with this serial number exclusively, in the reader named `at` or wherever it is; reset it at exit.

    Raises CardSwapped when only other cards are there, else what stands in the way: NoReader, NoCard, CardMute….
    """
    candidates = [reader for reader in readers.list() if at in (None, reader.name)]
    trouble: CardError = NoReader()
    for reader in candidates:
        try:
            card = _open(reader)
        except CardError as error:
            trouble = trouble if isinstance(trouble, CardSwapped) else error
            continue
        with card.connection:
            if card.look.serial == serial:
                yield card
                return
            trouble = CardSwapped(serial, card.look.serial)
    raise trouble


def find(view: View, readers: Readers, serial: str) -> Seen:
    """Return the card with this serial number; while it is not there, say which one is needed and let the view wait.

    Raises Cancelled from the view, ForeignCard when the card's family has no unlock.
    """
    while True:
        try:
            seen = survey(readers)
        except CardError as error:
            view.ask_for_card(Wanted(problem_of(error)[0], masked(serial)))
            continue
        found = next((one for one in seen if one.look and one.look.serial == serial), None)
        if found is not None:
            if not found.can_unlock:
                raise ForeignCard
            return found
        view.ask_for_card(wanted(seen, serial))


def find_any(view: View, readers: Readers) -> Seen:
    """Return the one card that can be read, or the one chosen among several; wait while there is none."""
    while True:
        try:
            seen = survey(readers, holders=True)
        except CardError as error:
            view.ask_for_card(Wanted(problem_of(error)[0], None))
            continue
        cards = [one for one in seen if one.look]
        if cards:
            return cards[0] if len(cards) == 1 else view.choose_card(cards)
        view.ask_for_card(wanted(seen, None))


def wanted(seen: Sequence[Seen], serial: str | None) -> Wanted:
    """Return what to say when the wanted card is not among those seen."""
    others = [one for one in seen if one.look]
    troubles = [one.trouble for one in seen if one.trouble]
    foremost = next((t for kind in FOREMOST for t in troubles if isinstance(t, kind)), None)
    if others and not isinstance(foremost, CardMute | CardShared):
        return Wanted(Problem.CARD_OTHER, serial and masked(serial), others)
    trouble = foremost or (troubles[0] if troubles else NoCard())
    return Wanted(problem_of(trouble)[0], serial and masked(serial), others)


def _open(reader: Reader) -> Opened:
    try:
        return _open_once(reader)
    except CardGone:  # another program reset the card, or it was just put in: nobody needs to be asked for that
        return _open_once(reader)


def _open_once(reader: Reader) -> Opened:
    from anahtar_card.identify import driver_for  # brings the families, which --help can do without

    connection = reader.connect()
    try:
        driver = driver_for(connection.atr)
        return Opened(connection, driver, converse(driver.look(), connection))
    except BaseException:
        connection.close()
        raise


def _see(reader: Reader, holders: bool) -> Seen:
    try:
        card = _open(reader)
    except CardError as error:
        return Seen(reader.name, trouble=error)
    with card.connection:
        from anahtar_card.pinpad import has_pad

        pad, holder = has_pad(card.connection), _holder_of(card) if holders else None
        return Seen(reader.name, card.look, can_unlock=card.driver.can_unlock, holder=holder, pad=pad)


def _holder_of(card: Opened) -> Holder | None:
    """Whose card it is; one without a certificate that anyone may read is nobody's, and that is no trouble."""
    try:
        return holder_in(converse(card.driver.certificate(), card.connection))
    except CardError:
        return None
