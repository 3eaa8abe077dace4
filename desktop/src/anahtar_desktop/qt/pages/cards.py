"""Questions about cards: one that has to be put in, and one to be chosen among several."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout

from anahtar_desktop.ports import Seen, masked
from anahtar_desktop.qt import drawings, wording
from anahtar_desktop.qt.pages.card_strip import facts
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import announce, picture, words
from anahtar_desktop.qt.questions import AskForCard, ChooseCard
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Message
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem

HOW_TO_INSERT = (Problem.NO_CARD, Problem.CARD_MUTE, Problem.CARD_OTHER, Problem.CARD_GONE)


class InsertPage(Page):
    """Answers with None when the readers shall be looked at again; the window answers so itself when a card comes."""

    goes_on_with_card = True

    def __init__(self, setting: Setting, question: AskForCard) -> None:
        voice, wanted = setting.voice, question.wanted
        super().__init__(setting, voice(Label.CARD_TITLE))
        facts = {"serial": wanted.serial} if wanted.serial else {}
        message = voice.problem(wanted.problem, **facts)
        kind = "info" if wanted.problem is Problem.NO_CARD else "warning"
        self.add(self._notice(Message(kind, message.heading, message.lines)))
        if wanted.serial:
            self.say(voice(Text.WANTED_CARD, serial=wanted.serial), "strong")
        for other in wanted.others:
            if other.look:
                self.say(voice(Text.OTHER_CARD, reader=other.reader, serial=masked(other.look.serial)), "soft")
        if wanted.problem in HOW_TO_INSERT:
            self.add(self._drawing())
            self.say(voice(Label.CARD_HOW))
        self.end(self.main(Label.LOOK_AGAIN, lambda: self.answer(None)))

    def _drawing(self) -> QLabel:
        colours = self.look.palette
        svg = drawings.INSERT.format(ink=colours.ink, accent=colours.brand, ground=colours.quiet)
        return picture(svg, self.look.scaled(7), self.voice(Label.CARD_PICTURE))


class ChoosePage(Page):
    """Answers with the chosen card; none is chosen beforehand."""

    def __init__(self, setting: Setting, question: ChooseCard) -> None:
        super().__init__(setting, setting.voice(Label.CHOOSE_TITLE))
        self.say(self.voice(Label.CHOOSE_LEAD))
        self.say(self.voice(Label.START_SEVERAL), "soft")
        self._cards = list(question.cards)
        self.group = QButtonGroup(self)
        for number, seen in enumerate(self._cards):
            self.add(self._choice(number, seen))
        self._error = words("", "error")
        self._error.hide()
        self.add(self._error)
        self.first = self.group.buttons()[0]
        self.end(self.main(Label.NEXT, self.go_on))

    def _choice(self, number: int, seen: Seen) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "panel")
        row = QHBoxLayout(frame)
        radio = QRadioButton()
        radio.setAccessibleName(", ".join([wording.whose(self.voice, seen), *wording.where(self.voice, seen)]))
        self.group.addButton(radio, number)
        row.addWidget(radio)
        inside = QVBoxLayout()
        inside.addLayout(facts(seen, None, self.look, self.voice))
        row.addLayout(inside, 1)
        return frame

    def go_on(self) -> None:
        """Answer, or ask for a choice."""
        if self.group.checkedId() >= 0:
            self.answer(self._cards[self.group.checkedId()])
            return
        self._error.setText(self.voice(Label.CHOOSE_MISSING))
        self._error.show()
        self.group.buttons()[0].setFocus()
        announce(self._error, self._error.text(), now=True)
