"""Readers without a wire: a virtual card in memory or in a file, with the manners of a real reader."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from anahtar_card.errors import CardGone, CardMute, CardShared, NoCard
from anahtar_card.reader import Reader
from anahtar_card.virtual import PowerLost, VirtualCard, locked_file


class VirtualReader:
    """A reader with a virtual card in it, or none; cards are put in and pulled out at any time.

    Where a test tears the card's power (PowerLost), the program sees CardGone, as it would with plastic.
    """

    def __init__(self, name: str, card: VirtualCard | None = None) -> None:
        self._name = name
        self._card = card
        self._open: VirtualConnection | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def card(self) -> VirtualCard | None:
        """The card in the reader."""
        return self._card

    def insert(self, card: VirtualCard) -> None:
        """Put a card in; one that is still inside comes out first."""
        self.remove()
        self._card = card

    def remove(self) -> None:
        """Pull the card: it loses power, and an open connection is dead."""
        self.reset()
        self._card = None

    def reset(self) -> None:
        """Reset the card as another program would: volatile state is lost, and an open connection is dead."""
        if self._open is not None:
            self._open.close()

    def connect(self) -> VirtualConnection:
        """Open the card; raises NoCard, CardShared, CardMute."""
        if self._card is None:
            raise NoCard
        if self._open is not None:
            raise CardShared
        connection = VirtualConnection(self._card, on_close=self._closed)
        self._open = connection
        return connection

    def _closed(self) -> None:
        self._open = None


class FileReader:
    """A reader whose card is stored in a file: no file, no card. The file's lock is held while the card is open.

    `open_card` opens the stored card; it is called anew for every connection, for another process may have had it.
    """

    def __init__(self, name: str, path: Path | str, open_card: Callable[[Path], VirtualCard]) -> None:
        self._name = name
        self._path = Path(path)
        self._open_card = open_card

    @property
    def name(self) -> str:
        return self._name

    def connect(self) -> VirtualConnection:
        """Open the card; raises NoCard, CardShared, CardMute, and what `open_card` raises."""
        if not self._path.exists():
            raise NoCard
        held = contextlib.ExitStack()
        try:
            held.enter_context(locked_file(self._path))
            return VirtualConnection(self._open_card(self._path), on_close=held.close, there=self._path.exists)
        except BaseException:
            held.close()
            raise


class VirtualConnection:
    """An open virtual card. `there` tells before each command whether the card is still in its reader."""

    def __init__(
        self, card: VirtualCard, *, on_close: Callable[[], None], there: Callable[[], bool] = lambda: True
    ) -> None:
        self._turn = threading.RLock()  # a window may pull the card while a worker talks to it
        self._card: VirtualCard | None = card
        self._on_close = on_close
        self._there = there
        self._atr = card.power_on()
        if not self._atr:
            self.close()
            raise CardMute

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, command: bytes) -> bytes:
        """Send one command; raises CardGone when the card was pulled, reset, torn or let go."""
        with self._turn:
            if not self._there():
                self.close()
            if self._card is None:
                raise CardGone
            try:
                return self._card.transmit(command)
            except PowerLost:
                self.close()
                raise CardGone from None

    def close(self) -> None:
        with self._turn:
            card, self._card = self._card, None
            if card is not None:
                card.power_off()
                self._on_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class VirtualReaders:
    """All the readers of a computer that exists only here; `readers` may change while it is used."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self.readers = readers

    def list(self) -> list[Reader]:
        """Return the readers that are there now."""
        return [*self.readers]
