"""Every reader we have keeps the same promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reader_contract import ReaderContract

from anahtar_card.fault_reader import FaultReader
from anahtar_card.pcsc import PcscReader
from anahtar_card.reader import Reader
from anahtar_card.virtual_reader import FileReader, VirtualReader


class VirtualPlace:
    def __init__(self) -> None:
        self._virtual = VirtualReader("Virtual")
        self.reader: Reader = self._virtual
        self.insert, self.remove = self._virtual.insert, self._virtual.remove


class FilePlace:
    """The file only marks that a card is there; what is stored in it is the families' affair."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "card"
        self.reader: Reader = FileReader("Stored", self._path, lambda path: self._card)

    def insert(self, card: Any) -> None:
        self._card = card
        self._path.touch()

    def remove(self) -> None:
        self._path.unlink()


class PcscPlace:
    def __init__(self, slots: Any) -> None:
        self._slots = slots
        self._name = slots.reserve()
        self.reader: Reader = PcscReader(self._name)

    def insert(self, card: Any) -> None:
        self._slots.put(card, self._name)

    def remove(self) -> None:
        self._slots.pull(self._name)


class TestVirtualReader(ReaderContract):
    @pytest.fixture
    def place(self) -> VirtualPlace:
        return VirtualPlace()


class TestFileReader(ReaderContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> FilePlace:
        return FilePlace(tmp_path)


class TestFaultReaderWithoutFaults(ReaderContract):
    @pytest.fixture
    def place(self) -> VirtualPlace:
        place = VirtualPlace()
        place.reader = FaultReader(place.reader)
        return place


class TestPcscReader(ReaderContract):
    @pytest.fixture
    def place(self, slots: Any) -> PcscPlace:
        return PcscPlace(slots)
