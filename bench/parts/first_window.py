"""A window until it has been painted: ours (`ours`) or the least that PySide6 can show (`bare`). Prints when, on the
clock that every process of this computer shares, and is gone."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow


class Painted(QObject):
    """Waits for the window system to show a window; what it is handed then is painted before the next timer."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say when, and end the process, once the first picture is there."""
        if event.type() == QEvent.Type.Expose:
            QTimer.singleShot(0, _say)
        return False


def _say() -> None:
    print(time.monotonic(), flush=True)
    os._exit(0)


def bare() -> int:
    """Show a window with one word."""
    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.setCentralWidget(QLabel("E-İmza"))
    window.resize(600, 650)
    return _shown(window, app)


def _shown(window: QMainWindow, app: QApplication) -> int:
    painted = Painted()
    window.winId()
    window.windowHandle().installEventFilter(painted)
    window.show()
    return app.exec()


def ours() -> int:
    """Show ours as the command does."""
    from anahtar_desktop import cli
    from anahtar_desktop.qt.frame import Frame

    painted, show = Painted(), QMainWindow.show

    def watched(frame: Any) -> None:
        frame.winId()
        frame.windowHandle().installEventFilter(painted)
        show(frame)

    Frame.show = watched  # type: ignore[method-assign]
    return cli.main(["window"])


if __name__ == "__main__":
    sys.exit({"bare": bare, "ours": ours}[sys.argv[1]]())
