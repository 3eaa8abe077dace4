"""Fields to type into: each has its label, its hint and its error; a secret one never shows what was typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from anahtar_card.pin import Pin
from anahtar_desktop.new_pin import typed
from anahtar_desktop.qt.parts import announce, words
from anahtar_desktop.qt.style import Look

LONGEST = 200
LONGEST_PIN = 24
HIDDEN = (
    Qt.InputMethodHint.ImhHiddenText
    | Qt.InputMethodHint.ImhSensitiveData
    | Qt.InputMethodHint.ImhNoPredictiveText
    | Qt.InputMethodHint.ImhNoAutoUppercase
)


class Field(QWidget):
    """A label, a hint, an error and a line to type on. `width` is in letters."""

    def __init__(
        self, label: str, look: Look, *, hint: str = "", width: float = 20, beside: QPushButton | None = None
    ) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setMaxLength(LONGEST)
        self.line.setAccessibleName(label)
        self.line.setAccessibleDescription(hint)
        self.line.setMinimumWidth(look.scaled(6))
        self.line.setMaximumWidth(look.scaled(width))
        self._hint = hint
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.scaled(0.3))
        name = words(label, "strong")
        name.setBuddy(self.line)
        column.addWidget(name)
        if hint:
            column.addWidget(words(hint, "soft"))
        self._error = words("", "error")
        self._error.hide()
        column.addWidget(self._error)
        row = QHBoxLayout()
        row.setSpacing(look.scaled(0.5))
        row.addWidget(self.line, 1)
        if beside is not None:
            row.addWidget(beside)
        row.addStretch(1)
        column.addLayout(row)
        self.setFocusProxy(self.line)

    @property
    def text(self) -> str:
        """What was typed."""
        return self.line.text()

    def on_enter(self, act: Callable[[], object]) -> None:
        """Call `act` when Enter is pressed in the field."""
        self.line.returnPressed.connect(lambda: act())

    def refuse(self, error: str) -> None:
        """Show what is wrong, mark the field, take the focus there and have it said."""
        self._error.setText(error)
        self._error.setVisible(bool(error))
        self.line.setProperty("wrong", bool(error))
        self.line.style().polish(self.line)
        self.line.setAccessibleDescription(". ".join(part for part in (error, self._hint) if part))
        if error:
            self.line.setFocus()
            announce(self.line, error, now=True)


class SecretField(Field):
    """A field for a PIN or a password: nothing typed is shown, spoken or offered to others; only its count is."""

    def __init__(
        self, label: str, look: Look, *, count: Callable[[int], str], hint: str = "", digits: bool = True
    ) -> None:
        super().__init__(label, look, hint=hint, width=14 if digits else 22)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setInputMethodHints(HIDDEN | (Qt.InputMethodHint.ImhDigitsOnly if digits else HIDDEN))
        self.line.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.line.setDragEnabled(False)
        self.line.setMaxLength(LONGEST_PIN if digits else LONGEST)
        self._count = count
        self._counted = QLabel(count(0))
        self._counted.setProperty("role", "soft")
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._counted)
        self.line.textChanged.connect(self._say_count)

    def take(self) -> Pin:
        """Return what was typed, and leave nothing of it in the field or its undo history."""
        pin = typed(self.line.text())
        self.line.setText("")  # unlike clear(), this empties the undo history too
        return pin

    def take_text(self) -> str:
        """Return a password as typed, and leave nothing of it in the field or its undo history."""
        text = self.line.text()
        self.line.setText("")
        return text

    def look_at(self) -> Pin:
        """Return what was typed so far, for ticking the rules; the caller wipes it."""
        return typed(self.line.text())

    def _say_count(self, text: str) -> None:
        said = self._count(len(text))
        self._counted.setText(said)
        if text:
            announce(self._counted, said)
