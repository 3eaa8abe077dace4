"""PIN Oluşturma/Kilit Çözme: one flow for the first PIN, a forgotten one and a locked one."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from anahtar_card.apdu import Command
from anahtar_card.errors import CardDead, ForeignCard
from anahtar_card.family import Grant, Look, PinState
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.reader import Readers
from anahtar_desktop import new_pin, truth
from anahtar_desktop.confirming import Confirming
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.failures import refusal_of
from anahtar_desktop.looking import find, opened, survey
from anahtar_desktop.ports import Act, ActivePin, Cancelled, Entry, Journal, Seen, Server, View, masked
from anahtar_desktop.settling import Settling
from anahtar_desktop.texts import Text
from anahtar_wire.code import LooksLikeSmsCode, NotACode, VerificationCode
from anahtar_wire.problems import Problem, Refusal

if TYPE_CHECKING:
    from anahtar_wire.messages import Claimed

LOG = logging.getLogger(__name__)
MAY_HAVE_CONSENTED = (
    Problem.SERVER_GONE,
    Problem.SERVER_SLOW,
    Problem.SERVER_RUBBISH,
    Problem.KEY_SERVICE_GONE,
    Problem.INTERNAL,
)
"""After these nobody knows whether the server recorded a consent; any other refusal says that it did not."""


class Attempt:
    """One opening of the card: how far it went."""

    def __init__(self, server: Server, journal: Journal, entry: Callable[[Look], Entry], unlock: str) -> None:
        self._server = server
        self._journal = journal
        self._make_entry = entry
        self._unlock = unlock
        self.look: Look | None = None
        self.may_be_released = False
        self.touched = False

    @property
    def entry(self) -> Entry:
        """What is, or would be, in the journal of this attempt."""
        assert self.look is not None
        return self._entry

    def begin(self, look: Look) -> None:
        """The card is open and is the right one."""
        self.look = look
        self._entry = self._make_entry(look)

    def ask(self, challenge: bytes) -> bytes:
        """Ask the server for its consent."""
        self.may_be_released = True
        try:
            return self._server.consent(self._unlock, challenge)
        except Refusal as refusal:
            self.may_be_released = refusal.problem in MAY_HAVE_CONSENTED
            raise

    def before_change(self, command: Command) -> None:
        """Write the journal before the first command that may change the card leaves."""
        if not self.touched:
            self._journal.about_to(self._entry)
            self.touched = True


class Unlocking:
    """One unlock from the verification code to the success text."""

    def __init__(
        self, view: View, server: Server, readers: Readers, journal: Journal, clock: Callable[[], datetime]
    ) -> None:
        self.left_behind = Text.LEFT_BEHIND_NOTHING
        self._view = view
        self._server = server
        self._readers = readers
        self._journal = journal
        self._clock = clock
        self._settling = Settling(view, server, readers, journal)

    def run(self) -> Ending:
        """Live the flow; raises Cancelled, Refusal or CardError while the card is surely as it was."""
        self._journal.ready()
        code, claimed = self._claim()
        try:
            return self._claimed(code, claimed)
        except BaseException:
            self._give_up(claimed)
            raise

    def _claim(self) -> tuple[VerificationCode, Claimed]:
        while True:
            try:
                code = _read_code(self._view.ask_code())
                claimed = self._server.claim(code)
            except Refusal as refusal:
                if refusal.problem not in (Problem.CODE_MALFORMED, Problem.CODE_IS_SMS, Problem.CODE_WRONG):
                    raise
                self._view.problem(refusal.problem, **refusal.facts)
            else:
                self.left_behind = Text.LEFT_BEHIND_CODE
                self._tell_claimed(claimed)
                return code, claimed

    def _claimed(self, code: VerificationCode, claimed: Claimed) -> Ending:
        seen = self._card_of(claimed)
        if not self._view.ask_duties():
            raise Refusal(Problem.DUTIES_NOT_ACCEPTED)
        new = new_pin.choose(self._view, seen, new_pin.personal_among(claimed.personal))
        try:
            Confirming(self._view, self._server, claimed, code).run()
            return self._set(claimed, new)
        finally:
            new.wipe()

    def _card_of(self, claimed: Claimed) -> Seen:
        self._view.tell(Text.LOOKING)
        seen = find(self._view, self._readers, claimed.card_serial)
        for other in survey(self._readers):
            if other.look and other.look.serial != claimed.card_serial:
                self._view.tell(Text.OTHER_CARD, reader=other.reader, serial=masked(other.look.serial))
        self._view.show_card(seen, claimed.holder)
        if seen.pad:
            self._view.tell(Text.PAD_KEYBOARD)
        if seen.look and seen.look.family != claimed.card_family:  # the register says the family, never the card
            raise ForeignCard
        if seen.look and seen.look.pin is PinState.CARD_DEAD:
            raise CardDead
        return seen

    def _set(self, claimed: Claimed, new: Pin) -> Ending:
        """Open the card and set the PIN; an earlier unlock of the card that is unclear is settled first, once."""
        for settled in (False, True):
            at = find(self._view, self._readers, claimed.card_serial).reader
            try:
                grant = self._server.grant(claimed.unlock, claimed.card_serial)
                return self._open(claimed, at, grant, new)
            except Refusal as refusal:
                if refusal.problem is not Problem.SETTLE_FIRST or settled:
                    raise
            self._view.tell(Text.SETTLING, serial=masked(claimed.card_serial))
            self._settling.with_server(claimed.card_serial)
        raise Refusal(Problem.SETTLE_FIRST)

    def _open(self, claimed: Claimed, at: str, grant: Grant, new: Pin) -> Ending:
        attempt = Attempt(self._server, self._journal, lambda look: self._entry(claimed, look), claimed.unlock)
        try:
            self._view.tell(Text.LEAVE_CARD)
            with opened(self._readers, claimed.card_serial, at) as card:
                attempt.begin(card.look)
                evidence = converse(
                    card.driver.unlock(grant, new),
                    card.connection,
                    answer=attempt.ask,
                    before_change=attempt.before_change,
                )
        except BaseException as error:  # Ctrl-C too: from the consent on, the truth is owed whatever came between
            if not attempt.may_be_released:
                raise
            LOG.info("unlock interrupted: %s", type(error).__name__)
            return self._interrupted(attempt, new, error)
        return self._done(claimed, attempt.entry, evidence)

    def _done(self, claimed: Claimed, entry: Entry, evidence: bytes) -> Ending:
        from anahtar_wire.messages import Outcome as Reported

        try:
            self._server.report(claimed.unlock, Reported.DONE, evidence)
            told = True
        except (Refusal, KeyboardInterrupt):
            told = self._settling.with_server(claimed.card_serial, claimed.unlock).told
        if told:
            self._journal.settled(entry, ActivePin.NEW.value)
        else:
            self._journal.learned(entry, ActivePin.NEW)
            self._view.tell(Text.SERVER_NOT_TOLD)
        self._settling.superseded(claimed.card_serial, but=entry)
        self._view.tell(Text.DONE)
        return Ending(Outcome.DONE, pin=ActivePin.NEW)

    def _interrupted(self, attempt: Attempt, new: Pin, error: BaseException) -> Ending:
        assert attempt.look is not None
        if attempt.touched:
            found = self._settling.after_unlock(attempt.entry, new)
        else:
            found = self._settling.untouched(attempt.entry, attempt.look)
        return conclude(self._view, found, error)

    def _entry(self, claimed: Claimed, look: Look) -> Entry:
        return Entry(
            name=uuid.uuid4().hex,
            act=Act.UNLOCK,
            card=look.serial,
            pin_before=look.pin,
            tries_before=look.pin_tries,
            at=self._clock().isoformat(timespec="seconds"),
            unlock=claimed.unlock,
            server=self._server.address,
        )

    def _tell_claimed(self, claimed: Claimed) -> None:
        import platform

        self._view.tell(
            Text.CLAIMED_SEAL if claimed.kind == "seal" else Text.CLAIMED_NES,
            holder=claimed.holder,
            serial=masked(claimed.card_serial),
            computer=platform.node(),
        )

    def _give_up(self, claimed: Claimed) -> None:
        """Tell the server, as well as may be: nothing was released, and its time would end the unlock anyway."""
        with contextlib.suppress(Refusal, KeyboardInterrupt):
            self._server.cancel(claimed.unlock)


def conclude(view: View, found: truth.Truth, error: BaseException) -> Ending:
    """Say how an interrupted act ended, and which PIN is active."""
    if found.pin is ActivePin.UNKNOWN:
        truth.tell(view, found)
        return Ending(Outcome.UNKNOWN, Problem.OUTCOME_UNKNOWN, pin=found.pin)
    if found.pin is ActivePin.NEW:
        truth.tell(view, found)
        view.tell(Text.DONE)
        return Ending(Outcome.DONE, pin=found.pin)
    stopped = isinstance(error, Cancelled | KeyboardInterrupt)
    refusal = Refusal(Problem.CANCELLED) if stopped else refusal_of(error)
    view.problem(refusal.problem, **refusal.facts)
    truth.tell(view, found)
    return Ending(Outcome.CANCELLED if stopped else Outcome.REFUSED, refusal.problem, refusal.facts, found.pin)


def _read_code(typed: str) -> VerificationCode:
    try:
        return VerificationCode.parse(typed)
    except LooksLikeSmsCode:
        raise Refusal(Problem.CODE_IS_SMS) from None
    except NotACode:
        raise Refusal(Problem.CODE_MALFORMED) from None
