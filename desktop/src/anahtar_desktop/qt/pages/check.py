"""Sistem Kontrolü: each finding with its one fix, and the whole as a report to read before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from anahtar_desktop.check_report import Line, as_text, in_words, save
from anahtar_desktop.doctor import Finding, Grade
from anahtar_desktop.qt import drawings
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import announce, button, picture, words
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.texts import Text

SIGNS = {Grade.GOOD: ("good", "good"), Grade.NOTE: ("info", "brand"), Grade.BAD: ("bad", "bad")}
FILE = "eimza-rapor.txt"


class CheckPage(Page):
    """Answers with True to check again, with None to go back."""

    def __init__(self, setting: Setting, findings: Sequence[Finding]) -> None:
        super().__init__(setting, setting.voice(Label.CHECK))
        self._findings = list(findings)
        self.say(self.voice(Label.CHECK_LEAD), "soft")
        lines = in_words(self._findings, self.voice.language)
        for one in sorted(lines, key=lambda line: line.grade is not Grade.BAD):
            self.add(self._finding(one))
        self.say(self.voice(Label.CHECK_REPORT), "heading")
        self.add(self._report())
        self.saved = words("", "strong")
        self.saved.hide()
        self.add(self.saved)
        self._buttons()

    def _finding(self, one: Line) -> QFrame:
        frame = QFrame()
        frame.setAccessibleName(one.said)
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.look.scaled(0.8))
        sign, colour = SIGNS[one.grade]
        svg = drawings.sign(sign, getattr(self.look.palette, colour))
        row.addWidget(picture(svg, self.look.scaled(1.4), ""), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(self.look.scaled(0.2))
        column.addWidget(words(one.said, "strong" if one.grade is Grade.BAD else "body"))
        if one.fix:
            column.addWidget(words("→ " + one.fix))
        row.addLayout(column, 1)
        return frame

    def _report(self) -> QPlainTextEdit:
        box = QPlainTextEdit(as_text(self._findings, self.voice.language))
        box.setReadOnly(True)
        box.setTabChangesFocus(True)
        box.setAccessibleName(self.voice(Label.CHECK_REPORT))
        box.setFixedHeight(self.look.scaled(12))
        return box

    def _buttons(self) -> None:
        again = button(self.voice(Label.CHECK_AGAIN), lambda: self.answer(True))
        self.first = again
        self.end(again, button(self.voice(Label.CHECK_SAVE), self._choose_file), stop=Label.BACK_TO_START)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.voice(Label.CHECK_SAVE), str(Path.home() / FILE))
        if name:
            self.save(Path(name))

    def save(self, path: Path) -> None:
        """Write the report and say where it is."""
        try:
            save(path, self._findings, self.voice.language)
            text = self.voice(Text.REPORT_SAVED, file=path.name)
        except OSError:
            text = self.voice(Text.REPORT_NOT_SAVED, file=path.name)
        self.saved.setText(text)
        self.saved.show()
        announce(self.saved, text)
