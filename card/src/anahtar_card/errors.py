"""What can go wrong between a program and a card. Errors carry facts, never a text for people or a secret."""

from __future__ import annotations

from anahtar_card.record import record


class CardError(Exception):
    """Anything that a card, a reader or the reader service refuses or fails at."""


class NoReaderService(CardError):
    """The PC/SC service does not run or went away."""


class NoReader(CardError):
    """No card reader is connected, or it was unplugged."""


class NoCard(CardError):
    """The reader is empty."""


class CardMute(CardError):
    """A card is in the reader and does not answer to reset: upside down, dirty or broken."""


class CardGone(CardError):
    """The card left, lost power or was reset by another program between two commands; its volatile state is lost."""


class CardShared(CardError):
    """Another program holds the card, so it cannot be opened exclusively."""


class MalformedResponse(CardError):
    """The card or reader answered with bytes that the standard does not allow."""


class UnknownCard(CardError):
    """No family recognises this card."""


class ForeignCard(CardError):
    """The card belongs to another authority: this act does not exist for it."""


@record
class CardSwapped(CardError):
    """Another card answers than the one the conversation began with."""

    expected: str
    found: str


@record
class StatusError(CardError):
    """The card refused a command with a status word that has no more exact error.

    `status_word` is SW1 ‖ SW2 as one number, `instruction` the refused command's INS.
    """

    status_word: int
    instruction: int

    def __str__(self) -> str:
        return f"INS {self.instruction:02X} answered {self.status_word:04X}"


@record
class WrongPin(CardError):
    """The card compared the PIN and it did not match: one try is used (63Cx, ISO/IEC 7816-4 section 5.6)."""

    tries_left: int


class PinLocked(CardError):
    """No try is left: only an unlock helps (6983)."""


class NoPinYet(CardError):
    """The card holds no PIN: the first one has to be set (6A88 for our own cards)."""


class PinRefused(CardError):
    """The card found the new PIN against its own rule and changed nothing (6A80)."""


class CardDead(CardError):
    """The card is out of use for ever."""


class ProofRefused(CardError):
    """The card did not accept the authority's cryptogram (6300 or 63Cx to EXTERNAL AUTHENTICATE)."""
