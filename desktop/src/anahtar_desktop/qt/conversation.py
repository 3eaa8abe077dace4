"""One act as a conversation: the assistant's questions become pages, what it says is shown with the next of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from anahtar_desktop.assistant import Assistant
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.ports import Cancelled
from anahtar_desktop.qt import questions as q
from anahtar_desktop.qt import wording
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.style import Look
from anahtar_desktop.qt.surroundings import Surroundings
from anahtar_desktop.qt.view import Answer, QtView
from anahtar_desktop.qt.voice import Message, Voice
from anahtar_desktop.qt.work import Work
from anahtar_wire.problems import Problem

if TYPE_CHECKING:
    from anahtar_desktop.practice import Practice

AT_ONCE = 250
"""Milliseconds: what ends sooner needs no page that says to wait."""
STEPS: dict[str, dict[type, int]] = {
    "unlock": {q.AskCode: 1, q.AskDuties: 2, q.AskNewPin: 3, q.ChooseMethod: 4, q.AskConfirmation: 4},
    "change": {q.ChooseCard: 1, q.AskLastTry: 1, q.AskPin: 1, q.AskNewPin: 2},
}
LAST_STEP = {"unlock": 5, "change": 3}


class Conversation(QObject):
    """Runs `unlock` or `change` to its end. `page` brings each page to show, `over` the way it ended."""

    page = Signal(object)
    over = Signal()

    def __init__(
        self, act: str, parts: Surroundings, work: Work, look: Look, voice: Voice, practice: Practice | None = None
    ) -> None:
        super().__init__()
        self._act, self._parts, self._work = act, parts, work
        self._look, self._voice, self._practice = look, voice, practice
        self._said: list[Message] = []
        self._now = ""
        self._card: q.CardShown | None = None
        self._current: Page | None = None
        self.prefill = ""
        self._view = QtView()
        self._view.asked.connect(self._ask)
        self._view.said.connect(self._hear)
        self._patience = QTimer(self, singleShot=True, interval=AT_ONCE)
        self._patience.timeout.connect(self._show_working)

    @property
    def current(self) -> Page | None:
        """The page that waits for an answer, None while the program works."""
        return self._current

    def begin(self) -> None:
        """Start the act."""
        self._patience.start()
        self._work.begin(self._run, self._end, lambda: self._end(Ending(Outcome.REFUSED, Problem.INTERNAL)))

    def _run(self) -> Ending:
        assistant: Assistant = self._parts.assistant(self._view, with_server=self._act == "unlock")
        ending: Ending = getattr(assistant, self._act)()
        return ending

    def stop(self) -> bool:
        """Stop the act if a question is open; return whether it was."""
        if self._current is None:
            return False
        self._current.cancel()
        return True

    @Slot(object, object)
    def _ask(self, question: q.Question, answer: Answer) -> None:
        from anahtar_desktop.qt.pages.table import page_for

        page = page_for(question, self._setting(question))
        page.answered.connect(lambda value: self._answered(value, answer))
        if isinstance(question, q.AskCode):  # what did not match is corrected more easily than typed anew
            page.answered.connect(self._keep)
        self._show(page)

    def _keep(self, typed: object) -> None:
        self.prefill = typed if isinstance(typed, str) else ""

    def _answered(self, value: Any, answer: Callable[[Any], None]) -> None:
        self._current, self._said = None, []
        self._patience.start()
        answer(Cancelled if value is Cancelled else value)

    @Slot(object)
    def _hear(self, said: q.Said) -> None:
        if isinstance(said, q.CardShown):
            self._card = said
        if isinstance(said, q.Told) and said.text in wording.PROGRESS:
            self._now = self._voice(said.text, **said.facts)
            self.page_in_work()
        self._said += self._voice.messages(said)

    def page_in_work(self) -> None:
        """Bring the page that says to wait up to date."""
        show_now = getattr(self._shown, "show_now", None)
        if show_now is not None:
            show_now(self._now)

    _shown: Page | None = None

    def _show(self, page: Page) -> None:
        self._patience.stop()
        self._current = self._shown = page
        self.page.emit(page)

    def _show_working(self) -> None:
        from anahtar_desktop.qt.pages.working import WorkingPage

        self._shown = WorkingPage(self._setting(None))
        self.page.emit(self._shown)
        self.page_in_work()

    def _end(self, ending: Ending) -> None:
        from anahtar_desktop.qt.pages.ending import EndPage

        if ending.problem is Problem.INTERNAL and not self._said:
            self._said = [self._voice.problem(Problem.INTERNAL)]
        page = EndPage(self._setting(ending), ending)
        page.answered.connect(lambda _: self.over.emit())
        self._show(page)
        self._current = None

    def _setting(self, what: object) -> Setting:
        last = LAST_STEP[self._act]
        number = last if isinstance(what, Ending) else STEPS[self._act].get(type(what))
        return Setting(
            self._look,
            self._voice,
            tuple(self._said),
            self._card,
            (number, last) if number and not _ended_early(what) else None,
            self._hint(what),
            {"prefill": self.prefill, "support": self._support()},
        )

    def _support(self) -> str:
        """Whom to ask when it did not work, as the authority signed it."""
        from anahtar_desktop.qt.texts import Label

        whose = self._parts.settings.authority
        if whose is None or not whose.support:
            return ""
        return self._voice(Label.SUPPORT, name=whose.name, support=" · ".join(whose.support))

    def _hint(self, what: object) -> str:
        """What a practising person would be told by the portal or the telephone."""
        from anahtar_desktop.qt.texts import Label

        if self._practice is None:
            return ""
        if isinstance(what, q.AskCode):
            return self._voice(Label.PRACTICE_CODE, code=self._practice.server.code.reveal())
        if isinstance(what, q.AskConfirmation):
            return self._voice(Label.PRACTICE_SMS, code=self._practice.server.sms)
        return ""


def _ended_early(what: object) -> bool:
    return isinstance(what, Ending) and what.outcome is not Outcome.DONE
