"""The confirmation: by which method, and the SMS code or the web password itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout

from anahtar_desktop.plainly import clock_time, plain
from anahtar_desktop.ports import Instead
from anahtar_desktop.qt.fields import Field, SecretField
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import announce, button, words
from anahtar_desktop.qt.questions import AskConfirmation, ChooseMethod
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.texts import Text
from anahtar_wire.messages import ConfirmationMethod
from anahtar_wire.problems import Problem

SHORT = 30
"""Seconds before the end of a code's life at which its holder is told."""


class MethodPage(Page):
    """Answers with the method; one that cannot be used now is shown with its reason."""

    def __init__(self, setting: Setting, question: ChooseMethod) -> None:
        super().__init__(setting, setting.voice(Label.METHOD_TITLE))
        self.group = QButtonGroup(self)
        self._methods = list(question.methods)
        for number, one in enumerate(self._methods):
            self._add_choice(number, one)
        self._error = words("", "error")
        self._error.hide()
        self.add(self._error)
        usable = [radio for radio in self.group.buttons() if radio.isEnabled()]
        if len(usable) == 1:
            usable[0].setChecked(True)
        self.first = usable[0] if usable else None
        self.end(self.main(Label.NEXT, self.go_on))

    def _add_choice(self, number: int, one: ConfirmationMethod) -> None:
        if one.method == "web":
            name = self.voice(Text.METHOD_WEB)
        else:
            name = self.voice(Text.METHOD_SMS_TO, to=one.to) if one.to else self.voice(Text.METHOD_SMS)
        radio = QRadioButton(name)
        radio.setEnabled(one.usable)
        self.group.addButton(radio, number)
        self.add(radio)
        if not one.usable and one.problem in set(Problem):
            until = {"until": clock_time(one.usable_from)} if one.usable_from else {}
            why = self.voice.problem(Problem(one.problem), **until)
            radio.setAccessibleDescription(why.spoken)
            self.say(f"{why.heading}. {why.lines[2]}", "soft")

    def go_on(self) -> None:
        """Answer, or ask for a choice."""
        if self.group.checkedId() >= 0:
            self.answer(self._methods[self.group.checkedId()].method)
            return
        self._error.setText(self.voice(Label.METHOD_MISSING))
        self._error.show()
        if self.first is not None:
            self.first.setFocus()
        announce(self._error, self._error.text(), now=True)


class ConfirmationPage(Page):
    """Answers with what was typed, or with what the person wants instead."""

    def __init__(self, setting: Setting, question: AskConfirmation) -> None:
        self._asked, self._web = question.asked, question.asked.method == "web"
        super().__init__(setting, setting.voice(Text.METHOD_WEB if self._web else Text.METHOD_SMS))
        voice, asked = self.voice, question.asked
        if asked.to:
            self.say(voice(Text.SMS_SENT, to=asked.to))
        self.field = self._web_field() if self._web else self._sms_field()
        self.field.on_enter(self.go_on)
        self.first = self.field
        self.add(self.field)
        self.say(voice(Label.UNTIL, tries_left=asked.tries_left, until=plain(clock_time(asked.expires_at))), "soft")
        self.time = words("", "error")
        self.time.hide()
        self.add(self.time)
        self.column.addWidget(self.main(Label.CONFIRM, self.go_on), 0, Qt.AlignmentFlag.AlignLeft)
        self._add_ways()
        self.end()
        self._watch_time()

    def _sms_field(self) -> Field:
        field = Field(self.voice(Label.SMS_FIELD), self.look, hint=self.voice(Label.SMS_HINT), width=11)
        field.line.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        return field

    def _web_field(self) -> SecretField:
        return SecretField(self.voice(Label.WEB_FIELD), self.look, count=lambda count: "", digits=False)

    def _add_ways(self) -> None:
        self._ways = QVBoxLayout()
        self._ways.setSpacing(0)
        self.add(self._ways)
        if not self._web:
            self._add_way(Label.NO_CODE_CAME, self.resend)
            QShortcut(QKeySequence(Qt.Key.Key_F5), self, self.resend)
        self._add_way(Label.OTHER_METHOD, lambda: self.answer(Instead.OTHER_METHOD))
        if not self._web:
            self._add_way(Label.NUMBER_GONE, self._explain)
        self.explained = words(self.voice(Label.NUMBER_GONE_HOW))
        self.explained.hide()
        self.add(self.explained)

    def _add_way(self, name: Label, act: Callable[[], object]) -> None:
        self._ways.addWidget(button(self.voice(name), act, "link"), 0, Qt.AlignmentFlag.AlignLeft)

    def resend(self) -> None:
        """Ask for a new code."""
        self.answer(Instead.RESEND)

    def _explain(self) -> None:
        self.explained.show()
        announce(self.explained, self.explained.text())

    def _watch_time(self) -> None:
        left = (self._asked.expires_at - datetime.now(UTC)).total_seconds()
        if self._web:
            return
        for seconds, text in ((left - SHORT, Label.TIME_SHORT), (left, Label.TIME_OVER)):
            timer = QTimer(self, singleShot=True)
            timer.timeout.connect(lambda text=text: self._tell_time(text))
            timer.start(max(0, min(round(seconds * 1000), 2**31 - 1)))

    def _tell_time(self, text: Label) -> None:
        self.time.setText(self.voice(text))
        self.time.show()
        announce(self.time, self.time.text())

    def go_on(self) -> None:
        """Answer with what was typed, unless nothing was."""
        if not self.field.text.strip():
            self.field.refuse(self.voice(Label.EMPTY_FIELD))
            return
        self.answer(self.field.take_text() if isinstance(self.field, SecretField) else self.field.text)
