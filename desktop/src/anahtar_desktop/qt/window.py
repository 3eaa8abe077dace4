"""The window: the first page, and the ways from it. It is busy with one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent

from anahtar_desktop.links import ForeignLink, reference_in
from anahtar_desktop.qt.doors import DOORS
from anahtar_desktop.qt.frame import Frame
from anahtar_desktop.qt.own_words import translate
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.pages.working import WorkingPage
from anahtar_desktop.qt.style import Look
from anahtar_desktop.qt.surroundings import Surroundings, of_practice
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Message, Voice
from anahtar_desktop.qt.wish import Wish
from anahtar_desktop.qt.work import Work
from anahtar_desktop.texts import Text
from anahtar_desktop.watching import Watch

if TYPE_CHECKING:  # the first page shows before any of these is loaded
    from anahtar_desktop.assistant import Overview
    from anahtar_desktop.practice import Practice
    from anahtar_desktop.qt.conversation import Conversation

OTHER = {"tr": "en", "en": "tr"}
LAST_WORDS = 5.0
"""Seconds that a server has to hear that an unlock was given up when the window closes."""


class Window(Frame):
    """E-İmza Uygulaması. `watch` is off where tests move cards themselves. `seen` comes once, when the first picture
    is on the screen, and `closed` when the window goes."""

    changed = Signal()
    seen = Signal()
    closed = Signal()

    def __init__(self, parts: Surroundings, look: Look, language: str, *, watch: bool = True) -> None:
        self._voice = Voice(language)
        super().__init__(look, self._voice, self.switch_language)
        self._real = self._parts = parts
        self._work = Work()
        self._conversation: Conversation | None = None
        self._overview: Overview | None = None
        self._said: list[Message] = []
        self.changed.connect(self._readers_changed)
        self._watch = Watch(parts.readers, self.changed.emit) if watch else None
        self._practice: Practice | None = None
        self._unseen = False
        self._bar_text()

    def begin(self) -> None:
        """Look at the readers, settle what an earlier start left open, and show the first page."""
        if self._watch is not None:
            self._watch.begin()
        self.look_again()

    def begin_when_seen(self) -> None:
        """Begin once the first picture is on the screen: what reads cards takes time to load."""
        self._unseen = True
        self.show_page(WorkingPage(self._setting()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Be drawn; the first time, begin after it."""
        super().paintEvent(event)
        if self._unseen:
            self._unseen = False
            QTimer.singleShot(0, self._begin_seen)

    @Slot()
    def _begin_seen(self) -> None:
        self.begin()
        self.seen.emit()

    @property
    def _at_start(self) -> bool:
        return isinstance(self.page, Page) and self.page.is_start

    @property
    def busy(self) -> bool:
        """Whether a card or a server is being waited for, or an act is going on."""
        return self._work.busy

    def look_again(self) -> None:
        """Look at every reader anew."""
        if self._work.busy:
            return
        if self.page is None:
            self.show_page(WorkingPage(self._setting()))
        self._said = []
        self._work.begin(self._looked, self._show_start, self._lost)

    def _looked(self) -> Overview:
        """In the thread for waiting: settle what was left open, then look. A view of its own hears what is said."""
        from anahtar_desktop.qt.hearing import Hearing

        hearing = Hearing()
        assistant = self._real.assistant(hearing, with_server=False)
        assistant.settle()
        self._said = [message for said in hearing.said for message in self._voice.messages(said)]
        return assistant.status()

    def _lost(self) -> None:
        from anahtar_desktop.assistant import Overview
        from anahtar_wire.problems import Problem

        self._show_start(Overview(Problem.INTERNAL, (), ()))

    def _show_start(self, overview: Overview) -> None:
        from anahtar_desktop.qt.pages.start import StartPage

        fresh = _came(self._overview, overview)
        self._overview = overview
        page = StartPage(self._setting(), overview, fresh)
        page.answered.connect(self._wish)
        self.offer_language(True)
        self.show_page(page)

    @Slot(object)
    def _wish(self, wish: Wish) -> None:
        ways: dict[Wish, Callable[[], None]] = {
            Wish.UNLOCK: self.unlock,
            Wish.CHANGE: lambda: self._converse("change"),
            Wish.LOOK: self.look_again,
        }
        ways.get(wish, lambda: self._enter(wish))()

    def unlock(self) -> None:
        """Begin PIN Oluşturma/Kilit Çözme."""
        if self._parts.server is None:
            self._said = [Message("bad", self._voice(Label.ERROR), (self._voice(Text.USAGE_SERVER),))]
            if self._overview is not None:
                self._show_start(self._overview)
            return
        self._converse("unlock")

    @Slot(str)
    def take_link(self, link: str) -> None:
        """Come to the front. A link of the portal leads to the code's page; any other is shown and does nothing."""
        self.raise_()
        self.activateWindow()
        if not link:
            return
        try:
            reference_in(link)
        except ForeignLink as foreign:
            self.note(self._voice(Label.LINK_FOREIGN, link=foreign.shown))
            return
        if self._at_start and not self._work.busy:
            self.unlock()
            self.note(self._voice(Label.LINK_TYPE_CODE))
        else:
            self.note(self._voice(Label.LINK_BUSY))

    def _converse(self, act: str) -> None:
        from anahtar_desktop.qt.conversation import Conversation

        conversation = Conversation(act, self._parts, self._work, self._look, self._voice, self._practice)
        conversation.page.connect(self.show_page)
        conversation.over.connect(self._over)
        self._conversation = conversation
        self.offer_language(False)
        conversation.begin()

    @Slot()
    def _over(self) -> None:
        self._conversation = None
        self._parts, self._practice = self._real, None
        self._bar_text()
        self.look_again()

    def _enter(self, wish: Wish) -> None:
        """Enter one of the rooms beside the main way."""
        self.offer_language(False)
        self.show_page(WorkingPage(self._setting()))
        door = DOORS[wish]
        self._work.begin(
            lambda: door.work(self._real),
            lambda found: self._inside(wish, door.page(self._setting(), found)),
            self._lost,
        )

    def _inside(self, wish: Wish, page: Page) -> None:
        page.answered.connect(lambda answer: self._leave(wish, answer))
        self.show_page(page)

    def _leave(self, wish: Wish, answer: object) -> None:
        if answer is not True:
            self.look_again()
        elif wish is Wish.PRACTICE:
            self._practise()
        else:
            self._enter(wish)

    def _practise(self) -> None:
        from anahtar_desktop.practice import Practice

        self._practice = Practice()
        self._parts = of_practice(self._practice)
        self._bar_text()
        self._converse("unlock")

    @Slot()
    def _readers_changed(self) -> None:
        page = self.page
        if page is not None and page.goes_on_with_card and self._practice is None:
            page.answer(None)
        elif self._at_start:
            self.look_again()

    def switch_language(self) -> None:
        """Speak the other language from now on."""
        self._voice = replace(self._voice, language=OTHER[self._voice.language])
        self._said = []
        translate(self._voice.language)
        self.speak(self._voice)
        self._bar_text()
        if self._at_start and self._overview is not None:
            self._show_start(self._overview)

    def _bar_text(self) -> None:
        bar = Label.PRACTICE_BAR if self._practice else Label.REHEARSAL_BAR if self._parts.rehearsal else None
        self.show_bar(self._voice(bar) if bar else "")

    def _setting(self) -> Setting:
        return Setting(self._look, self._voice, tuple(self._said))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless an act is going on: a question is answered with Stop, an open card is waited for."""
        if self._conversation is not None and self._work.busy:
            if not self._conversation.stop():
                self.note(self._voice(Label.CANNOT_STOP_NOW))
            event.ignore()
            return
        if self._watch is not None:
            self._watch.stop()
        self._work.wait(LAST_WORDS)
        self.closed.emit()
        event.accept()


def _came(before: Overview | None, now: Overview) -> frozenset[str]:
    """Return the readers whose card was put in since."""
    if before is None:
        return frozenset()
    known = {seen.reader: seen.look and seen.look.serial for seen in before.seen}
    return frozenset(seen.reader for seen in now.seen if seen.look and known.get(seen.reader) != seen.look.serial)
