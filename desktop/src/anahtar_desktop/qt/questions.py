"""What the assistant may ask and say, as values that can travel from its thread to the window's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anahtar_card.pin import PinFault, PinRule
from anahtar_desktop.ports import Seen, Wanted
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem

if TYPE_CHECKING:
    from anahtar_wire.messages import ConfirmationMethod, ConfirmationRequested


@dataclass(frozen=True, slots=True)
class AskCode:
    """The verification code."""


@dataclass(frozen=True, slots=True)
class AskForCard:
    """A card that is needed and not there."""

    wanted: Wanted


@dataclass(frozen=True, slots=True)
class ChooseCard:
    """Which of several cards is meant."""

    cards: Sequence[Seen]


@dataclass(frozen=True, slots=True)
class AskDuties:
    """Kilit Çözme Bilgilendirme."""


@dataclass(frozen=True, slots=True)
class AskPin:
    """The PIN that is known."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class AskNewPin:
    """The new PIN, twice."""

    seen: Seen
    rule: PinRule


@dataclass(frozen=True, slots=True)
class AskLastTry:
    """Whether the last try is really wanted."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class ChooseMethod:
    """SMS Onay or WEB Parola."""

    methods: Sequence[ConfirmationMethod]


@dataclass(frozen=True, slots=True)
class AskConfirmation:
    """The SMS code or the web password."""

    asked: ConfirmationRequested


Question = (
    AskCode | AskForCard | ChooseCard | AskDuties | AskPin | AskNewPin | AskLastTry | ChooseMethod | AskConfirmation
)


@dataclass(frozen=True, slots=True)
class Told:
    """A text of the program."""

    text: Text
    facts: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem."""

    problem: Problem
    facts: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Faults:
    """Lines of the rule that a new PIN breaks."""

    faults: Sequence[PinFault]


@dataclass(frozen=True, slots=True)
class CardShown:
    """The card that the act is about, and its holder as the server names them."""

    seen: Seen
    holder: str | None = None


Said = Told | Trouble | Faults | CardShown
