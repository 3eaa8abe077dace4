"""The frame around the pages: the mark and name, the language, and the bar that says PROVA or ALIŞTIRMA."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from anahtar_desktop.qt import drawings
from anahtar_desktop.qt.pages.page import Page
from anahtar_desktop.qt.parts import announce, button, picture, words
from anahtar_desktop.qt.style import Look
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Voice
from anahtar_desktop.texts import Text

WIDTH, HEIGHT = 46, 50
"""The window's first size, in letters of the body text."""
NOTE_FOR = 12_000
"""Milliseconds that a note below the page stays."""


class Frame(QMainWindow):
    """Shows one page at a time below its head."""

    def __init__(self, look: Look, voice: Voice, other_language: Callable[[], None]) -> None:
        super().__init__()
        self._look = look
        self._page: Page | None = None
        self._bar = words("")
        self._bar.setObjectName("rehearsal")
        self._bar.hide()
        self._below = words("")
        self._below.setObjectName("below")
        self._below.hide()
        self._below_for = QTimer(self, singleShot=True, interval=NOTE_FOR)
        self._below_for.timeout.connect(self._below.hide)
        self._name = QLabel()
        self._language = button("", other_language, "link")
        whole, self._stage = QWidget(), QStackedLayout()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self._bar)
        column.addLayout(self._stage, 1)
        column.addWidget(self._below)
        self.setCentralWidget(whole)
        self.setMinimumSize(look.scaled(20), look.scaled(20))
        self.resize(QSize(look.scaled(WIDTH), look.scaled(HEIGHT)).boundedTo(self.screen().availableSize()))
        self.speak(voice)

    def _head(self) -> QFrame:
        head = QFrame()
        head.setObjectName("head")
        row = QHBoxLayout(head)
        row.setContentsMargins(
            self._look.scaled(1.5), self._look.scaled(0.6), self._look.scaled(1.5), self._look.scaled(0.6)
        )
        row.setSpacing(self._look.scaled(0.7))
        self._mark = picture(drawings.MARK.format(ink=self._look.palette.brand), self._look.scaled(1.9), "")
        row.addWidget(self._mark)
        self._name.setProperty("role", "program")
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self._name, 1)
        row.addWidget(self._language)
        return head

    def speak(self, voice: Voice) -> None:
        """Speak another language from now on."""
        self._name.setText(voice(Text.PROGRAM))
        self._mark.setAccessibleName(voice(Label.MARK))
        self._language.setText(voice(Label.OTHER_LANGUAGE))
        self._language.setAccessibleName(voice(Label.OTHER_LANGUAGE))
        self.setWindowTitle(voice(Text.PROGRAM))
        self.setWindowIcon(drawings.icon(drawings.MARK.format(ink=self._look.palette.brand), 64))

    def show_bar(self, text: str) -> None:
        """Show a bar on every page from now on, or none."""
        self._bar.setText(text)
        self._bar.setVisible(bool(text))

    def note(self, text: str) -> None:
        """Say something below the page for a while, whatever the page is."""
        self._below.setText(text)
        self._below.show()
        self._below_for.start()
        announce(self._below, text)

    def offer_language(self, offered: bool) -> None:
        """Offer the other language, or not, as in the midst of an act."""
        self._language.setVisible(offered)

    def show_page(self, page: Page) -> None:
        """Show a page in place of the one before, which is gone with all that was typed into it."""
        before, self._page = self._page, page
        self._stage.addWidget(page)
        self._stage.setCurrentWidget(page)
        if before is not None:
            self._stage.removeWidget(before)
            before.hide()
            before.deleteLater()
        page.enter()
        if self.isVisible():
            page.be_said()

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page
