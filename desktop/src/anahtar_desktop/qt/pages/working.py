"""The page while the program works: the first that anyone sees, so it loads little."""

from __future__ import annotations

from anahtar_card.record import replace
from anahtar_desktop.qt.pages.page import Page, Setting, card_picture
from anahtar_desktop.qt.parts import announce, words
from anahtar_desktop.qt.texts import Label


class WorkingPage(Page):
    """Says what is going on, as the assistant tells it; nothing moves unless something happened."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(replace(setting, messages=(), hint=""), setting.voice(Label.WORKING))
        self.add(card_picture(self.look))
        self.now = words("", "strong")
        self.add(self.now)
        self.say(self.voice(Label.WORKING_LEAD), "soft")
        self.column.addStretch(1)

    def show_now(self, text: str) -> None:
        """Show what is going on now."""
        self.now.setText(text)
        announce(self.now, text)
