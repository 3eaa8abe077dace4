"""A view that only listens: while the program settles what an earlier start left open, nobody is asked anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from anahtar_card.pin import Pin, PinFault, PinRule
from anahtar_desktop.ports import Cancelled, Instead, Seen, Wanted
from anahtar_desktop.qt import questions as q
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem

if TYPE_CHECKING:
    from anahtar_wire.messages import ConfirmationMethod, ConfirmationRequested, Method


class Hearing:
    """Keeps what is `said`; every question is answered with Cancelled."""

    def __init__(self) -> None:
        self.said: list[q.Said] = []

    def ask_code(self) -> str:
        raise Cancelled

    def ask_for_card(self, wanted: Wanted) -> None:
        raise Cancelled

    def choose_card(self, cards: Sequence[Seen]) -> Seen:
        raise Cancelled

    def show_card(self, seen: Seen, holder: str | None = None) -> None:
        self.said.append(q.CardShown(seen, holder))

    def ask_duties(self) -> bool:
        raise Cancelled

    def ask_pin(self, seen: Seen) -> Pin:
        raise Cancelled

    def ask_new_pin(self, seen: Seen, rule: PinRule) -> tuple[Pin, Pin]:
        raise Cancelled

    def ask_last_try(self, seen: Seen) -> str:
        raise Cancelled

    def choose_method(self, methods: Sequence[ConfirmationMethod]) -> Method:
        raise Cancelled

    def ask_confirmation(self, asked: ConfirmationRequested) -> str | Instead:
        raise Cancelled

    def rule_broken(self, faults: Sequence[PinFault]) -> None:
        self.said.append(q.Faults(faults))

    def problem(self, problem: Problem, **facts: int | str) -> None:
        self.said.append(q.Trouble(problem, facts))

    def tell(self, text: Text, **facts: int | str) -> None:
        self.said.append(q.Told(text, facts))
