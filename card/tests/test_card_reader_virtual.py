"""What is particular to readers without a wire."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_contract import COUNT, ECHO_ATR, EchoCard

from anahtar_card.errors import CardGone, CardMute, CardShared
from anahtar_card.virtual import Memory, tear
from anahtar_card.virtual_reader import FileReader, VirtualReader, VirtualReaders


class LifetimeCard:
    """Answers every command with how many it took in its life, which it remembers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @classmethod
    def open(cls, path: Path) -> LifetimeCard:
        return cls(Memory.open(path, rehearsal=True))

    def power_on(self) -> bytes:
        return ECHO_ATR

    def power_off(self) -> None:
        pass

    def transmit(self, command: bytes) -> bytes:
        count = self._memory.read("count") + 1
        self._memory.write(count=count)
        return bytes([count, 0x90, 0x00])


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    Memory.open(tmp_path / "card", rehearsal=True).write(count=0)
    return tmp_path / "card"


def test_a_stored_card_remembers_from_connection_to_connection(stored: Path) -> None:
    reader = FileReader("Stored", stored, LifetimeCard.open)
    for count in (1, 2):
        with reader.connect() as card:
            assert card.transmit(COUNT)[0] == count


def test_two_readers_never_hold_the_same_stored_card(stored: Path) -> None:
    one, other = (FileReader(name, stored, LifetimeCard.open) for name in ("One", "Other"))
    with one.connect(), pytest.raises(CardShared):
        other.connect()
    other.connect().close()


@pytest.mark.parametrize("atr", [b"", None])
def test_a_stored_card_that_could_not_be_opened_is_free_again(stored: Path, atr: bytes | None) -> None:
    def refuse(path: Path) -> EchoCard:
        if atr is None:
            raise ValueError("not a card")
        return EchoCard(atr)

    with pytest.raises((CardMute, ValueError)):
        FileReader("Broken", stored, refuse).connect()
    FileReader("Whole", stored, LifetimeCard.open).connect().close()


def test_a_tear_inside_a_write_looks_like_a_pulled_card_and_the_card_lives_on() -> None:
    memory = Memory({"count": 0}, on_write=tear("after"))
    reader = VirtualReader("Virtual", LifetimeCard(memory))
    with reader.connect() as card, pytest.raises(CardGone):
        card.transmit(COUNT)
    with reader.connect() as card:
        assert card.transmit(COUNT)[0] == 2


def test_a_card_reset_by_another_program_is_gone_and_may_be_opened_again() -> None:
    reader = VirtualReader("Virtual", EchoCard())
    card = reader.connect()
    reader.reset()
    with pytest.raises(CardGone):
        card.transmit(COUNT)
    card.close()
    reader.connect().close()


def test_a_late_close_does_not_end_the_connection_of_the_next_card() -> None:
    reader = VirtualReader("Virtual", EchoCard())
    old = reader.connect()
    reader.insert(EchoCard())
    with reader.connect() as new:
        old.close()
        assert new.transmit(COUNT) == b"\x01\x90\x00"
        with pytest.raises(CardShared):
            reader.connect()


def test_the_readers_are_those_that_are_there_now() -> None:
    readers = [VirtualReader("One")]
    all_of_them = VirtualReaders(readers)
    readers.append(VirtualReader("Other"))
    assert [reader.name for reader in all_of_them.list()] == ["One", "Other"]
