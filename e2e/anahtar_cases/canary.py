"""Searching for secrets that must not be somewhere, in every form in which a careless program could leave them."""

from __future__ import annotations

import base64
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

_RUN = rb"[0-9A-Fa-f]"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")


def forms(digits: str) -> dict[str, bytes]:
    """Return the forms of a PIN or code of digits: as text, in hex, base64 at each alignment, BCD, BCD in hex."""
    text = digits.encode()
    packed = bytes.fromhex(digits.ljust(len(digits) + len(digits) % 2, "f"))
    return {
        "text": text,
        "wide text": digits.encode("utf-16-le"),
        "hex": text.hex().encode(),
        "HEX": text.hex().upper().encode(),
        **{f"base64+{skipped}": _base64(text, skipped) for skipped in range(3)},
        "BCD": packed,
        "BCD in base64": base64.b64encode(packed)[: len(packed) * 8 // 6],
    }


def _base64(text: bytes, skipped: int) -> bytes:
    """What base64 makes of the text wherever it begins, without the characters that its neighbours decide."""
    encoded = base64.b64encode(bytes(skipped) + text).rstrip(b"=")
    return encoded[-(-skipped * 8 // 6) : (skipped + len(text)) * 8 // 6]


@dataclass(frozen=True)
class Hit:
    """A secret was found: which (its number), in what form, where. `sure` unless it lies inside a longer run of digits,
    where chance puts eight given ones once in a while."""

    secret: int
    form: str
    place: str
    sure: bool


def hits(secrets: Iterable[str], data: bytes, place: str) -> Iterator[Hit]:
    """Search bytes for secrets made of digits."""
    for number, secret in enumerate(secrets):
        for form, wanted in forms(secret).items():
            for found in re.finditer(re.escape(wanted), data):
                yield Hit(number, form, place, _sure(form, data, found.start(), found.end()))


def _sure(form: str, data: bytes, start: int, end: int) -> bool:
    if form.startswith("BCD"):
        return False  # four bytes: chance finds them in any megabyte
    around = data[max(0, start - 1) : start] + data[end : end + 1]
    return not re.search(_RUN, around)


def leaked(found: Iterable[Hit]) -> list[Hit]:
    """Return the hits that are no chance: sure ones, and those of more than one secret in one place and form."""
    rows = list(found)
    secrets: dict[tuple[str, str], set[int]] = {}
    for hit in rows:
        secrets.setdefault((hit.form, hit.place), set()).add(hit.secret)
    return [hit for hit in rows if hit.sure or len(secrets[hit.form, hit.place]) > 1]


def files(folder: Path, *, but: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder with its bytes, but for some first parts of their paths."""
    left_out = set(but)
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] not in left_out:
            yield str(inside), path.read_bytes()


def cells(database: Path) -> Iterator[tuple[str, str]]:
    """Yield every value of a database as text, with `table.column`; what is packed inside a value follows unpacked."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608
                for column, value in zip(columns, row, strict=True):
                    for text in _texts(value):
                        yield f"{table}.{column}", text


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, bytes):
        yield value.decode("latin-1")
        yield value.hex()
    elif value is not None:
        yield str(value)
        yield from _unpacked(str(value))


def _unpacked(text: str) -> Iterator[str]:
    """What signed tokens and sessions hold: base64url, perhaps compressed."""
    for token in _TOKEN.findall(text):
        with suppress(ValueError):
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            yield raw.decode("latin-1")
            with suppress(zlib.error):
                yield zlib.decompress(raw).decode("latin-1")
