"""Alıştırma: the whole flow with a card that exists only in memory and a pretend server behind the same port.

Nothing here reaches a network or a reader, and nothing of it is written to a disk.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.reader import Readers
from anahtar_card.virtual import Memory
from anahtar_card.virtual_reader import VirtualReader, VirtualReaders
from anahtar_desktop.ports import ActivePin, Entry, Journal
from anahtar_desktop.practice_server import PracticeServer
from anahtar_wire.code import VerificationCode

SMS_LENGTH = 8
OLD_PIN = "739154"
READER = "Alıştırma okuyucusu"


class MemoryJournal:
    """A journal that is forgotten with the practice: the card it is about does not exist either."""

    def __init__(self) -> None:
        self._open: dict[str, Entry] = {}

    def ready(self) -> None:
        """Memory can always be written."""

    def about_to(self, entry: Entry) -> None:
        """Keep an entry."""
        self._open[entry.name] = entry

    def learned(self, entry: Entry, pin: ActivePin) -> None:
        """Nobody has to be told later."""

    def settled(self, entry: Entry, how: str) -> None:
        """Close an entry."""
        self._open.pop(entry.name, None)

    def open_entries(self) -> list[Entry]:
        """Return the entries that are open."""
        return list(self._open.values())


def begin(choose: Callable[[str], str] = secrets.choice) -> PracticeServer:
    """Return a server with a code and an SMS code made now; `choose` picks one character."""
    code = VerificationCode.make(lambda letters: choose("".join(letters)))
    return PracticeServer(code, "".join(choose("0123456789") for _ in range(SMS_LENGTH)))


def locked_card() -> Memory:
    """Return the memory of a card whose PIN is locked, the state in which most people come."""
    memory = Memory()
    example_card(memory, pin=OLD_PIN, pin_tries=0)
    return memory


@dataclass
class Practice:
    """All that one practice needs: card, reader, server, journal."""

    server: PracticeServer = field(default_factory=begin)
    memory: Memory = field(default_factory=locked_card)
    journal: Journal = field(default_factory=MemoryJournal)

    @property
    def readers(self) -> Readers:
        """One reader with the card inside."""
        return VirtualReaders([VirtualReader(READER, AkisCard.open(self.memory))])
