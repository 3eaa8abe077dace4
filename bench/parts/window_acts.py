"""Ten unlocks through the real window, by keys, against a real server; the card takes time for each command as plastic
does. Run as a process: python -m bench.parts.window_acts JSON, with `folder`, `port` of a stage and `unlocks`; prints
one JSON line an unlock: milliseconds from Onay to the success page, of server and card meanwhile, the longest time from
a card's last answer to its release, and the process's memory in MiB afterwards."""

from __future__ import annotations

import json
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.reader import Connection
from anahtar_card.virtual_reader import VirtualReader, VirtualReaders
from anahtar_desktop.client import HttpServer
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.settings import Settings, read_file
from bench.parts import machine
from bench.parts.caller import Caller
from bench.parts.desk import CountingCard
from bench.parts.outbox import Sqlite
from bench.parts.seat import Seat

PLASTIC = 0.03
"""Seconds that the card takes for each command."""
NEW_PIN = "482916"


@dataclass
class Clock:
    """Where an unlock's time goes."""

    waited: float = 0.0
    released: list[float] = field(default_factory=list)

    def during(self, act: Callable[[], Any]) -> Any:
        """Do something that waits for the server or the card."""
        began = time.perf_counter()
        try:
            return act()
        finally:
            self.waited += time.perf_counter() - began


class TimedConnection:
    """A connection whose commands are timed, and how long it stays open after the last of them."""

    def __init__(self, whole: Connection, clock: Clock) -> None:
        self._whole, self._clock = whole, clock
        self._last = time.perf_counter()

    @property
    def atr(self) -> bytes:
        """See Connection.atr."""
        return self._whole.atr

    def transmit(self, command: bytes) -> bytes:
        """See Connection.transmit."""
        answer: bytes = self._clock.during(lambda: self._whole.transmit(command))
        self._last = time.perf_counter()
        return answer

    def close(self) -> None:
        """See Connection.close."""
        self._clock.during(self._whole.close)
        self._clock.released.append(time.perf_counter() - self._last)

    def __enter__(self) -> Self:
        self._whole.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class TimedReader:
    """A reader whose connections are timed."""

    def __init__(self, whole: VirtualReader, clock: Clock) -> None:
        self._whole, self._clock = whole, clock
        self.name = whole.name

    def connect(self) -> TimedConnection:
        """See Reader.connect."""
        return TimedConnection(self._clock.during(self._whole.connect), self._clock)


class TimedServer(HttpServer):
    """The program's own way to the server, timed; remembers the unlock's name, by which the SMS is found."""

    clock: Clock
    unlock = ""

    def _call(self, *arguments: Any) -> Any:
        answer = self.clock.during(lambda: super(TimedServer, self)._call(*arguments))
        self.unlock = getattr(answer, "unlock", self.unlock)
        return answer


def main(order: dict[str, Any]) -> None:
    """Live the unlocks in one window, each with the next seat's card."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.path.append(str(Path(__file__).parents[2] / "desktop" / "tests"))
    folder = Path(order["folder"])
    seats = pickle.loads((folder / "seats").read_bytes())  # noqa: S301  # written by our own `prepare`
    codes = Sqlite(folder / "anahtar.sqlite3")
    caller = Caller(folder, codes)
    with tempfile.TemporaryDirectory() as journal:
        person = Person(read_file(folder / "eimza.toml"), codes, Path(journal))
        for number in range(order["unlocks"]):
            seat = seats[number % len(seats)]
            told = person.unlock(seat, caller._code(seat, *caller._open(seat)))
            print(json.dumps(told | {"memory": machine.proportional_memory(os.getpid())}), flush=True)


class Person:
    """Whoever sits before the window."""

    def __init__(self, settings: Settings, codes: Sqlite, journal: Path) -> None:
        import window_stage

        self._clock, self._codes = Clock(), codes
        self._server = TimedServer.of(settings)
        self._server.clock = self._clock
        self._reader = VirtualReader("Okuyucu")
        readers = VirtualReaders([TimedReader(self._reader, self._clock)])
        desk: Any = SimpleNamespace(readers=readers, journal=FileJournal(journal), server=self._server)
        self._pages, self._desk = window_stage, desk
        self._stage: Any = None

    def unlock(self, seat: Seat, code: str) -> dict[str, float]:
        """Live one unlock from the first page to the first page."""
        card = CountingCard(AkisCard.open(seat.memory))
        card.delay = PLASTIC
        self._reader.insert(card)
        stage = self._stage = self._stage or self._pages.Stage(self._desk)
        stage.start(self._pages.Wish.UNLOCK)
        stage.code(code)
        stage.duties()
        stage.new_pin(NEW_PIN, NEW_PIN)
        stage.method()
        stage.at(self._pages.ConfirmationPage)
        sms, self._clock.waited, self._clock.released = self._codes(seat, self._server.unlock), 0.0, []
        began = time.perf_counter()
        stage.confirm(sms)
        end = stage.end()
        whole, waited, released = time.perf_counter() - began, self._clock.waited, max(self._clock.released)
        if "başarılı" not in stage.text():
            raise RuntimeError("the unlock did not succeed")
        stage.enter(end.main_button)
        stage.at(self._pages.StartPage)
        stage.let_go()
        return {"whole": whole * 1000, "waited": waited * 1000, "released": released * 1000}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
