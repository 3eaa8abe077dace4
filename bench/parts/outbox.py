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

_CODE = re.compile(r"\b\d{8}\b")
WITHIN = 10.0


def from_postgresql(host: str, name: str) -> str:
    """Return the code of the unlock `name` from the outbox, over this thread's own connection."""
    link = getattr(_mine, "link", None)
    if link is None:
        told = f"host={host} user=postgres dbname=postgres application_name={US}"
        link = _mine.link = psycopg.connect(told, autocommit=True)
    row = link.execute(
        "SELECT text FROM notices_outboxmessage WHERE key LIKE %s ORDER BY id DESC LIMIT 1", [f"confirmation:{name}:%"]
    ).fetchone()
    return _code(str(row[0]))


def from_sqlite(path: Path, name: str) -> str:
    """Return the code of the unlock `name` from the outbox."""
    link = getattr(_mine, "link", None)
    if link is None:
        link = _mine.link = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
    row = link.execute(
        "SELECT text FROM notices_outboxmessage WHERE key > ? AND key < ? ORDER BY id DESC LIMIT 1",
        [f"confirmation:{name}:", f"confirmation:{name};"],
    ).fetchone()
    return _code(str(row[0]))


_mine = threading.local()


def _code(text: str) -> str:
    found = _CODE.search(text)
    if found is None:
        raise LookupError("no code in the message")
    return found.group()
