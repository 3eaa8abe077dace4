"""Questions about PINs: the one that is known, the new one with its rules ticked as it is typed, and the last try."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from anahtar_card.pin import PinFault, PinRule
from anahtar_desktop.ports import Seen, masked
from anahtar_desktop.qt.fields import Field, SecretField
from anahtar_desktop.qt.pages.card_strip import strip
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import button, line, words
from anahtar_desktop.qt.questions import AskLastTry, AskNewPin, AskPin
from anahtar_desktop.qt.style import Look
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Message, Voice
from anahtar_desktop.texts import Text


def _strip(page: Page, seen: Seen) -> QFrame:
    card = page.setting.card
    return strip(seen, card.holder if card else None, page.look, page.voice)


def _secret(page: Page, label: Label) -> SecretField:
    voice = page.voice
    return SecretField(voice(label), page.look, count=lambda count: voice(Label.TYPED, count=count))


class PinPage(Page):
    """Answers with the PIN that is known."""

    def __init__(self, setting: Setting, question: AskPin) -> None:
        super().__init__(setting, setting.voice(Label.PIN_TITLE))
        self.say(self.voice(Label.PIN_LEAD))
        self.add(_strip(self, question.seen))
        self.field = _secret(self, Label.PIN_FIELD)
        self.field.on_enter(self.go_on)
        self.first = self.field
        self.add(self.field)
        self.end(self.main(Label.NEXT, self.go_on))

    def go_on(self) -> None:
        """Answer with what was typed, unless nothing was."""
        if self.field.text:
            self.answer(self.field.take())
        else:
            self.field.refuse(self.voice(Label.EMPTY_FIELD))

    def cancel(self) -> None:
        self.field.take().wipe()
        super().cancel()


class Rules(QFrame):
    """The lines of the rule, each ticked while what is typed meets it."""

    def __init__(self, rule: PinRule, look: Look, voice: Voice) -> None:
        super().__init__()
        self._rule, self._voice = rule, voice
        self._texts = {
            "length": voice(Label.RULE_LENGTH, shortest=rule.shortest, longest=rule.longest),
            "digits": voice(Label.RULE_DIGITS),
            "one-digit": voice(Label.RULE_ONE_DIGIT),
            "run": voice(Label.RULE_RUN),
            "same": voice(Label.RULE_SAME),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.scaled(0.25))
        column.addWidget(words(voice(Label.RULE_TITLE), "strong"))
        self.lines: dict[str, QLabel] = {}
        for name in self._texts:
            self.lines[name] = words("")
            column.addWidget(self.lines[name])
        column.addWidget(words("•  " + voice(Label.RULE_PERSONAL), "soft"))
        self.tick(set())

    def met(self, first: SecretField, again: SecretField) -> set[str]:
        """Return which lines are met by what stands in the two fields; the PINs are wiped before this returns."""
        pin, second = first.look_at(), again.look_at()
        faults, size = set(self._rule.faults(pin)), len(pin)
        same = size > 0 and pin == second
        pin.wipe()
        second.wipe()
        if not size:
            return set()
        if PinFault.NOT_DIGITS in faults:
            return {"same"} if same else set()
        met = {"digits"} | ({"same"} if same else set())
        met |= {"length"} if not faults & {PinFault.TOO_SHORT, PinFault.TOO_LONG} else set()
        return met | {name for name in ("one-digit", "run") if size > 1 and PinFault(name) not in faults}

    def tick(self, met: set[str]) -> None:
        """Show which lines are met: by sign, by words for those who listen, and by colour."""
        for name, one in self.lines.items():
            holds = name in met
            one.setText(("✓  " if holds else "○  ") + self._texts[name])
            state = self._voice(Label.RULE_MET if holds else Label.RULE_NOT_YET)
            one.setAccessibleName(f"{self._texts[name]}: {state}")
            one.setProperty("role", "met" if holds else "body")
            one.style().polish(one)


class NewPinPage(Page):
    """Answers with the new PIN, typed twice; whether it is taken, the assistant says."""

    def __init__(self, setting: Setting, question: AskNewPin) -> None:
        super().__init__(setting, setting.voice(Label.NEW_PIN_TITLE))
        self.say(self.voice(Label.NEW_PIN_LEAD))
        self.add(_strip(self, question.seen))
        self.pin, self.again = _secret(self, Label.NEW_PIN_FIELD), _secret(self, Label.NEW_PIN_AGAIN)
        self.rules = Rules(question.rule, self.look, self.voice)
        for field in (self.pin, self.again):
            field.line.textChanged.connect(self._tick)
        self.pin.on_enter(self.again.line.setFocus)
        self.again.on_enter(self.go_on)
        self.first = self.pin
        for part in (self.pin, self.rules, self.again):
            self.add(part)
        self.end(self.main(Label.NEW_PIN_WRITE, self.go_on))

    def go_on(self) -> None:
        """Answer with what was typed, unless a field is empty."""
        empty = next((field for field in (self.pin, self.again) if not field.text), None)
        for field in (self.pin, self.again):
            field.refuse("")
        if empty is not None:
            empty.refuse(self.voice(Label.EMPTY_FIELD))
            return
        self.pin.line.textChanged.disconnect(self._tick)
        self.again.line.textChanged.disconnect(self._tick)
        self.answer((self.pin.take(), self.again.take()))

    def cancel(self) -> None:
        for field in (self.pin, self.again):
            field.take().wipe()
        super().cancel()

    def _tick(self) -> None:
        self.rules.tick(self.rules.met(self.pin, self.again))


class LastTryPage(Page):
    """Answers with the digits that confirm it; the safe way out is the main button here."""

    def __init__(self, setting: Setting, question: AskLastTry) -> None:
        super().__init__(setting, setting.voice(Label.LAST_TRY_TITLE))
        look = question.seen.look
        text = self.voice(Text.LAST_TRY, serial=masked(look.serial) if look else "?")
        self.add(self._notice(Message("warning", "", (text,))))
        self.add(_strip(self, question.seen))
        self.column.addWidget(self.main(Label.STOP, self.cancel), 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addSpacing(self.look.scaled(1))
        self.add(line())
        self.field = Field(self.voice(Label.LAST_TRY_FIELD), self.look, hint=self.voice(Label.LAST_TRY_HINT), width=8)
        self.field.on_enter(self.go_on)
        self.add(self.field)
        self.end(button(self.voice(Label.LAST_TRY_ANYWAY), self.go_on, "danger"), stop=None)

    def go_on(self) -> None:
        """Answer with the digits, unless there are none."""
        if self.field.text.strip():
            self.answer(self.field.text)
        else:
            self.field.refuse(self.voice(Label.EMPTY_FIELD))
