"""A stage for window tests: one application, the real window on a desk's readers and server, and a person's hands."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar, cast

os.environ["QT_QPA_PLATFORM"] = os.environ.get("ANAHTAR_TEST_SCREEN", "offscreen")

from desk import Desk
from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from anahtar_desktop.authority import Authority
from anahtar_desktop.qt.app import application
from anahtar_desktop.qt.pages.cards import ChoosePage, InsertPage
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.confirmation import ConfirmationPage, MethodPage
from anahtar_desktop.qt.pages.duties import DutiesPage
from anahtar_desktop.qt.pages.ending import EndPage
from anahtar_desktop.qt.pages.page import Page
from anahtar_desktop.qt.pages.pins import LastTryPage, NewPinPage, PinPage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.palette import LIGHT, Palette
from anahtar_desktop.qt.style import dress
from anahtar_desktop.qt.surroundings import Surroundings
from anahtar_desktop.qt.window import Window
from anahtar_desktop.qt.wish import Wish
from anahtar_desktop.settings import Settings

PATIENCE = 10.0
Kind = TypeVar("Kind", bound=Page)


def program(language: str = "tr") -> QApplication:
    """The one application of this process."""
    return application(language)


class Stage:
    """The window and the person before it. `with_server` False is a program that knows no server."""

    def __init__(
        self, desk: Desk, language: str = "tr", palette: Palette = LIGHT, points: float | None = None, **more: object
    ) -> None:
        self.app = program(language)
        self.desk = desk
        server = (lambda: desk.server) if more.get("with_server", True) else None
        settings = Settings(authority=cast("Authority | None", more.get("authority")))
        self.parts = Surroundings(desk.readers, lambda: desk.journal, server, bool(more.get("rehearsal")), settings)
        self.window = Window(self.parts, dress(self.app, palette, points or 11.5), language, watch=False)
        self.window.show()
        self.window.begin()

    def until(self, holds: Callable[[], bool], what: str = "") -> None:
        """Let the window live until this holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"{what}: still {type(self.window.page).__name__}"
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)

    def at(self, kind: type[Kind]) -> Kind:
        """Wait for a page of this kind that can be answered, and return it."""
        self.until(lambda: type(self.window.page) is kind and self.window.page.isEnabled(), kind.__name__)
        page = self.window.page
        assert isinstance(page, kind)
        self.app.processEvents()
        return page

    def start(self, wish: Wish) -> None:
        """Choose from the first page."""
        self.at(StartPage).answer(wish)

    def text(self) -> str:
        """All that the window shows."""
        labels = self.window.findChildren(QLabel)
        return "\n".join(one.text() for one in labels if one.isVisibleTo(self.window))

    def press(self, words: str) -> None:
        """Press the button with these words."""
        button(self.window, words).click()

    # The pages as a person answers them, by the keyboard

    def type(self, line: QLineEdit, text: str) -> None:
        line.setFocus()
        if text.isascii():
            QTest.keyClicks(line, text)
        else:  # QTest has no keys for other letters, and ends the process
            line.insert(text)

    def enter(self, widget: QWidget | None = None) -> None:
        target = widget or self.window.focusWidget()
        assert target is not None
        QTest.keyClick(target, Qt.Key.Key_Return)

    def code(self, text: str) -> None:
        page = self.at(CodePage)
        page.field.line.setText("")
        self.type(page.field.line, text)
        self.enter(page.field.line)

    def duties(self) -> None:
        page = self.at(DutiesPage)
        QTest.keyClick(page.box, Qt.Key.Key_Space)
        self.enter(page.main_button)

    def new_pin(self, first: str, again: str) -> None:
        page = self.at(NewPinPage)
        self.type(page.pin.line, first)
        self.enter(page.pin.line)
        self.type(page.again.line, again)
        self.enter(page.again.line)

    def method(self, number: int = 0) -> None:
        page = self.at(MethodPage)
        page.group.buttons()[number].setFocus()
        QTest.keyClick(page.group.buttons()[number], Qt.Key.Key_Space)
        self.enter(page.main_button)

    def confirm(self, text: str) -> None:
        page = self.at(ConfirmationPage)
        self.type(page.field.line, text)
        self.enter(page.field.line)

    def pin(self, text: str) -> None:
        page = self.at(PinPage)
        self.type(page.field.line, text)
        self.enter(page.field.line)

    def end(self) -> EndPage:
        return self.at(EndPage)

    def let_go(self) -> None:
        """Let Qt delete what it was asked to delete, as its own loop does all the time."""
        self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.app.processEvents()

    def close(self) -> None:
        """End whatever goes on, and let everything of the window go."""
        deadline = time.monotonic() + PATIENCE
        while self.window.busy and time.monotonic() < deadline:
            self.window.close()
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        self.window.close()
        self.window.deleteLater()
        self.let_go()


def button(within: QWidget, words: str) -> QPushButton:
    """The button with these words."""
    for one in within.findChildren(QPushButton):
        if one.accessibleName() == words and one.isVisibleTo(within):
            return one
    raise LookupError(words)


__all__ = [
    "ChoosePage",
    "CodePage",
    "ConfirmationPage",
    "InsertPage",
    "LastTryPage",
    "Stage",
    "StartPage",
    "Wish",
    "button",
    "program",
]
