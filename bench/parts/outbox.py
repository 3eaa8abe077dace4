"""Where the bench reads the SMS code that a holder would get: in the outbox, or in the inbox that the worker fills."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from pathlib import Path

import psycopg

from anahtar_wire import inbox
from bench.parts.postgres import US
from bench.parts.seat import Seat

_CODE = re.compile(r"\b\d{8}\b")
WITHIN = 10.0


class Postgresql:
    """Reads the outbox's table over a connection for each thread."""

    def __init__(self, host: str) -> None:
        self._told = f"host={host} user=postgres dbname=postgres application_name={US}"
        self._mine = threading.local()

    def __call__(self, seat: Seat, name: str) -> str:
        """Return the code that went out for the unlock `name`."""
        if not hasattr(self._mine, "link"):
            self._mine.link = psycopg.connect(self._told, autocommit=True)
        ask = "SELECT text FROM notices_outboxmessage WHERE key LIKE %s ORDER BY id DESC LIMIT 1"
        return _code(str(self._mine.link.execute(ask, [f"confirmation:{name}:%"]).fetchone()[0]))


class Sqlite:
    """Reads the outbox's table over a connection for each thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mine = threading.local()

    def __call__(self, seat: Seat, name: str) -> str:
        """Return the code that went out for the unlock `name`."""
        if not hasattr(self._mine, "link"):
            self._mine.link = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=20)
        ask = "SELECT text FROM notices_outboxmessage WHERE key > ? AND key < ? ORDER BY id DESC LIMIT 1"
        return _code(self._mine.link.execute(ask, [f"confirmation:{name}:", f"confirmation:{name};"]).fetchone()[0])


class Inbox:
    """Waits for the SMS that the worker sends; one thread reads the inbox as it grows."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / inbox.FILE
        self._codes: dict[str, str] = {}
        self._came = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def __call__(self, seat: Seat, name: str) -> str:
        """Return the code that came to the seat's holder, who has one unlock at a time; raises TimeoutError."""
        with self._came:
            if not self._came.wait_for(lambda: seat.mobile in self._codes, WITHIN):
                raise TimeoutError("no SMS came")
            return self._codes.pop(seat.mobile)

    def _read(self) -> None:
        while not self._path.exists():
            time.sleep(0.01)
        with self._path.open("rb") as lines:
            rest = b""
            while True:
                rest += lines.read()
                *whole, rest = rest.split(b"\n")
                self._take(whole)
                time.sleep(0.005)

    def _take(self, lines: list[bytes]) -> None:
        came = [inbox.InboxMessage.model_validate_json(line) for line in lines]
        with self._came:
            self._codes.update({one.to: _code(one.text) for one in came if _CODE.search(one.text)})
            self._came.notify_all()


def _code(text: str) -> str:
    found = _CODE.search(text)
    if found is None:
        raise LookupError("no code in the message")
    return found.group()
