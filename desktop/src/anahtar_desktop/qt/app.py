"""Starting the window."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from anahtar_desktop import RELEASE
from anahtar_desktop.qt import meeting, quick, steady
from anahtar_desktop.qt.own_words import translate
from anahtar_desktop.qt.style import dress
from anahtar_desktop.qt.surroundings import real
from anahtar_desktop.qt.window import Window
from anahtar_desktop.settings import Settings


def application(language: str) -> QApplication:
    """Return the application, its own words in `language` too."""
    steady.hold()
    # The style by name: setStyle hands a QStyle back, whose twelve enumerations take longer to make than our pages.
    app = QApplication.instance() or QApplication([*sys.argv[:1], "-style", "fusion"])
    assert isinstance(app, QApplication)
    app.setApplicationName("eimza")
    app.setApplicationDisplayName("E-İmza Uygulaması")
    app.setApplicationVersion(RELEASE)
    app.setDesktopFileName("eimza")
    translate(language)
    return app


def run(settings: Settings, language: str, link: str | None = None) -> int:
    """Open the window, or bring the one that is open to the front; return the exit status when it is closed.

    Raises SettingsWrong.
    """
    parts = real(settings, language)
    app = application(language)
    place = meeting.place()
    if meeting.may_be_there(place) and _handed_over(link, place):
        return 0
    held = meeting.take_place(place)
    window = Window(parts, dress(app), language)
    window.seen.connect(quick.done)
    window.seen.connect(lambda: _listen(window, place, held))
    if link:
        window.seen.connect(lambda: window.take_link(link))
    if sys.platform == "darwin":
        from anahtar_desktop.qt.macos import LinkEvents

        LinkEvents(app, window.take_link)
    window.begin_when_seen()
    window.show()
    return app.exec()


def _handed_over(link: str | None, place: str) -> bool:
    from anahtar_desktop.qt.single import hand_over

    return hand_over(link, place)


def _listen(window: Window, place: str, held: int | None) -> None:
    from anahtar_desktop.qt.single import FirstStart

    first = FirstStart(place, held)
    first.came.connect(window.take_link)
    first.setParent(window)
    window.closed.connect(first.close)
