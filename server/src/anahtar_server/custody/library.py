"""The token's library in this process: one thread talks to it, and nobody waits for it without end.

python-pkcs11 initialises a library as single-threaded and yet releases Python's lock inside its calls, so two threads
crash the process: every call goes through the one thread here. A library does not survive a fork, so a child process
begins anew.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

import pkcs11

from anahtar_server.custody.errors import CustodyGone

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib as Library

Answer = TypeVar("Answer")
SECONDS = 1.8
"""How long a call may take: the promise is "closed within 2 s"."""

_Task = tuple["Future[object]", Callable[[], object]]


class _TokenThread(threading.Thread):
    """Does one call after the other. A daemon: a library that hangs must not keep the process from ending."""

    def __init__(self) -> None:
        super().__init__(name="token", daemon=True)
        self.tasks: SimpleQueue[_Task] = SimpleQueue()

    def run(self) -> None:
        while True:
            _answer(*self.tasks.get())


def _answer(future: Future[object], call: Callable[[], object]) -> None:
    if not future.set_running_or_notify_cancel():
        return  # whoever asked has gone: do not use the key for nobody
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)


_guard = threading.Lock()
_thread: _TokenThread | None = None
_initialised: tuple[str, Path | None] | None = None
_inherited = False
"""Whether the parent process had the library initialised when it forked us."""


def _begin_anew() -> None:
    global _guard, _thread, _initialised, _inherited
    _guard, _thread = threading.Lock(), None
    _inherited = _inherited or _initialised is not None
    _initialised = None


os.register_at_fork(after_in_child=_begin_anew)


def on_token_thread(call: Callable[[], Answer], *, seconds: float = SECONDS) -> Answer:
    """Return what `call` returns in the token's thread; raises CustodyGone after `seconds`, and what `call` raises."""
    future: Future[Answer] = Future()
    _running_thread().tasks.put((future, call))  # type: ignore[arg-type]  # a Future is not covariant, we only fill it
    try:
        return future.result(seconds)
    except TimeoutError:
        future.cancel()
        raise CustodyGone("the token did not answer in time") from None


def _running_thread() -> _TokenThread:
    global _thread
    with _guard:
        if _thread is None:
            _thread = _TokenThread()
            _thread.start()
        return _thread


def load(module: str, configuration: Path | None, *, anew: bool = False) -> Library:
    """Return the library, initialised for `configuration` in this process; to be called in the token's thread.

    `anew` initialises it once more, which ends all sessions. Raises CustodyGone if it cannot be loaded.
    """
    global _initialised, _inherited
    wanted = (module, configuration)
    if configuration is not None:
        os.environ["SOFTHSM2_CONF"] = str(configuration)
    try:
        library = pkcs11.lib(module)
        if anew or _inherited or _initialised not in (None, wanted):
            library.reinitialize()
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise CustodyGone(f"the token's library cannot be used ({type(error).__name__})") from None
    _initialised, _inherited = wanted, False
    return library
