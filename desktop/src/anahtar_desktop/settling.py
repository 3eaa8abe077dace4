"""Settling: after an interruption, at the next start or insertion, the card, the server and the journal come to the
same view of what happened."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from anahtar_card.errors import CardError
from anahtar_card.family import Look
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.reader import Readers
from anahtar_card.record import record, replace
from anahtar_desktop import truth as truths
from anahtar_desktop.looking import Opened, opened
from anahtar_desktop.ports import Act, ActivePin, Entry, Journal, Server, View, masked
from anahtar_desktop.texts import Text
from anahtar_desktop.truth import Truth
from anahtar_wire.problems import Problem, Refusal

if TYPE_CHECKING:
    from anahtar_wire.messages import Outcome, Standing

LOG = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@record
class ServerSide:
    """What the server makes of it: `told` when it has nothing more to learn from us, `pin` as far as it has proof."""

    told: bool = False
    pin: ActivePin = ActivePin.UNKNOWN
    done: bool = False

    @classmethod
    def of(cls, standing: Standing | None) -> ServerSide:
        """Read a standing; None for a server that did not answer."""
        if standing is None:
            return cls()
        return cls(True, ActivePin(standing.pin), standing.state == "done")


class Settling:
    """Finds out and says which PIN is active. `server` is None where there is none to tell."""

    def __init__(self, view: View, server: Server | None, readers: Readers, journal: Journal) -> None:
        self._view = view
        self._server = server
        self._readers = readers
        self._journal = journal

    def after_change(self, entry: Entry, old: Pin, new: Pin) -> Truth:
        """Find out after an interrupted change, the PINs still in memory."""
        self._view.tell(Text.FINDING_OUT)
        truth = self._with_card(entry.card, lambda card: truths.after_change(card, old, new)) or truths.NOT_KNOWN
        self._finish(entry, truth.pin, told=True)
        return self.looked_again(entry.card, truth)

    def after_unlock(self, entry: Entry, new: Pin) -> Truth:
        """Find out after an unlock was interrupted and the card may have the new PIN, which is still in memory."""
        from anahtar_wire.messages import Outcome

        self._view.tell(Text.FINDING_OUT)
        look = self._with_card(entry.card, lambda card: card.look)
        self._report(entry, Outcome.UNKNOWN)
        if look is None:
            return truths.NOT_KNOWN
        truth = Truth(truths.shown_by_state(entry, look), look)
        side = self.with_server(entry.card, entry.unlock)
        if truth.pin is ActivePin.UNKNOWN:
            truth = replace(truth, pin=side.pin)
        if truth.pin is ActivePin.UNKNOWN:
            truth = self._with_card(entry.card, lambda card: truths.after_unlock(card, new)) or truths.NOT_KNOWN
        if truth.pin is ActivePin.NEW and not side.done:
            side = self._report(entry, Outcome.DONE)
        self._finish(entry, truth.pin, side.told)
        return truth

    def untouched(self, entry: Entry, look: Look) -> Truth:
        """The server may have consented, and no command that changes the card was sent: the card is as it was. Let the
        server see it too, if the card is at hand; nobody is asked for it."""
        from anahtar_wire.messages import Outcome

        self._report(entry, Outcome.FAILED)
        self.with_server(entry.card, entry.unlock)
        return Truth(ActivePin.OLD, look)

    def later(self, entry: Entry) -> Truth | None:
        """Find out at a later time, no PIN in memory; None when the card is not at hand. Uses no try."""
        look = self._quietly(lambda: self._look(entry.card))
        if look is None:
            self._view.tell(Text.OPEN_ENTRY, at=entry.at, serial=masked(entry.card))
            return None
        self._view.tell(Text.SETTLING, serial=masked(entry.card))
        truth = Truth(entry.learned or self._later_by_state(entry, look), look)
        told = True
        if entry.act is Act.UNLOCK:
            side = self.with_server(entry.card) if self._is_of(entry) else ServerSide()
            told = side.told
            if truth.pin is ActivePin.UNKNOWN:
                truth = replace(truth, pin=side.pin)
        self._finish(entry, truth.pin, told)
        truths.tell(self._view, truth)
        return truth

    def with_server(self, serial: str, unlock: str | None = None) -> ServerSide:
        """Let the card prove its state to the server, if both are at hand; `unlock` may be asked about by its name."""
        if self._server is None:
            return ServerSide()
        for _ in range(2):
            try:
                return ServerSide.of(self._prove(self._server, serial))
            except Refusal as refusal:
                return self._not_settled(self._server, refusal, unlock)
            except CardError as error:
                LOG.info("settling: %s", type(error).__name__)
        return ServerSide()

    def superseded(self, serial: str, but: Entry | None = None) -> None:
        """Close what was open about a card, now that its PIN is surely known."""
        for entry in self._journal.open_entries():
            if entry.card == serial and (but is None or entry.name != but.name):
                self._journal.settled(entry, "superseded")

    def _prove(self, server: Server, serial: str) -> Standing:
        grant = server.settling_grant(serial)
        with opened(self._readers, serial) as card:
            proof = converse(card.driver.prove(grant), card.connection)
        return server.settle(serial, proof)

    def _not_settled(self, server: Server, refusal: Refusal, unlock: str | None) -> ServerSide:
        LOG.info("settling: %s", refusal.problem)
        if refusal.problem is not Problem.NOTHING_TO_SETTLE:
            return ServerSide()
        if unlock is None:
            return ServerSide(told=True)
        return ServerSide.of(self._quietly(lambda: server.standing(unlock)))

    def _report(self, entry: Entry, outcome: Outcome) -> ServerSide:
        server, unlock = self._server, entry.unlock
        if server is None or unlock is None:
            return ServerSide()
        return ServerSide.of(self._quietly(lambda: server.report(unlock, outcome)))

    def _is_of(self, entry: Entry) -> bool:
        return self._server is not None and self._server.address == entry.server

    def _later_by_state(self, entry: Entry, look: Look) -> ActivePin:
        # With tries left before, others may have used the card since: its counter shows nothing any more.
        if entry.act is Act.CHANGE or entry.tries_before:
            return ActivePin.UNKNOWN
        return truths.shown_by_state(entry, look)

    def _finish(self, entry: Entry, pin: ActivePin, told: bool) -> None:
        if pin is ActivePin.UNKNOWN:
            return
        if told:
            self._journal.settled(entry, pin.value)
            return
        self._journal.learned(entry, pin)
        self._view.tell(Text.SERVER_NOT_TOLD)

    def looked_again(self, serial: str, truth: Truth) -> Truth:
        """A right PIN gave the tries back that a wrong one took: what is shown comes from the card."""
        look = self._quietly(lambda: self._look(serial)) if truth.pin is ActivePin.OLD else None
        return replace(truth, look=look) if look else truth

    def _look(self, serial: str) -> Look:
        with opened(self._readers, serial) as card:
            return card.look

    def _with_card(self, serial: str, act: Callable[[Opened], Answer]) -> Answer | None:
        return truths.with_card(self._view, self._readers, serial, act)

    def _quietly(self, call: Callable[[], Answer]) -> Answer | None:
        """Try something whose failure changes no statement; the person hears of the statement only."""
        try:
            return call()
        except Refusal as refusal:
            LOG.info("settling: %s", refusal.problem)
        except (Exception, KeyboardInterrupt) as error:
            LOG.info("settling: %s", type(error).__name__)
        return None
