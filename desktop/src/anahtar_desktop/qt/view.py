"""The port `View` for a window: questions cross to the window's thread as queued signals, answers come back by a queue.

The assistant lives in a thread of its own and waits there; the window never waits for a card or a server.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from anahtar_card.pin import Pin, PinFault, PinRule
from anahtar_desktop.ports import Cancelled, Instead, Seen, Wanted
from anahtar_desktop.qt import questions as q
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem

if TYPE_CHECKING:
    from anahtar_wire.messages import ConfirmationMethod, ConfirmationRequested, Method

Answer = Callable[[Any], None]


class QtView(QObject):
    """`asked(question, answer)` wants one call of `answer`, with the answer or with Cancelled; `said(…)` wants none."""

    asked = Signal(object, object)
    said = Signal(object)

    def ask_code(self) -> str:
        return str(self._ask(q.AskCode()))

    def ask_for_card(self, wanted: Wanted) -> None:
        self._ask(q.AskForCard(wanted))

    def choose_card(self, cards: Sequence[Seen]) -> Seen:
        chosen: Seen = self._ask(q.ChooseCard(cards))
        return chosen

    def show_card(self, seen: Seen, holder: str | None = None) -> None:
        self.said.emit(q.CardShown(seen, holder))

    def ask_duties(self) -> bool:
        return bool(self._ask(q.AskDuties()))

    def ask_pin(self, seen: Seen) -> Pin:
        pin: Pin = self._ask(q.AskPin(seen))
        return pin

    def ask_new_pin(self, seen: Seen, rule: PinRule) -> tuple[Pin, Pin]:
        pins: tuple[Pin, Pin] = self._ask(q.AskNewPin(seen, rule))
        return pins

    def ask_last_try(self, seen: Seen) -> str:
        return str(self._ask(q.AskLastTry(seen)))

    def choose_method(self, methods: Sequence[ConfirmationMethod]) -> Method:
        method: Method = self._ask(q.ChooseMethod(methods))
        return method

    def ask_confirmation(self, asked: ConfirmationRequested) -> str | Instead:
        typed: str | Instead = self._ask(q.AskConfirmation(asked))
        return typed

    def rule_broken(self, faults: Sequence[PinFault]) -> None:
        self.said.emit(q.Faults(faults))

    def problem(self, problem: Problem, **facts: int | str) -> None:
        self.said.emit(q.Trouble(problem, facts))

    def tell(self, text: Text, **facts: int | str) -> None:
        self.said.emit(q.Told(text, facts))

    def _ask(self, question: q.Question) -> Any:
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.asked.emit(question, answers.put)
        answer = answers.get()
        if answer is Cancelled:
            raise Cancelled
        return answer
