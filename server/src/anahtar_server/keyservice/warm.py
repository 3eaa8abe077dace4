"""Keeps what a consent needs at hand, so that no holder waits for it while a card is open."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from anahtar_server.signin.rules import AnswerWrong

log = structlog.get_logger("anahtar.keyservice")

_AGAIN_AFTER = 120.0
_RETRY_AFTER = 1.0


def keep_warm(fetch: Callable[[], object], stop: threading.Event) -> threading.Thread:
    """Call `fetch` (the provider's keys) now and every two minutes, each second while the provider does not answer,
    until `stop`; returns the thread that does it."""

    def run() -> None:
        wait = 0.0
        while not stop.wait(wait):
            try:
                fetch()
                wait = _AGAIN_AFTER
            except AnswerWrong:
                wait = _RETRY_AFTER
            except Exception as error:
                log.error("keys-not-fetched", error=type(error).__name__)
                wait = _RETRY_AFTER

    thread = threading.Thread(target=run, name="keep-warm", daemon=True)
    thread.start()
    return thread
