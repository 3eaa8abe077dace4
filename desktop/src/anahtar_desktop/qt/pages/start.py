"""The first page: each reader and card, whose it is, its state and tries, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from anahtar_card.family import PinState
from anahtar_desktop.assistant import Overview
from anahtar_desktop.plainly import plain
from anahtar_desktop.ports import Seen
from anahtar_desktop.qt import wording
from anahtar_desktop.qt.pages.card_strip import facts
from anahtar_desktop.qt.pages.page import Page, Setting, card_picture
from anahtar_desktop.qt.parts import button, words
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Message
from anahtar_desktop.qt.wish import Wish

ABOUT = {Wish.UNLOCK: (Label.UNLOCK, Label.UNLOCK_ABOUT), Wish.CHANGE: (Label.CHANGE, Label.CHANGE_ABOUT)}
MORE = {Wish.VIEWER: Label.VIEWER, Wish.CHECK: Label.CHECK, Wish.PRACTICE: Label.PRACTICE}


class StartPage(Page):
    """Answers with a wish. `fresh` are the readers whose card was put in just now."""

    is_start = True

    def __init__(self, setting: Setting, overview: Overview, fresh: frozenset[str] = frozenset()) -> None:
        super().__init__(setting, setting.voice(Label.START_TITLE))
        self._fresh = fresh
        cards = [seen for seen in overview.seen if seen.look]
        if overview.problem is not None:
            message = self.voice.problem(overview.problem)
            self.add(self._notice(Message("warning", message.heading, message.lines)))
        elif cards:
            self.say(self.voice(Label.START_LEAD), "soft")
        if len(cards) > 1:
            self.say(self.voice(Label.START_SEVERAL), "soft")
        for seen in overview.seen:
            self.add(self._panel(seen))
        look_again = button(self.voice(Label.LOOK_AGAIN), lambda: self.answer(Wish.LOOK), "link")
        self.column.addWidget(look_again, 0, Qt.AlignmentFlag.AlignLeft)
        self._add_acts(cards)
        self._add_more()
        self.column.addStretch(1)

    def _panel(self, seen: Seen) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "panel")
        frame.setProperty("fresh", seen.reader in self._fresh)
        row = QHBoxLayout(frame)
        margin = self.look.scaled(1)
        row.setContentsMargins(margin, margin, margin, margin)
        row.setSpacing(self.look.scaled(1.2))
        if seen.look is not None:
            row.addWidget(card_picture(self.look), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._inside(seen), 1)
        return frame

    def _inside(self, seen: Seen) -> QVBoxLayout:
        if seen.look is None:
            return self._empty(seen)
        column = facts(seen, None, self.look, self.voice)
        if seen.reader in self._fresh:
            column.insertWidget(0, words("➜ " + self.voice(Label.INSERTED_NOW), "met"))
        advice = wording.ADVICE.get(seen.look.pin) if seen.can_unlock else Label.ADVICE_FOREIGN
        if advice is not None:
            column.addSpacing(self.look.scaled(0.3))
            column.addWidget(words(self.voice(advice)))
        return column

    def _empty(self, seen: Seen) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(words(str(plain(seen.reader)), "soft"))
        trouble = wording.trouble(self.voice, seen)
        column.addWidget(words(trouble.heading, "strong"))
        column.addWidget(words(trouble.lines[2]))
        return column

    def _add_acts(self, cards: Sequence[Seen]) -> None:
        foremost = foremost_wish(cards)
        for wish in sorted(ABOUT, key=lambda one: one is not foremost):
            name, about = ABOUT[wish]
            kind = "main" if wish is foremost else "plain"
            act = button(self.voice(name), partial(self.answer, wish), kind)
            if kind == "main":
                self.main_button = act
            both = QVBoxLayout()
            both.setSpacing(self.look.scaled(0.4))
            both.addWidget(act, 0, Qt.AlignmentFlag.AlignLeft)
            both.addWidget(words(self.voice(about), "soft"))
            self.add(both)

    def _add_more(self) -> None:
        self.column.addSpacing(self.look.scaled(0.2))
        self.say(self.voice(Label.MORE), "heading")
        rooms = QVBoxLayout()
        rooms.setSpacing(0)
        for wish, name in MORE.items():
            one = button(self.voice(name), partial(self.answer, wish), "link")
            rooms.addWidget(one, 0, Qt.AlignmentFlag.AlignLeft)
        self.add(rooms)


def foremost_wish(cards: Sequence[Seen]) -> Wish:
    """Return what most people with these cards came for."""
    states = [seen.look.pin for seen in cards if seen.look]
    return Wish.CHANGE if states and set(states) == {PinState.ACTIVE} else Wish.UNLOCK
