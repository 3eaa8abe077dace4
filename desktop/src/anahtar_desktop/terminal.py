"""The view of a terminal: questions, secrets without echo, problems in four lines."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from anahtar_desktop.plainly import clock_time, plain
from anahtar_desktop.ports import Cancelled, Instead, Seen, Wanted, masked
from anahtar_desktop.texts import Text, say
from anahtar_desktop.words import state_of
from anahtar_wire.problems import Problem, explain

if TYPE_CHECKING:
    from anahtar_card.pin import Pin, PinFault, PinRule
    from anahtar_wire.messages import ConfirmationMethod, ConfirmationRequested, Method

YES = ("e", "evet", "y", "yes")
RESEND = ("y", "r")
OTHER_METHOD = ("b", "o")


class TerminalView:
    """Asks on the terminal and writes to `out`; problems go to `errors`."""

    def __init__(self, language: str, out: TextIO, errors: TextIO) -> None:
        self._language = language
        self._out = out
        self._errors = errors

    def ask_code(self) -> str:
        return self._ask(Text.ASK_CODE)

    def ask_for_card(self, wanted: Wanted) -> None:
        self.problem(wanted.problem, **({"serial": wanted.serial} if wanted.serial else {}))
        for other in wanted.others:
            if other.look:
                self.tell(Text.OTHER_CARD, reader=other.reader, serial=masked(other.look.serial))
        if wanted.serial:
            self.tell(Text.WANTED_CARD, serial=wanted.serial)
        self._ask(Text.ASK_CARD_AGAIN)

    def choose_card(self, cards: Sequence[Seen]) -> Seen:
        self.problem(Problem.CARD_NOT_CHOSEN)
        return cards[self._choose([self._line(seen) for seen in cards])]

    def show_card(self, seen: Seen, holder: str | None = None) -> None:
        if holder:
            self.tell(Text.CARD_HOLDER, holder=holder)
        self._write(self._line(seen))

    def ask_duties(self) -> bool:
        self.tell(Text.DUTIES_TITLE)
        self.tell(Text.DUTIES)
        return self._ask(Text.ASK_DUTIES).strip().lower() in YES

    def ask_pin(self, seen: Seen) -> Pin:
        return self._ask_pin(Text.ASK_PIN)

    def ask_new_pin(self, seen: Seen, rule: PinRule) -> tuple[Pin, Pin]:
        self.tell(Text.RULE, shortest=rule.shortest, longest=rule.longest)
        return self._ask_pin(Text.ASK_NEW_PIN), self._ask_pin(Text.ASK_NEW_PIN_AGAIN)

    def ask_last_try(self, seen: Seen) -> str:
        self.tell(Text.LAST_TRY, serial=masked(seen.look.serial) if seen.look else "?")
        return self._ask(Text.ASK_LAST_TRY)

    def choose_method(self, methods: Sequence[ConfirmationMethod]) -> Method:
        self.tell(Text.METHODS)
        for one in methods:
            if not one.usable and one.problem in set(Problem):
                until = {"until": clock_time(one.usable_from)} if one.usable_from else {}
                self.problem(Problem(one.problem), **until)
        usable = [one for one in methods if one.usable]
        return usable[self._choose([self._method_line(one) for one in usable])].method

    def ask_confirmation(self, asked: ConfirmationRequested) -> str | Instead:
        self.tell(Text.CONFIRMATION_WAYS, tries_left=asked.tries_left, until=clock_time(asked.expires_at))
        if asked.method == "web":
            typed = self._ask_secret(Text.ASK_WEB)
        else:
            if asked.to:
                self.tell(Text.SMS_SENT, to=asked.to)
            typed = self._ask(Text.ASK_SMS)
        if typed.strip().lower() in RESEND:
            return Instead.RESEND
        return Instead.OTHER_METHOD if typed.strip().lower() in OTHER_METHOD else typed

    def rule_broken(self, faults: Sequence[PinFault]) -> None:
        from anahtar_desktop.new_pin import FAULTS

        for fault in faults:
            self.problem(FAULTS[fault])

    def problem(self, problem: Problem, **facts: int | str) -> None:
        paragraph = explain(problem, self._language, **{name: plain(value) for name, value in facts.items()})
        named = " ".join(str(plain(facts[name])) for name in ("code", "status_word") if name in facts)
        code = say(Text.CODE_LINE, self._language, code=f"{problem.value} {named}".strip())
        for line in (paragraph.happened, paragraph.cost, paragraph.do, code):
            self._write(line, self._errors)

    def tell(self, text: Text, **facts: int | str) -> None:
        self._write(say(text, self._language, **{name: plain(value) for name, value in facts.items()}))

    def _line(self, seen: Seen) -> str:
        return state_of(seen, self._language)

    def _method_line(self, one: ConfirmationMethod) -> str:
        if one.method == "web":
            return say(Text.METHOD_WEB, self._language)
        return (
            say(Text.METHOD_SMS_TO, self._language, to=plain(one.to))
            if one.to
            else say(Text.METHOD_SMS, self._language)
        )

    def _choose(self, lines: Sequence[str]) -> int:
        while True:
            for number, line in enumerate(lines, 1):
                self._write(f"  {number}. {line}")
            typed = self._ask(Text.ASK_CHOICE).strip()
            if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(lines):
                return int(typed) - 1
            self.tell(Text.NOT_UNDERSTOOD)

    def _ask_pin(self, question: Text) -> Pin:
        from anahtar_desktop.new_pin import typed

        return typed(self._ask_secret(question))

    def _ask_secret(self, question: Text) -> str:
        from getpass import getpass

        with _stopping():
            return getpass(say(question, self._language))

    def _ask(self, question: Text) -> str:
        with _stopping():
            print(say(question, self._language), end="", file=self._out, flush=True)
            line = sys.stdin.readline()
            if not line:
                raise EOFError
            return line.rstrip("\r\n")

    def _write(self, text: str, where: TextIO | None = None) -> None:
        # A terminal that went away must not come between a card and its truth.
        with contextlib.suppress(OSError):
            print(text, file=where or self._out, flush=True)


@contextlib.contextmanager
def _stopping() -> Iterator[None]:
    """Ctrl-C and the end of input are how a person stops at a question."""
    try:
        yield
    except (KeyboardInterrupt, EOFError):
        raise Cancelled from None
