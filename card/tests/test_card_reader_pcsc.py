"""Real PC/SC: a private pcscd with virtual readers. What the contract of readers does not tell."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reader_contract import ECHO, ECHO_ATR, EchoCard

from anahtar_card import pcsc
from anahtar_card.card_service import CardService
from anahtar_card.errors import CardGone, CardShared, NoCard, NoReader, NoReaderService
from anahtar_card.pcsc import PcscReader, PcscReaders
from anahtar_card.pinpad import has_pad
from anahtar_card.virtual import VirtualCard
from anahtar_card.vpcd import VpcdBridge

PutCard = Callable[[VirtualCard], str]


def test_all_readers_are_listed_with_and_without_a_card(card_service: CardService, put_card: PutCard) -> None:
    name = put_card(EchoCard())
    assert [reader.name for reader in PcscReaders().list()] == card_service.reader_names
    assert PcscReader(name).has_card()


def test_another_program_sees_the_card(card_service: CardService, put_card: PutCard) -> None:
    name = put_card(EchoCard())
    seen = subprocess.run(["opensc-tool", "--reader", name, "--atr"], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == ECHO_ATR.hex(":")


def test_a_command_takes_no_longer_than_the_wire(put_card: PutCard) -> None:
    took = []
    with PcscReader(put_card(EchoCard())).connect() as card:
        for _ in range(30):
            began = time.perf_counter()
            card.transmit(ECHO + bytes([200]) + bytes(200))
            took.append((time.perf_counter() - began) * 1000)
    print(f"a command through PC/SC: median {statistics.median(took):.2f} ms, mean {statistics.mean(took):.2f} ms")
    assert statistics.median(took) < 40  # 44 ms is what the missing quick ACK costs


@pytest.mark.usefixtures("card_service")
def test_a_reader_that_is_not_there_is_told_from_an_empty_one() -> None:
    with pytest.raises(NoReader):
        PcscReader("Unplugged 00 00").connect()
    with pytest.raises(NoReader):
        PcscReader("Unplugged 00 00").has_card()


def test_what_is_refused_leaks_no_connection_to_the_service(slots: Any) -> None:
    refusals = {slots.put(EchoCard()): CardShared, slots.reserve(): NoCard, "Unplugged 00 00": NoReader}
    with PcscReader(next(iter(refusals))).connect():
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(10):
            for name, refusal in refusals.items():
                with pytest.raises(refusal):
                    PcscReader(name).connect()
            PcscReaders().list()
        assert len(os.listdir("/proc/self/fd")) == before


def test_a_service_that_restarts_is_survived(card_service: CardService, slots: Any) -> None:
    name = slots.put(EchoCard())
    card = PcscReader(name).connect()
    card_service.restart()
    with pytest.raises((NoReaderService, CardGone)):
        card.transmit(ECHO)
    with pytest.raises(CardGone):
        card.transmit(ECHO)
    card.close()
    slots.pull(name)
    assert [reader.name for reader in PcscReaders().list()] == card_service.reader_names
    with PcscReader(slots.put(EchoCard())).connect() as again:
        assert again.transmit(ECHO) == ECHO + b"\x90\x00"


def test_a_reader_without_keys_of_its_own_says_so_and_its_card_stays_open(slots: Any) -> None:
    with PcscReader(slots.put(EchoCard())).connect() as card:
        assert not has_pad(card)
        assert card.transmit(ECHO) == ECHO + b"\x90\x00"
        card.close()
        with pytest.raises(CardGone):
            card.control(1, b"")


def test_without_a_service_nothing_can_be_asked(tmp_path: Path) -> None:
    question = "from anahtar_card.pcsc import PcscReaders\nPcscReaders().list()"
    asked = subprocess.run(
        [sys.executable, "-c", question],
        env=os.environ | {"PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "NoReaderService" in asked.stderr


def test_without_pyscard_there_is_no_reader_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, pcsc.RAW_LAYER, None)
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    with pytest.raises(NoReaderService, match="pyscard"):
        PcscReaders().list()
    with pytest.raises(NoReaderService, match="pyscard"):
        PcscReader("Any").connect()


@pytest.mark.parametrize("before", ["", "import smartcard.scard", "pcsc.find_spec = lambda name: None"])
def test_the_raw_layer_works_alone_beside_its_package_and_through_it(card_service: CardService, before: str) -> None:
    question = (
        f"from anahtar_card import pcsc\n{before}\nprint([one.name for one in pcsc.PcscReaders().list()])\n"
        "from smartcard.System import readers\nprint([one.name for one in readers()])"
    )
    around = {**os.environ, **card_service.environment}
    asked = subprocess.run([sys.executable, "-c", question], env=around, capture_output=True, text=True, check=True)
    assert asked.stdout.splitlines() == [repr(card_service.reader_names)] * 2


def test_a_folder_holds_one_service(card_service: CardService) -> None:
    folder = Path(card_service.environment["PCSCLITE_CSOCK_NAME"]).parent
    with pytest.raises(NoReaderService, match="another"):
        CardService(folder).start()
    assert PcscReaders().list()


def test_a_service_that_could_not_work_is_refused_before_it_starts(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too long"):
        CardService(tmp_path / ("x" * 100))
    with pytest.raises(ValueError, match="16"):
        CardService("short", readers=17)


def test_a_service_ends_with_the_program_that_started_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("s")
    program = (
        "import sys, time\nfrom anahtar_card.card_service import CardService\n"
        "service = CardService(sys.argv[1]).start()\nprint(service._process.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        pcscd = Path("/proc") / started.stdout.readline().strip()
        assert (pcscd / "comm").read_text() == "pcscd\n"
        started.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while _runs(pcscd):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(process: Path) -> bool:
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except OSError:
        return False


class BrokenCard(EchoCard):
    def transmit(self, command: bytes) -> bytes:
        raise ZeroDivisionError


def test_a_card_whose_code_breaks_says_so_when_it_is_pulled(slots: Any) -> None:
    name = slots.put(BrokenCard())
    with PcscReader(name).connect() as card, pytest.raises(CardGone):
        card.transmit(ECHO)
    with pytest.raises(ZeroDivisionError):
        slots.pull(name)


def test_a_card_needs_somebody_who_listens() -> None:
    with pytest.raises(OSError):
        VpcdBridge(EchoCard(), 1)
