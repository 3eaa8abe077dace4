"""The way into practice mode: what it is, and that nothing is at risk."""

from __future__ import annotations

from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.texts import Label


class PracticePage(Page):
    """Answers with True to begin."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, setting.voice(Label.PRACTICE_TITLE))
        self.say(self.voice(Label.PRACTICE_LEAD))
        self.end(self.main(Label.PRACTICE_BEGIN, lambda: self.answer(True)), stop=Label.BACK_TO_START)
