"""Links on macOS: the system starts one program a bundle and hands it each link as an event (QFileOpenEvent), never as
an argument. UNTESTED there: written to Qt's documentation, and run by nobody on macOS yet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class LinkEvents(QObject):
    """Gives each link that the system hands over to `take`, which treats it as hostile."""

    def __init__(self, app: QApplication, take: Callable[[str], None]) -> None:
        super().__init__(app)
        self._take = take
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a link out of the stream of events; let everything else pass."""
        if not isinstance(event, QFileOpenEvent):
            return False
        self._take(event.url().toString())
        return True
