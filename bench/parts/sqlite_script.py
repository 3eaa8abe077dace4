"""The peer on SQLite: one bare process that runs the statements of whole unlocks, with the same durability as ours.

Run as a process: python -m bench.parts.sqlite_script DATABASE STATEMENTS SECONDS; prints how many unlocks it ran and
how long it took. One writer alone is the fastest that SQLite knows: more callers would only wait for each other.
"""

from __future__ import annotations

import itertools
import json
import secrets
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

CACHED = 400
"""Prepared statements kept, more than an unlock has."""


def main() -> None:
    """Run unlocks until the time is over."""
    database, statements, seconds = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), float(sys.argv[3])
    link = sqlite3.connect(database, timeout=20, isolation_level=None, cached_statements=CACHED)
    link.execute("PRAGMA journal_mode=WAL")
    link.execute("PRAGMA synchronous=FULL")
    done, began = 0, time.monotonic()
    for unlock in itertools.cycle(statements):
        if time.monotonic() - began >= seconds:
            break
        _run(link, unlock)
        done += 1
    print(json.dumps([done, time.monotonic() - began]))


def _run(link: sqlite3.Connection, unlock: list[Any]) -> None:
    nonce = secrets.token_hex(16)
    values = {"\0name": secrets.token_hex(16), "\0nonce": nonce, "\0code": nonce[:4].upper()}
    for text, parameters, returns in unlock:
        found = link.execute(text, [_value(kind, pieces, values) for kind, pieces in parameters]).fetchall()
        if returns:
            values["\0" + returns] = str(found[0][0])


def _value(kind: str, pieces: list[str], values: dict[str, str]) -> bytes | str | int:
    text = "".join([values.get(piece, piece) for piece in pieces])
    if kind == "blob":
        return bytes.fromhex(text)
    return int(text) if kind == "number" else text


if __name__ == "__main__":
    main()
