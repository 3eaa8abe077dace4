"""What all pages have in common: a column that scrolls, its step, its messages, one main button, a way out apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from anahtar_card.record import record
from anahtar_desktop.qt import drawings
from anahtar_desktop.qt.parts import Notice, announce, button, line, picture, words
from anahtar_desktop.qt.style import Look
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Message, Voice

if TYPE_CHECKING:
    from anahtar_desktop.qt.questions import CardShown

FULL_TRIES = 3
COLUMN = 40
"""The width of the column of text, in letters."""


@record
class Setting:
    """What a page is built with: the look, the language, what was said since the last page, the card that the act is
    about, `step` of how many, and a hint that only the practice mode gives."""

    look: Look
    voice: Voice
    messages: Sequence[Message] = ()
    card: CardShown | None = None
    step: tuple[int, int] | None = None
    hint: str = ""
    extra: Mapping[str, Any] = MappingProxyType({})


class Page(QScrollArea):
    """One question. `answered` carries the answer, or Cancelled when the person stops."""

    answered = Signal(object)
    goes_on_with_card = False
    """Whether a card that is put in answers the question."""
    is_start = False
    """Whether it is the first page, from which everything begins."""

    def __init__(self, setting: Setting, title: str) -> None:
        super().__init__()
        self.setting, self.look, self.voice, self.title = setting, setting.look, setting.voice, title
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        self.first: QWidget | None = None
        self.notices: list[Notice] = []
        self._over = False
        self.column = self._column()
        self._begin()

    def _column(self) -> QVBoxLayout:
        inner, middle = QWidget(), QWidget()
        middle.setMaximumWidth(self.look.scaled(COLUMN))
        side = QHBoxLayout(inner)
        side.setContentsMargins(*(self.look.scaled(one) for one in (2.4, 1.6, 1.5, 1.4)))
        side.addWidget(middle, 1000)
        side.addStretch(1)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.look.scaled(0.9))
        self.setWidget(inner)
        return column

    def _begin(self) -> None:
        loud = [message for message in self.setting.messages if message.kind in ("bad", "warning")]
        for message in loud:
            self.add(self._notice(message))
        if self.setting.step:
            number, of = self.setting.step
            self.add(words(self.voice(Label.STEP, number=number, of=of), "soft"))
        self.add(words(self.title, "title"))
        for message in self.setting.messages:
            if message not in loud:
                self.add(self._notice(message))
        if self.setting.hint:
            self.add(self._notice(Message("info", "", (self.setting.hint,))))

    def _notice(self, message: Message) -> Notice:
        notice = Notice(message.kind, message.heading, message.lines, self.look)
        self.notices.append(notice)
        return notice

    def add(self, part: QWidget | QLayout) -> None:
        """Put the next part below the others."""
        if isinstance(part, QWidget):
            self.column.addWidget(part)
        else:
            self.column.addLayout(part)

    def say(self, text: str, role: str = "body") -> None:
        """Put a text below the others."""
        self.add(words(text, role))

    def end(self, *buttons: QPushButton, stop: Label | None = Label.STOP) -> None:
        """Close the page: its buttons, and far from them the way out with what it means."""
        row = QHBoxLayout()
        row.setSpacing(self.look.scaled(1))
        for one in buttons:
            row.addWidget(one)
        row.addStretch(1)
        self.column.addSpacing(self.look.scaled(0.4))
        self.add(row)
        self.column.addStretch(1)
        if stop is not None:
            self._way_out(stop)

    def _way_out(self, text: Label) -> None:
        from PySide6.QtGui import QKeySequence, QShortcut

        self.column.addSpacing(self.look.scaled(1))
        self.add(line())
        row = QHBoxLayout()
        self.stop = button(self.voice(text), self.cancel, "link")
        row.addWidget(self.stop)
        if text is Label.STOP:
            row.addWidget(words(self.voice(Label.STOP_HINT), "soft"), 1)
        else:
            row.addStretch(1)
        self.add(row)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.cancel)

    def main(self, text: Label, act: Callable[[], object]) -> QPushButton:
        """Return the page's main button."""
        self.main_button = button(self.voice(text), act, "main")
        return self.main_button

    def answer(self, value: Any) -> None:
        """Answer the question, once; the page waits for the next one."""
        if not self._over:
            self._over = True
            self.setEnabled(False)
            self.answered.emit(value)

    def cancel(self) -> None:
        """Stop the act."""
        from anahtar_desktop.ports import Cancelled

        self.answer(Cancelled)

    def enter(self) -> None:
        """Put the focus where the person goes on, or to the first problem."""
        target = next(iter(self._troubles), None) or self.first or getattr(self, "main_button", None)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def be_said(self) -> None:
        """Have the page's name said, and what stands on it as news."""
        spoken = [self.title, *(message.spoken for message in self.setting.messages), self.setting.hint]
        announce(self, ". ".join(part for part in spoken if part), now=bool(self._troubles))

    @property
    def _troubles(self) -> list[Notice]:
        return [one for one in self.notices if one.focusPolicy() != Qt.FocusPolicy.NoFocus]


def card_picture(look: Look) -> QLabel:
    """Return the drawing of a card."""
    colours = look.palette
    svg = drawings.CARD.format(ink=colours.ink, accent=colours.brand, ground=colours.page)
    return picture(svg, look.scaled(2.9), "")
