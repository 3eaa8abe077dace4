"""Noticing that a reader or a card came or went, without opening any card."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from anahtar_card.errors import CardError
from anahtar_card.reader import Reader, Readers

EVERY = 0.8
"""Seconds between two looks."""

Presence = tuple[tuple[str, bool], ...]


@runtime_checkable
class TellsPresence(Protocol):
    """A reader that can tell whether a card is inside without touching it."""

    def has_card(self) -> bool:
        """Tell whether a card is inside."""
        ...


def presence(readers: Readers) -> Presence | None:
    """Return each reader's name and whether a card is in it, as far as it tells; None while nothing can be asked."""
    try:
        return tuple((reader.name, _has_card(reader)) for reader in readers.list())
    except CardError:
        return None


def _has_card(reader: Reader) -> bool:
    return reader.has_card() if isinstance(reader, TellsPresence) else True


class Watch:
    """Calls `changed`, in a thread of its own, whenever `presence` is another than before."""

    def __init__(self, readers: Readers, changed: Callable[[], None], every: float = EVERY) -> None:
        self._readers, self._changed, self._every = readers, changed, every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def begin(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()

    def _watch(self) -> None:
        before = presence(self._readers)
        while not self._stopped.wait(self._every):
            now = presence(self._readers)
            if now != before:
                before = now
                self._changed()
