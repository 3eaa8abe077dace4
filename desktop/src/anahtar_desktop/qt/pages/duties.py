"""Kilit Çözme Bilgilendirme: to be read, and ticked."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from anahtar_desktop.qt.pages.card_strip import strip
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import announce, words
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.texts import Text


class DutiesPage(Page):
    """Answers with True once the box is ticked."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, setting.voice(Text.DUTIES_TITLE))
        if setting.card is not None:
            self.add(strip(setting.card.seen, setting.card.holder, self.look, self.voice))
        for duty in self.voice(Text.DUTIES).split("\n"):
            self.say(duty)
        self._error = words("", "error")
        self._error.hide()
        self.add(self._error)
        self.box = QCheckBox(self.voice(Label.DUTIES_READ))
        self.first = self.box
        self.add(self.box)
        self.end(self.main(Label.NEXT, self.go_on))

    def go_on(self) -> None:
        """Answer, or ask for the tick."""
        if self.box.isChecked():
            self.answer(True)
            return
        self._error.setText(self.voice(Label.DUTIES_MISSING))
        self._error.show()
        self.box.setFocus()
        announce(self.box, self._error.text(), now=True)
