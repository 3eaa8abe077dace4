"""Work that may wait for a card or a server, done in a thread of its own; its end comes back to the window's thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


class Work(QObject):
    """Does one piece of work at a time."""

    _ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._thread: threading.Thread | None = None
        self._ended.connect(self._finish)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._thread is not None

    def begin(self, work: Callable[[], Result], then: Callable[[Result], None], failed: Callable[[], None]) -> None:
        """Do `work` elsewhere, then call `then` with its result here, or `failed` when it raised."""
        assert self._thread is None
        self._thread = threading.Thread(target=lambda: self._do(work, then, failed), daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most so long; for the very end of the program."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _do(self, work: Callable[[], Result], then: Callable[[Result], None], failed: Callable[[], None]) -> None:
        try:
            result = work()
        except BaseException as error:
            LOG.error("unforeseen: %s", type(error).__name__)  # its text and its locals may hold secrets
            self._ended.emit(failed)
        else:
            self._ended.emit(lambda: then(result))

    @Slot(object)
    def _finish(self, act: Callable[[], None]) -> None:
        self._thread = None
        act()
