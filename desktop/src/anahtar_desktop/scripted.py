"""A view without a person: it answers from given values and records what it was shown. For stories and tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from anahtar_card.pin import Pin, PinFault, PinRule
from anahtar_desktop.ports import Cancelled, Instead, Seen, Wanted
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem

if TYPE_CHECKING:
    from anahtar_wire.messages import ConfirmationMethod, ConfirmationRequested, Method

Answer = TypeVar("Answer")
Facts = dict[str, int | str]


def nothing_comes() -> str:
    """A confirmation that never comes: the person stops."""
    raise Cancelled


@dataclass(repr=False)
class ScriptedView:
    """Answers each question with what stands here; when a question comes again and nothing is left to say, it stops the
    act (Cancelled), so that no script can run for ever.

    `code` and `new_pin` are typed as they stand; `codes` and `entries` (pairs) are typed before them, one after the
    other, `old_pin` likewise after `old_pins`. `confirmation` is called for each answer, up to `patience` times.
    `insert` is called when a card is asked for, and returns whether to look again. `reader` chooses among several
    cards. `last_digits` is typed at the last try.
    """

    code: str = ""
    new_pin: str = ""
    method: str = "sms"
    confirmation: Callable[[], str | Instead] = nothing_comes
    old_pin: str = ""
    codes: Sequence[str] = ()
    entries: Sequence[tuple[str, str]] = ()
    old_pins: Sequence[str] = ()
    duties: bool = True
    insert: Callable[[], bool] = lambda: False
    reader: str | None = None
    last_digits: str = ""
    patience: int = 10
    problems: list[tuple[Problem, Facts]] = field(default_factory=list)
    texts: list[tuple[Text, Facts]] = field(default_factory=list)
    cards: list[tuple[Seen, str | None]] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    faults: list[PinFault] = field(default_factory=list)
    methods: list[ConfirmationMethod] = field(default_factory=list)
    asked: list[ConfirmationRequested] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def problem_codes(self) -> list[Problem]:
        """The problems that were shown, in order."""
        return [problem for problem, _ in self.problems]

    @property
    def told(self) -> list[Text]:
        """The texts that were shown, in order."""
        return [text for text, _ in self.texts]

    def ask_code(self) -> str:
        return self._next("code", [*self.codes, self.code])

    def ask_for_card(self, wanted: Wanted) -> None:
        self.wanted.append(wanted)
        self._next("card", range(self.patience))
        if not self.insert():
            raise Cancelled

    def choose_card(self, cards: Sequence[Seen]) -> Seen:
        for seen in cards:
            if seen.reader == self.reader:
                return seen
        raise Cancelled

    def show_card(self, seen: Seen, holder: str | None = None) -> None:
        self.cards.append((seen, holder))

    def ask_duties(self) -> bool:
        return self.duties

    def ask_pin(self, seen: Seen) -> Pin:
        return Pin(self._next("pin", [*self.old_pins, self.old_pin]))

    def ask_new_pin(self, seen: Seen, rule: PinRule) -> tuple[Pin, Pin]:
        first, second = self._next("new pin", [*self.entries, (self.new_pin, self.new_pin)])
        return Pin(first), Pin(second)

    def ask_last_try(self, seen: Seen) -> str:
        return self.last_digits

    def choose_method(self, methods: Sequence[ConfirmationMethod]) -> Method:
        self.methods = list(methods)
        self._next("method", range(self.patience))
        for one in methods:
            if one.method == self.method:
                return one.method
        raise Cancelled

    def ask_confirmation(self, asked: ConfirmationRequested) -> str | Instead:
        self.asked.append(asked)
        self._next("confirmation", range(self.patience))
        return self.confirmation()

    def rule_broken(self, faults: Sequence[PinFault]) -> None:
        self.faults += faults

    def problem(self, problem: Problem, **facts: int | str) -> None:
        self.problems.append((problem, facts))

    def tell(self, text: Text, **facts: int | str) -> None:
        self.texts.append((text, facts))

    def _next(self, question: str, answers: Sequence[Answer]) -> Answer:
        count = self.counts.get(question, 0)
        self.counts[question] = count + 1
        if count >= len(answers):
            raise Cancelled
        return answers[count]
