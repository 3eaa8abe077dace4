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
    "sign-in": ("signin_signin", "holder_id", ("authenticated_at",)),
    "web-password": ("confirmation_webpassword", "holder_id", ("set_at",)),
    "agreement": ("people_agreement", "id", ("asked_at", "ends_at")),
}
"""What an hour that jumps concerns: table, key, times."""


def jump(database: Path, what: str, key: str, seconds: float) -> None:
    """Let the clock jump by `seconds` (back when negative) as far as one row is concerned."""
    table, by, columns = _COLUMNS[what]
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        rows = connection.execute(f"SELECT id, {', '.join(columns)} FROM {table} WHERE {by} = ?", (key,)).fetchall()  # noqa: S608
        for row, *times in rows:
            for column, value in zip(columns, times, strict=True):
                moved = datetime.fromisoformat(value) - timedelta(seconds=seconds)
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (str(moved), row))  # noqa: S608
