"""Moving the clock for one unlock: the times in the register are moved the other way, which looks the same inside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

_COLUMNS = {
    "code": ("unlock_unlock", "id", ("opened_at", "code_expires_at")),
    "confirmation": ("unlock_unlock", "id", ("confirmed_at",)),
    "question": ("confirmation_question", "about", ("expires_at",)),
    "sign-in": ("signin_signin", "id", ("authenticated_at",)),
}
"""What an hour that jumps concerns: table, key, times."""


def jump(database: Path, what: str, key: str, seconds: float) -> None:
    """Let the clock jump by `seconds` (back when negative) as far as one row is concerned."""
    table, by, columns = _COLUMNS[what]
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        found = connection.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {by} = ?", (key,)).fetchone()  # noqa: S608
        for column, value in zip(columns, found, strict=True):
            moved = datetime.fromisoformat(value) - timedelta(seconds=seconds)
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {by} = ?", (str(moved), key))  # noqa: S608
