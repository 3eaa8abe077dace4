"""What the load knows of a holder; in a module of its own, so that a pickle finds it."""

from __future__ import annotations

from dataclasses import dataclass

from anahtar_card.virtual import Memory


@dataclass(frozen=True, slots=True)
class Seat:
    """One holder at a desk: a card, and a browser that has signed in."""

    serial: str
    mobile: str
    memory: Memory
    session: str
    csrf: str

    def __repr__(self) -> str:
        return f"<Seat {self.serial[-4:]}>"
