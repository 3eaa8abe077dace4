"""What rooms above this one end when no PIN may be set on a card any more.

It stands apart from the acts, so that a room can register at the start without loading them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from anahtar_server.cards.models import Card


class OnClosed(Protocol):
    """Called inside the transaction, with the card's row locked, when no PIN may be set on a card any more."""

    def __call__(self, *, card: Card, actor: str, now: datetime) -> None: ...


on_closed: list[OnClosed] = []
"""Rooms above this one register here what they end for a card that was revoked, lost or found dead."""
