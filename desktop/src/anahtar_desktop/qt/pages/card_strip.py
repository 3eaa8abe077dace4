"""The card that an act is about, on every page that asks something of its holder: whose, which, where, its tries."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from anahtar_desktop.ports import Seen
from anahtar_desktop.qt import drawings, wording
from anahtar_desktop.qt.pages.page import FULL_TRIES, card_picture
from anahtar_desktop.qt.parts import Tries, picture, words
from anahtar_desktop.qt.style import Look
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Voice


def strip(seen: Seen, holder: str | None, look: Look, voice: Voice) -> QFrame:
    """Return the strip."""
    frame = QFrame()
    frame.setProperty("role", "strip")
    row = QHBoxLayout(frame)
    margin = look.scaled(0.8)
    row.setContentsMargins(margin, margin, margin, margin)
    row.setSpacing(look.scaled(1))
    row.addWidget(card_picture(look), 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(facts(seen, holder, look, voice), 1)
    return frame


def facts(seen: Seen, holder: str | None, look: Look, voice: Voice) -> QVBoxLayout:
    """Return whose card it is, which, where, and its state and tries."""
    column = QVBoxLayout()
    column.setSpacing(look.scaled(0.25))
    whose = wording.whose(voice, seen, holder)
    if whose:
        column.addWidget(words(whose, "strong"))
    column.addWidget(words(" · ".join(wording.where(voice, seen)), "soft"))
    if seen.look is not None:
        column.addSpacing(look.scaled(0.3))
        column.addWidget(state(seen, look, voice))
        for what, tries in wording.tries(voice, seen.look):
            column.addWidget(Tries(what, tries, FULL_TRIES, look))
    return column


def state(seen: Seen, look: Look, voice: Voice) -> QWidget:
    """Return the PIN's state: sign, colour and words."""
    assert seen.look is not None
    name, sign, colour = wording.STATES[seen.look.pin]
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.scaled(0.5))
    row.addWidget(picture(drawings.sign(sign, getattr(look.palette, colour)), look.scaled(1.3), ""))
    row.addWidget(words(voice(name), "strong"), 1)
    if not seen.can_unlock:
        row.addWidget(words(voice(Label.STATE_FOREIGN), "soft"))
    return whole
