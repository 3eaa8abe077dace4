"""The program as a process that dies where it is told to: the true assistant, its ports passing everything on and
saying where they are. `python -m anahtar_faults.program` reads an order (JSON) and prints what came of it (JSON)."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from anahtar_card.fault_reader import CUT_AFTER, CUT_BEFORE, Fault, FaultReader
from anahtar_card.reader import Reader
from anahtar_card.record import replace
from anahtar_card.virtual_reader import VirtualReaders
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.client import HttpServer
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.ports import Instead
from anahtar_desktop.readers import readers_of
from anahtar_desktop.scripted import ScriptedView
from anahtar_desktop.settings import read_file
from anahtar_desktop.transport import Transport
from anahtar_wire import inbox
from anahtar_wire.problems import Problem, Refusal

EXTERNAL_AUTHENTICATE, RESET_RETRY_COUNTER = 0x82, 0x2C
SMS_WITHIN = 3.0


@dataclass(repr=False)
class Order:
    """What the program is to do. `cut` breaks the card's link "before" the cryptogram or "after" the reset; `silent`
    takes the network away with it; `die_at` is a place and its passing, `server.consent.before#1`."""

    folder: str
    portal: str
    code: str
    new_pin: str
    method: str
    web_password: str
    mobile: str
    cut: str = ""
    silent: bool = False
    die_at: str = ""


@dataclass
class Told:
    """How it ended: `pin` is what the program says is active, `places` are the passings it came by."""

    outcome: str = ""
    problem: str = ""
    pin: str = ""
    places: list[str] = field(default_factory=list)


class Way:
    """Counts the places that are passed, and dies at one of them."""

    def __init__(self, die_at: str) -> None:
        self.passed: list[str] = []
        self._die_at = die_at

    def at(self, place: str) -> None:
        """Pass a place."""
        named = f"{place}#{sum(one.partition('#')[0] == place for one in self.passed) + 1}"
        self.passed.append(named)
        if named == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


class Watched:
    """Any port: each call is a place before and a place after it."""

    def __init__(self, inner: object, name: str, way: Way) -> None:
        self._inner, self._name, self._way = inner, name, way

    def __getattr__(self, call: str) -> Any:
        value = getattr(self._inner, call)
        if not callable(value):
            return value

        def passed(*arguments: Any, **named: Any) -> Any:
            self._way.at(f"{self._name}.{call}.before")
            result = value(*arguments, **named)
            self._way.at(f"{self._name}.{call}.after")
            return result

        return passed


class Unreachable:
    """A server behind a network that breaks right after the consent came."""

    def __init__(self, inner: HttpServer) -> None:
        self._inner, self._gone = inner, False

    def __getattr__(self, call: str) -> Any:
        if self._gone and call != "address":
            raise Refusal(Problem.SERVER_GONE)
        self._gone = call == "consent"
        return getattr(self._inner, call)


class WatchedReader:
    """A reader whose commands are places: `card.2C.before`."""

    def __init__(self, inner: Reader, way: Way) -> None:
        self._inner, self._way = inner, way
        self.name = inner.name

    def connect(self) -> WatchedConnection:
        """Open the card."""
        return WatchedConnection(self._inner.connect(), self._way)


class WatchedConnection:
    """An open card in such a reader."""

    def __init__(self, inner: Any, way: Way) -> None:
        self._inner, self._way = inner, way
        self.atr = inner.atr

    def transmit(self, command: bytes) -> bytes:
        """Pass a command on."""
        self._way.at(f"card.{command[1]:02X}.before")
        answer: bytes = self._inner.transmit(command)
        self._way.at(f"card.{command[1]:02X}.after")
        return answer

    def close(self) -> None:
        """Let the card go."""
        self._inner.close()

    def __enter__(self) -> WatchedConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def readers(folder: Path, cut: str, way: Way) -> VirtualReaders:
    """Return the rehearsal's direct readers, breaking and watched as ordered."""
    whole = readers_of(read_file(folder / "eimza.toml")).list()
    return VirtualReaders([WatchedReader(FaultReader(reader, _plan(cut)), way) for reader in whole])


def _plan(cut: str) -> list[tuple[Callable[[bytes], bool], Fault]]:
    if cut == "before":
        return [(lambda head: head[1] == EXTERNAL_AUTHENTICATE, CUT_BEFORE)]
    return [(lambda head: head[1] == RESET_RETRY_COUNTER, CUT_AFTER)] if cut else []


def confirmation(order: Order) -> Callable[[], str | Instead]:
    """Return what reads the holder's telephone; only messages after now count. If none comes, a new one is wanted."""
    before = len(inbox.read(Path(order.folder) / "inbox"))

    def typed() -> str | Instead:
        deadline = time.monotonic() + SMS_WITHIN
        while time.monotonic() < deadline:
            codes = list(_codes(order, before))
            if codes:
                return codes[-1]
            time.sleep(0.02)
        return Instead.RESEND

    return typed if order.method == "sms" else lambda: order.web_password


def _codes(order: Order, before: int) -> Iterator[str]:
    for message in inbox.read(Path(order.folder) / "inbox")[before:]:
        found = re.search(r"\b\d{8}\b", message.text)
        if message.to == order.mobile and found:
            yield found.group()


def live(order: Order, typed: Callable[[], str | Instead] | None = None, transport: Transport | None = None) -> Told:
    """Run the unlock and return what the program says; `typed` reads the telephone in another way, `transport` takes
    the requests another way."""
    way, folder = Way(order.die_at), Path(order.folder)
    view = ScriptedView(
        code=order.code,
        new_pin=order.new_pin,
        method=order.method,
        confirmation=typed or confirmation(order),
        patience=12,
    )
    settings = replace(read_file(folder / "eimza.toml"), server=order.portal)
    server: Any = HttpServer.of(settings, transport=transport)
    if order.silent:
        server = Unreachable(server)
    journal: Any = Watched(FileJournal(folder / "journal"), "journal", way)
    ending = Assistant(view, Watched(server, "server", way), readers(folder, order.cut, way), journal).unlock()
    return Told(
        outcome=ending.outcome.name,
        problem=ending.problem.value if ending.problem else "",
        pin=ending.pin.value if ending.pin else "",
        places=way.passed,
    )


def main() -> None:
    """Live one order from the standard input."""
    print(json.dumps(asdict(live(Order(**json.load(sys.stdin))))))


if __name__ == "__main__":
    main()
