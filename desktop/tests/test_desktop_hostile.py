"""A card or reader that answers anything at all: the program never fails in a way of its own, never hangs, and never
sends a second cryptogram after a first one failed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from desk import FOREIGN_ATR, NEW, OLD, Desk, card_memory, reader_with

from anahtar_card import errors
from anahtar_card.families.akis import names
from anahtar_card.family import Grant
from anahtar_card.flow import Conversation, converse
from anahtar_card.identify import driver_for
from anahtar_card.pin import Pin
from anahtar_card.reader import Connection, Reader
from anahtar_card.virtual_reader import VirtualReaders
from anahtar_desktop import viewer
from anahtar_desktop.ending import Ending
from anahtar_desktop.holders import holder_in
from anahtar_wire.problems import Problem

ROW = "answers of a hostile card or reader to the program's parser"
LONGEST = 2.0
"""Seconds that one act may take, whatever the card answers."""
EXTERNAL_AUTHENTICATE = 0x82
WORDS = [0x9000, 0x6300, 0x63C0, 0x63C1, 0x63C2, 0x63CF, 0x6700, 0x6982, 0x6983, 0x6984, 0x6985, 0x6A80, 0x6A82]
WORDS += [0x6A86, 0x6A88, 0x6B00, 0x6D00, 0x6E00, 0x6F00, 0x6581, 0x6100, 0x61FF, 0x6C00, 0x6C05, 0x6200, 0x9100]
ERRORS: list[Callable[[], errors.CardError]] = [
    errors.CardGone,
    errors.NoReader,
    errors.NoReaderService,
    errors.MalformedResponse,
    errors.CardMute,
]
ATRS = [names.ATR, FOREIGN_ATR]


class Hostile:
    """Says anything: mostly what a real card said, now and then something near it or nothing like it."""

    def __init__(self, chance: random.Random, honest: float) -> None:
        self.chance, self.honest, self.said = chance, honest, 0

    def answer(self, real: Callable[[], bytes]) -> bytes:
        """Return an answer, or raise what a reader may raise."""
        self.said += 1
        if self.chance.random() < self.honest:
            return real()
        return self.chance.choice([self.word, self.rubbish, self.near, self.fail, self.flood])(real)

    def word(self, real: Callable[[], bytes]) -> bytes:
        return real()[:-2] * self.chance.randrange(2) + self.chance.choice(WORDS).to_bytes(2, "big")

    def rubbish(self, real: Callable[[], bytes]) -> bytes:
        return self.chance.randbytes(self.chance.choice([0, 1, 2, 3, 8, 18, 23, 39, 79, 258]))

    def near(self, real: Callable[[], bytes]) -> bytes:
        bytes_ = bytearray(real())
        for _ in range(self.chance.randrange(1, 4)):
            if bytes_:
                bytes_[self.chance.randrange(len(bytes_))] ^= 1 << self.chance.randrange(8)
        return bytes(bytes_[: self.chance.choice([len(bytes_), len(bytes_), self.chance.randrange(len(bytes_) + 1)])])

    def fail(self, real: Callable[[], bytes]) -> bytes:
        raise self.chance.choice(ERRORS)()

    def flood(self, real: Callable[[], bytes]) -> bytes:
        return self.chance.randbytes(self.chance.choice([300, 4_000, 70_000])) + b"\x90\x00"


class HostileReader:
    """A reader whose card, or who itself, is hostile; it keeps the heads of the commands and how they were answered."""

    def __init__(self, inner: Reader, hostile: Hostile) -> None:
        self._inner, self._hostile = inner, hostile
        self.log: list[tuple[int, bytes]] = []

    @property
    def name(self) -> str:
        return self._inner.name

    def connect(self) -> HostileConnection:
        if self._hostile.chance.random() < 0.01:
            raise self._hostile.chance.choice([*ERRORS, errors.NoCard, errors.CardShared])()
        return HostileConnection(self, self._inner.connect(), self._hostile)


class HostileConnection:
    def __init__(self, reader: HostileReader, inner: Connection, hostile: Hostile) -> None:
        self._reader, self._inner, self._hostile = reader, inner, hostile

    @property
    def atr(self) -> bytes:
        if self._hostile.chance.random() < 0.02:
            return self._hostile.chance.randbytes(self._hostile.chance.randrange(34))
        return self._inner.atr

    def transmit(self, command: bytes) -> bytes:
        try:
            answer = self._hostile.answer(lambda: self._inner.transmit(command))
            if command[1] == EXTERNAL_AUTHENTICATE and self._hostile.chance.random() < 0.5:
                answer = self._hostile.chance.choice([b"\x63\x00", b"\x63\xc4", b"\x69\x82", b"\x6f\x00", b""])
        except errors.CardError:
            self._reader.log.append((command[1], b""))
            raise
        self._reader.log.append((command[1], answer))
        return answer

    def close(self) -> None:
        self._inner.close()

    def __enter__(self) -> HostileConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


ACTS: dict[str, Callable[[Desk], object]] = {
    "unlock": lambda desk: desk.assistant.unlock(),
    "change": lambda desk: desk.assistant.change(),
    "settle": lambda desk: desk.assistant.settle(),
    "status": lambda desk: desk.assistant.status(),
}


def lived(act: str, seed: int, folder: Path) -> int:
    """Live one act with a hostile card, hold it to its promises, and return how many answers it was given."""
    chance = random.Random(seed)
    hostile = Hostile(chance, chance.choice([0.5, 0.9, 0.99, 0.999]))
    memory = card_memory(*chance.choice([(OLD, 0), (OLD, 3), (OLD, 1), (None, 0)]))
    desk = Desk(folder, memory, script={"insert": lambda: True, "patience": 3, "last_digits": "3A3B"})
    reader = HostileReader(reader_with(memory, atr=chance.choice([names.ATR, names.ATR, FOREIGN_ATR])), hostile)
    desk.readers = VirtualReaders([reader])
    began = time.monotonic()
    ending = ACTS[act](desk)
    assert time.monotonic() - began < LONGEST, (act, seed)
    assert not isinstance(ending, Ending) or ending.problem is not Problem.INTERNAL, (act, seed)
    assert Problem.INTERNAL not in desk.view.problem_codes, (act, seed)
    one_cryptogram_at_most(reader, desk, (act, seed))
    return hostile.said


def one_cryptogram_at_most(reader: HostileReader, desk: Desk, case: object) -> None:
    sent = [answer for ins, answer in reader.log if ins == EXTERNAL_AUTHENTICATE]
    assert desk.server.unlock.consents <= 1, case
    # 61xx and 6Cxx have the transport ask for the same answer again; they are no failure of the cryptogram.
    failed = [number for number, answer in enumerate(sent) if answer[-2:-1] not in (b"\x90", b"\x61", b"\x6c")]
    assert not failed or failed[0] == len(sent) - 1, case
    assert len(sent) <= 2, case


def test_no_answer_of_a_card_or_reader_gets_the_program_out_of_step(
    counted: Callable[..., object], tmp_path: Path
) -> None:
    row = counted(ROW, small=100_000, large=10_000_000, share=2)
    said = number = 0
    while row.goes_on(said):  # type: ignore[attr-defined]
        act = ("unlock", "unlock", "change", "settle", "status")[number % 5]
        said += lived(act, number, tmp_path / str(number % 7))
        number += 1
    row.did(said)  # type: ignore[attr-defined]


def conversations(atr: bytes) -> list[Callable[[], Conversation[object]]]:
    driver, grant = driver_for(atr), Grant(bytes(16), bytes(16))
    return [
        driver.look,
        lambda: driver.verify(Pin(OLD)),
        lambda: driver.change(Pin(OLD), Pin(NEW)),
        lambda: driver.prove(grant),
        lambda: driver.unlock(grant, Pin(NEW)),
        driver.certificate,
        lambda: driver.sign(Pin(OLD), bytes(32)),
        lambda: viewer.certificates_of(driver),
    ]


class Anything:
    """A card without a card: every answer is made up."""

    def __init__(self, hostile: Hostile) -> None:
        self._hostile = hostile

    def transmit(self, command: bytes) -> bytes:
        def near() -> bytes:
            return self._hostile.chance.randbytes(command[-1]) + b"\x90\x00"

        return self._hostile.answer(near)


def test_every_conversation_with_any_card_ends_in_a_result_or_a_named_error(counted: Callable[..., object]) -> None:
    row = counted(ROW, small=100_000, large=10_000_000, share=2)
    chance = random.Random(20260504)
    hostile = Hostile(chance, 0.8)
    talks = [talk for atr in ATRS for talk in conversations(atr)]
    while row.goes_on(hostile.said):  # type: ignore[attr-defined]
        talk = chance.choice(talks)
        try:
            result = converse(talk(), Anything(hostile), answer=lambda challenge: chance.randbytes(32))
        except errors.CardError:
            continue
        if isinstance(result, bytes):
            holder_in(result)
        if isinstance(result, list):
            for one in result:
                viewer.read(one)
    row.did(hostile.said)  # type: ignore[attr-defined]


def test_no_answer_to_reset_is_more_than_unknown() -> None:
    chance = random.Random(7)
    for _ in range(5_000):
        atr = bytearray(chance.choice([*ATRS, chance.randbytes(chance.randrange(40))]))
        if atr:
            atr[chance.randrange(len(atr))] = chance.randrange(256)
        try:
            driver_for(bytes(atr))
        except errors.UnknownCard:
            continue
