"""The window: the first page, and the ways from it. It is busy with one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent

from anahtar_card.record import replace
from anahtar_desktop.links import ForeignLink, code_for, reference_in
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
    from anahtar_desktop.qt.pages.code import CodePage
    from anahtar_wire.problems import Refusal

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
        self._work, self._errand = Work(), Work()
        self._brought = ""
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
        if self.page is not None:
            self.page.be_said()  # nobody hears a window that is not on the screen yet
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
        QTimer.singleShot(0, self._use_brought)

    @Slot(object)
    def _wish(self, wish: Wish) -> None:
        ways: dict[Wish, Callable[[], None]] = {
            Wish.UNLOCK: self.unlock,
            Wish.CHANGE: lambda: self._converse("change"),
            Wish.LOOK: self.look_again,
        }
        ways.get(wish, lambda: self._enter(wish))()

    def unlock(self, code: str = "") -> None:
        """Begin PIN Oluşturma/Kilit Çözme, with a code in its field if there is one."""
        if self._parts.server is None:
            self._said = [Message("bad", self._voice(Label.ERROR), (self._voice(Text.USAGE_SERVER),))]
            if self._overview is not None:
                self._show_start(self._overview)
            return
        self._converse("unlock", code)

    @Slot(str)
    def take_link(self, link: str) -> None:
        """Come to the front. A link of the portal is traded for its code, which is filled in and never submitted; any
        other is shown and does nothing."""
        self.raise_()
        self.activateWindow()
        if not link:
            return
        try:
            reference = reference_in(link)
        except ForeignLink as foreign:
            self.note(self._voice(Label.LINK_FOREIGN, link=foreign.shown))
            return
        if self._errand.busy or (self._conversation is not None and self._empty_field is None):
            self.note(self._voice(Label.LINK_BUSY))
        elif self._parts.server is None:
            self.unlock()
        else:
            make = self._parts.server
            self._errand.begin(lambda: code_for(reference, make()), self._traded, self._lost_link)

    @property
    def _empty_field(self) -> CodePage | None:
        page = self.page
        asks = self._conversation is not None and self._practice is None and getattr(page, "is_empty", False)
        return cast("CodePage", page) if asks else None

    def _traded(self, found: str | Refusal) -> None:
        if not isinstance(found, str):
            self.note(self._voice.problem(found.problem, **found.facts).spoken)
        elif self._empty_field is not None:
            self._empty_field.fill(found)
            self.note(self._voice(Label.LINK_FILLED))
        elif self._conversation is not None:
            self.note(self._voice(Label.LINK_BUSY))
        else:
            self._brought = found
            self.note(self._voice(Label.LINK_KEPT))
            self._use_brought()

    def _lost_link(self) -> None:
        from anahtar_wire.problems import Problem, Refusal

        self._traded(Refusal(Problem.INTERNAL))

    def _use_brought(self) -> None:
        """Begin with the code that a link brought, once the first page is there."""
        if self._brought and self._at_start and not self._work.busy:
            code, self._brought = self._brought, ""
            self.unlock(code)
            self.note(self._voice(Label.LINK_FILLED))

    def _converse(self, act: str, code: str = "") -> None:
        from anahtar_desktop.qt.conversation import Conversation

        conversation = Conversation(act, self._parts, self._work, self._look, self._voice, self._practice)
        conversation.prefill = code
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
        self._errand.wait(LAST_WORDS)
        self.closed.emit()
        event.accept()


def _came(before: Overview | None, now: Overview) -> frozenset[str]:
    """Return the readers whose card was put in since."""
    if before is None:
        return frozenset()
    known = {seen.reader: seen.look and seen.look.serial for seen in before.seen}
    return frozenset(seen.reader for seen in now.seen if seen.look and known.get(seen.reader) != seen.look.serial)
