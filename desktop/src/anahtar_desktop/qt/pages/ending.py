"""How an act ended."""

from __future__ import annotations

from PySide6.QtCore import Qt

from anahtar_card.record import replace
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.qt import drawings
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import picture
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Message
from anahtar_desktop.texts import Text

TITLES: dict[Outcome, tuple[Label | Text, str, str]] = {
    Outcome.DONE: (Text.DONE, "good", "good"),
    Outcome.REFUSED: (Label.END_REFUSED, "bad", "bad"),
    Outcome.CANCELLED: (Label.END_CANCELLED, "info", "brand"),
    Outcome.UNKNOWN: (Label.END_UNKNOWN, "question", "warning"),
}
"""For each way to end: the page's name, its sign and its colour."""


class EndPage(Page):
    """How an act ended, what it left behind, and which PIN is active; answers with None to go on."""

    def __init__(self, setting: Setting, ending: Ending) -> None:
        name, sign, colour = TITLES[ending.outcome]
        super().__init__(replace(setting, messages=(), hint=""), setting.voice(name))
        svg = drawings.sign(sign, getattr(self.look.palette, colour))
        self.column.insertWidget(0, picture(svg, self.look.scaled(3.2), ""), 0, Qt.AlignmentFlag.AlignLeft)
        for message in setting.messages:
            if message.lines != (self.title,):
                self.add(self._notice(_calmer(message, ending.outcome)))
        if ending.outcome is Outcome.DONE:
            self.say(self.voice(Label.KEEP_SAFE))
        elif setting.extra.get("support"):
            self.say(str(setting.extra["support"]), "soft")
        self.end(self.main(Label.BACK_TO_START, lambda: self.answer(None)), stop=None)


def _calmer(message: Message, outcome: Outcome) -> Message:
    """A person who stopped has no problem; one whose outcome is open is warned."""
    kinds = {Outcome.CANCELLED: "info", Outcome.UNKNOWN: "warning"}
    return replace(message, kind=kinds.get(outcome, message.kind) if message.kind == "bad" else message.kind)
