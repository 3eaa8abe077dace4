"""What a card reader promises, whether it stands on the desk or is a few lines of Python."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self


class Connection(Protocol):
    """An exclusive connection to one powered card. Leaving it resets the card, so that no verified PIN stays behind."""

    @property
    def atr(self) -> bytes:
        """The answer to reset (ISO/IEC 7816-3 section 8)."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU and return the response APDU (data ‖ SW1 ‖ SW2).

        Raises CardGone when the card was pulled, reset or swapped (its answer, if any, is lost), NoReader,
        NoReaderService.
        """
        ...

    def close(self) -> None:
        """Reset the card and let it go; may be called twice and never raises."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Reader(Protocol):
    """A place where a card can be put."""

    @property
    def name(self) -> str:
        """The reader's name as people see it."""
        ...

    def connect(self) -> Connection:
        """Open the card exclusively. Raises NoCard, CardMute, CardShared, NoReader, NoReaderService."""
        ...


class Readers(Protocol):
    """All the readers of this computer."""

    def list(self) -> list[Reader]:
        """Return the readers that are there now; raises NoReaderService when nothing can be asked."""
        ...
