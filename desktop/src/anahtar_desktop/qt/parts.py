"""The small parts of which every page is made. Text is always plain, so that nothing from outside becomes a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from anahtar_desktop.qt import drawings
from anahtar_desktop.qt.style import Look


def words(text: str, role: str = "body") -> QLabel:
    """Return a text that wraps."""
    one = QLabel(text)
    one.setTextFormat(Qt.TextFormat.PlainText)
    one.setWordWrap(True)
    one.setProperty("role", role)
    one.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return one


def button(text: str, act: Callable[[], object], kind: str = "plain") -> QPushButton:
    """Return a button: `main` (one a page), `plain`, `link` or `danger`; Enter presses it when it has the focus."""
    one = QPushButton(text.replace("&", "&&"))
    one.setProperty("kind", kind)
    one.setAutoDefault(True)
    one.setCursor(Qt.CursorShape.PointingHandCursor)
    one.setAccessibleName(text)
    one.clicked.connect(lambda: act())
    return one


def icon_button(name: str, text: str, look: Look, act: Callable[[], object]) -> QPushButton:
    """Return a button that shows a sign; `text` is its name and its tip."""
    one = button("", act, "icon")
    one.setIcon(drawings.icon(drawings.sign(name, look.palette.brand), look.scaled(1.6)))
    one.setIconSize(QSize(look.scaled(1.6), look.scaled(1.6)))
    one.setAccessibleName(text)
    one.setToolTip(text)
    return one


def picture(svg: str, height: int, text: str) -> QLabel:
    """Return a drawing with its text; an empty text marks it as decoration."""
    one = QLabel()
    one.setPixmap(drawings.pixmap(svg, height))
    one.setAccessibleName(text)
    return one


def line() -> QFrame:
    """Return a thin rule between the question and the way out."""
    one = QFrame()
    one.setProperty("role", "rule")
    return one


class Notice(QFrame):
    """A message with a sign, a heading and lines: `info`, `good`, `warning` or `bad`. It can take the focus, so that a
    screen reader reads the whole of it."""

    def __init__(self, kind: str, heading: str, lines: Sequence[str], look: Look) -> None:
        super().__init__()
        self.setProperty("role", kind)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if kind in ("bad", "warning") else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(heading)
        self.setAccessibleDescription("\n".join(lines))
        row = QHBoxLayout(self)
        row.setContentsMargins(look.scaled(0.9), look.scaled(0.8), look.scaled(0.9), look.scaled(0.8))
        row.setSpacing(look.scaled(0.8))
        sign = picture(drawings.sign(kind, getattr(look.palette, _INK[kind])), look.scaled(1.6), "")
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(look.scaled(0.3))
        if heading:
            column.addWidget(words(heading, "strong"))
        for one in lines:
            is_code = kind in ("bad", "warning") and len(lines) > 1 and one == lines[-1]
            column.addWidget(words(one, "soft" if is_code else "body"))
        row.addLayout(column, 1)


_INK = {"info": "brand", "good": "good", "warning": "warning", "bad": "bad"}


class Tries(QWidget):
    """Tries left as dots and a number; spoken as the number."""

    def __init__(self, what: str, tries: int, full: int, look: Look) -> None:
        super().__init__()
        self.setAccessibleName(f"{what}: {tries}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.scaled(0.5))
        row.addWidget(_short(what, "soft"))
        dots = _short("●" * tries + "○" * max(0, full - tries), "strong")
        dots.setAccessibleName(f"{what}: {tries}")
        row.addWidget(dots)
        row.addWidget(_short(str(tries), "strong"))
        row.addStretch(1)


def _short(text: str, role: str) -> QLabel:
    one = words(text, role)
    one.setWordWrap(False)
    return one


def announce(widget: QWidget, text: str, *, now: bool = False) -> None:
    """Have a screen reader say something: politely, or `now`."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # loaded with the first word, after the picture

    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if now else politeness.Polite)
    QAccessible.updateAccessibility(event)
