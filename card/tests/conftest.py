"""A PC/SC service of its own for each test process, and places to put virtual cards into."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anahtar_card.card_service import CardService
from anahtar_card.pcsc import PcscReader
from anahtar_card.virtual import VirtualCard
from anahtar_card.vpcd import VpcdBridge

sys.path.append(str(Path(__file__).parent))  # the contract beside us is imported by name

OLD_DRIVERS = "app default { card_drivers = old, internal; }\n"


def _opensc_knows_akis() -> bool:
    """Tell whether this system's OpenSC still holds its akis driver (0.23 does, 0.24 dropped it); raises
    FileNotFoundError where there is no OpenSC at all, for a missing part fails loudly."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as configuration:
        configuration.write(OLD_DRIVERS)
        configuration.flush()
        surroundings = os.environ | {"OPENSC_CONF": configuration.name}
        told = subprocess.run(["opensc-tool", "--list-drivers"], env=surroundings, capture_output=True, text=True)
    return "akis" in told.stdout


KNOWS_AKIS = _opensc_knows_akis()
collect_ignore = [] if KNOWS_AKIS else ["test_opensc_witness.py"]
"""The witness of the family needs that driver (docs/decisions/0011); every OpenSC is a stranger all the same."""


def pytest_report_header() -> list[str]:
    """Say aloud which witness there is."""
    return [] if KNOWS_AKIS else ["OpenSC has no akis driver here: test_opensc_witness.py runs on Debian 12 only"]


NOTICED_WITHIN = 5.0
REST = 0.9  # pcscd looks for cards every 0.4 s, and may miss one for good that comes sooner after another left


class Slots:
    """The readers of a private service, filled in turn: one that was just emptied rests, for pcscd sees late."""

    def __init__(self, service: CardService) -> None:
        self._ports = dict(zip(service.reader_names, service.ports, strict=True))
        self._inside: dict[str, VpcdBridge] = {}
        self._left: dict[str, float] = {}

    def put(self, card: VirtualCard, name: str | None = None) -> str:
        """Put a card into an empty reader (or the one named) and return the reader's name when PC/SC sees the card."""
        name = name or self.reserve()
        wait_until(lambda: time.monotonic() > self._left.get(name, 0.0) + REST)
        self._inside[name] = VpcdBridge(card, self._ports[name]).start()
        wait_until(PcscReader(name).has_card)
        return name

    def pull(self, name: str) -> None:
        """Pull the card; PC/SC sees it a little later."""
        try:
            self._inside.pop(name).stop()
        finally:
            self._left[name] = time.monotonic()

    def empty(self) -> None:
        """Pull all cards; raises what a card's own code raised."""
        with contextlib.ExitStack() as after:
            for name in list(self._inside):
                after.callback(self.pull, name)

    def reserve(self) -> str:
        """Return the name of the reader that is empty for the longest time."""
        name = next(name for name in self._ports if name not in self._inside)
        self._ports[name] = self._ports.pop(name)
        wait_until(lambda: not PcscReader(name).has_card())  # PC/SC may be late to see that the last card left
        return name


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + NOTICED_WITHIN
    while not condition():
        assert time.monotonic() < deadline, "PC/SC did not notice in time"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def card_service() -> Iterator[CardService]:
    """The running service; PCSCLITE_CSOCK_NAME points this process and its children at it."""
    folder = tempfile.mkdtemp(prefix="anahtar-pcsc-")  # pytest's own folders can be too long for a socket's path
    try:
        with CardService(folder, readers=4) as service:
            os.environ |= service.environment
            yield service
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def all_slots(card_service: CardService) -> Slots:
    return Slots(card_service)


@pytest.fixture
def slots(all_slots: Slots) -> Iterator[Slots]:
    """The service's readers, all empty again after the test."""
    yield all_slots
    all_slots.empty()


@pytest.fixture
def put_card(slots: Slots) -> Callable[[VirtualCard], str]:
    """`put_card(card)` puts a virtual card into a free reader until the test ends, and returns the reader's name."""
    return slots.put
