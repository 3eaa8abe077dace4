"""A desk for tests: a virtual card in a reader that may fail, the stand-in server, a journal, a scripted view."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from stand_in_server import SMS_CODE, StandInServer

from anahtar_card.families.akis import names
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.secrets_held import pin_of
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.fault_reader import At, Fault, FaultReader
from anahtar_card.reader import Reader
from anahtar_card.virtual import Memory
from anahtar_card.virtual_reader import VirtualReader, VirtualReaders
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.scripted import ScriptedView
from anahtar_wire.code import VerificationCode

CODE = "ABCD-EFGH-JKLM"
OLD, NEW = "739154", "482916"
FOREIGN_ATR = bytes.fromhex("3B9F978131FE4580655443D2210831C073F6218081055B")
OTHER_SERIAL = bytes(range(0x50, 0x5C))
STATES = {"locked": (OLD, 0), "none-yet": (None, 0), "forgotten": (OLD, 3), "last-try": (OLD, 1)}
"""The PIN and its tries before an unlock, for each state in which people come to it."""


@functools.cache
def key() -> ec.EllipticCurvePrivateKey:
    """One signing key for all test cards: making one is slow, and nothing here signs."""
    return ec.generate_private_key(ec.SECP384R1())


def card_memory(pin: str | None = OLD, tries: int = 3, **more: Any) -> Memory:
    """The memory of a finished card."""
    memory = Memory()
    example_card(memory, key=key(), pin=pin, pin_tries=tries, **more)
    return memory


def reader_with(memory: Memory, name: str = "Okuyucu 1", atr: bytes = names.ATR) -> VirtualReader:
    """A reader with the card of this memory inside."""
    return VirtualReader(name, AkisCard.open(memory, atr=atr))


@dataclass
class Desk:
    """Everything that one act needs. `journal` lies in `folder`."""

    folder: Path
    memory: Memory = field(default_factory=lambda: card_memory(OLD, 0))
    plan: Iterable[tuple[At, Fault]] = ()
    others: Sequence[Reader] = ()
    script: dict[str, Any] = field(default_factory=dict)
    atr: bytes = names.ATR

    def __post_init__(self) -> None:
        self.plain = reader_with(self.memory, atr=self.atr)
        self.reader = FaultReader(self.plain, self.plan)
        self.readers = VirtualReaders([*self.others, self.reader])
        self.server = StandInServer(VerificationCode.parse(CODE))
        self.journal = FileJournal(self.folder)
        given = {"code": CODE, "new_pin": NEW, "old_pin": OLD, "confirmation": lambda: SMS_CODE}
        self.view = ScriptedView(**{**given, **self.script})

    @property
    def assistant(self) -> Assistant:
        """A program that was just started."""
        return Assistant(self.view, self.server, self.readers, self.journal)

    def has_pin(self, digits: str | None) -> bool:
        """Whether this is the card's PIN, looked up without the card noticing; None: it has no PIN."""
        pin = pin_of(self.memory)
        return not pin.exists if digits is None else pin.exists and pin.matches(digits.encode())

    @property
    def tries(self) -> int:
        return pin_of(self.memory).tries


def count_commands(
    folder: Path, memory: Callable[[], Memory], act: Callable[[Assistant], object], atr: bytes = names.ATR
) -> int:
    """Return how many commands an act sends when nothing goes wrong."""
    desk = Desk(folder, memory(), atr=atr)
    act(desk.assistant)
    return desk.reader.commands
