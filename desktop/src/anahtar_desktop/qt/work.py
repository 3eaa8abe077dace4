"""Work that may wait for a card or a server, done in a thread of its own; its end comes back to the window's thread.

What the work uses is held here until its thread is over, so that the last reference to a QObject is never dropped in
that thread: Qt may delete an object only in the thread that it lives in.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from anahtar_card.record import record

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


@record
class Job:
    """One piece of work and what follows; `done` holds its result, in a list so that None is a result too."""

    work: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Callable[[], None]
    done: list[Any]

    def run(self) -> None:
        """Do the work; what it raises is logged by its kind only, for its text and its locals may hold secrets."""
        try:
            self.done.append(self.work())
        except BaseException as error:
            LOG.error("unforeseen: %s", type(error).__name__)


class Work(QObject):
    """Does one piece of work at a time."""

    _ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._thread: threading.Thread | None = None
        self._job: Job | None = None
        self._ended.connect(self._finish)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._thread is not None

    def begin(self, work: Callable[[], Result], then: Callable[[Result], None], failed: Callable[[], None]) -> None:
        """Do `work` elsewhere, then call `then` with its result here, or `failed` when it raised."""
        assert self._thread is None
        self._job = Job(work, then, failed, [])
        self._thread = threading.Thread(target=self._do, daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most so long; for the very end of the program."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _do(self) -> None:
        assert self._job is not None
        self._job.run()
        self._ended.emit()

    @Slot()
    def _finish(self) -> None:
        job, thread = self._job, self._thread
        assert job is not None
        assert thread is not None
        thread.join()  # it has said its last word: this takes no time
        self._job = self._thread = None
        if job.done:
            job.then(job.done[0])
        else:
            job.failed()
