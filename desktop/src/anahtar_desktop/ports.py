"""What the program needs of others: a person's view, the server and the journal. Readers are the card's own port."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Protocol

from anahtar_card.record import record

if TYPE_CHECKING:  # pydantic is slow to import, and looking at a card or changing a known PIN needs none of it
    from anahtar_card.errors import CardError
    from anahtar_card.family import Grant, Look, PinState
    from anahtar_card.pin import Pin, PinFault, PinRule
    from anahtar_desktop.holders import Holder
    from anahtar_desktop.texts import Text
    from anahtar_wire.code import VerificationCode
    from anahtar_wire.messages import (
        Claimed,
        ConfirmationMethod,
        ConfirmationRequested,
        Method,
        Outcome,
        Standing,
    )
    from anahtar_wire.problems import Problem


class Cancelled(Exception):
    """The person wants to stop; a view raises it from any question."""


class Instead(Enum):
    """What a person may want instead of typing the confirmation."""

    RESEND = "resend"
    OTHER_METHOD = "other-method"


def masked(serial: str) -> str:
    """Return a card's serial number as people see it: its last four digits."""
    return f"…{serial[-4:]}"


@record
class Seen:
    """A reader and what is in it: `look` of its card, or `trouble` why there is none. `can_unlock` is the family's;
    `holder` is whose it is, where a certificate on it can be read; `pad` whether the reader has keys of its own."""

    reader: str
    look: Look | None = None
    trouble: CardError | None = None
    can_unlock: bool = False
    holder: Holder | None = None
    pad: bool = False


@record
class Wanted:
    """A card that is needed and not there: what stands in the way, its masked `serial` (None: any card), and the other
    cards, which are left alone."""

    problem: Problem
    serial: str | None
    others: Sequence[Seen] = ()


class View(Protocol):
    """Whoever speaks with the person: a window, a terminal, a script. It asks and shows, and decides nothing.

    Every question may raise Cancelled. A card is never held open while a question waits.
    """

    def ask_code(self) -> str:
        """Return the verification code as typed or pasted."""
        ...

    def ask_for_card(self, wanted: Wanted) -> None:
        """Say which card is needed; return when the readers shall be looked at again."""
        ...

    def choose_card(self, cards: Sequence[Seen]) -> Seen:
        """Return the card that is meant among several; each has a `look`."""
        ...

    def show_card(self, seen: Seen, holder: str | None = None) -> None:
        """Show whose card it is, its state and its tries left."""
        ...

    def ask_duties(self) -> bool:
        """Show Kilit Çözme Bilgilendirme and return whether it was read and accepted."""
        ...

    def ask_pin(self, seen: Seen) -> Pin:
        """Return the PIN that is known."""
        ...

    def ask_new_pin(self, seen: Seen, rule: PinRule) -> tuple[Pin, Pin]:
        """Return the new PIN, typed twice."""
        ...

    def ask_last_try(self, seen: Seen) -> str:
        """Explain what the last try may cost and return the digits typed as confirmation (the serial's last four)."""
        ...

    def choose_method(self, methods: Sequence[ConfirmationMethod]) -> Method:
        """Return SMS Onay or WEB Parola; show also what cannot be used now, and why."""
        ...

    def ask_confirmation(self, asked: ConfirmationRequested) -> str | Instead:
        """Return the SMS code or web password as typed, or what the person wants instead."""
        ...

    def rule_broken(self, faults: Sequence[PinFault]) -> None:
        """Show each line of the rule that the new PIN breaks; it was sent nowhere."""
        ...

    def problem(self, problem: Problem, **facts: int | str) -> None:
        """Show a problem: what happened, what it cost, what to do, its code."""
        ...

    def tell(self, text: Text, **facts: int | str) -> None:
        """Show a text of the program: progress, or which PIN is active."""
        ...


class Server(Protocol):
    """The server as the program sees it. Every call may raise Refusal: the server's own, or SERVER_GONE, SERVER_SLOW,
    SERVER_RUBBISH, SERVER_UNTRUSTED. From `claim` on, the calls about an unlock are signed with a fresh key."""

    @property
    def address(self) -> str:
        """Where it is, for the journal."""
        ...

    def code_of_link(self, reference: str) -> VerificationCode:
        """Trade the reference of a link for its code, once; raises Refusal LINK_SPENT, NotACode."""
        ...

    def claim(self, code: VerificationCode) -> Claimed:
        """Trade the code for an unlock bound to a key made for it."""
        ...

    def ask_confirmation(self, unlock: str, method: Method, card_serial: str) -> ConfirmationRequested:
        """Have the confirmation asked for."""
        ...

    def confirm(self, unlock: str, method: Method, answer: str) -> None:
        """Hand in the SMS code or web password."""
        ...

    def grant(self, unlock: str, card_serial: str) -> Grant:
        """Return session and nonce for the card."""
        ...

    def consent(self, unlock: str, challenge: bytes) -> bytes:
        """Return the authority's answer to the card, within 4 s or not at all."""
        ...

    def report(self, unlock: str, outcome: Outcome, evidence: bytes = b"") -> Standing:
        """Tell what became of the card."""
        ...

    def cancel(self, unlock: str) -> None:
        """Give the unlock up before a consent."""
        ...

    def standing(self, unlock: str) -> Standing:
        """Return where the unlock stands."""
        ...

    def settling_grant(self, card_serial: str) -> Grant:
        """Return session and nonce for settling; raises Refusal NOTHING_TO_SETTLE."""
        ...

    def settle(self, card_serial: str, proof: bytes) -> Standing:
        """Hand in the card's statement over the settling nonce."""
        ...


class Act(StrEnum):
    """What can change a card."""

    UNLOCK = "unlock"
    CHANGE = "change"


class ActivePin(StrEnum):
    """Which PIN the card takes now: after OLD, the card may still be locked or without any PIN, as it was before."""

    NEW = "new"
    OLD = "old"
    UNKNOWN = "unknown"


@record
class Entry:
    """What was about to happen to a card, and what was `learned` of it since. `at` is ISO 8601."""

    name: str
    act: Act
    card: str
    pin_before: PinState
    tries_before: int | None
    at: str
    unlock: str | None = None
    server: str | None = None
    learned: ActivePin | None = None


class Journal(Protocol):
    """The record, on disk, of what is about to happen to a card; it holds no PIN and no code."""

    def ready(self) -> None:
        """See that entries can be written; raises Refusal JOURNAL_UNWRITABLE."""
        ...

    def about_to(self, entry: Entry) -> None:
        """Write an entry durably, before the command leaves; raises Refusal JOURNAL_UNWRITABLE."""
        ...

    def learned(self, entry: Entry, pin: ActivePin) -> None:
        """Note which PIN is active while someone still has to be told; a failure is logged and leaves it open."""
        ...

    def settled(self, entry: Entry, how: str) -> None:
        """Close an entry; a failure is logged and leaves it open."""
        ...

    def open_entries(self) -> list[Entry]:
        """Return the entries that nobody has closed, oldest first."""
        ...
