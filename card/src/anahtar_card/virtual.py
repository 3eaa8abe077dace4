"""What all virtual cards stand on: power, and a memory that forgets nothing and changes only as a whole.

A virtual card is a part of the product for practice, rehearsal and tests. None of it guards a real key: whoever reads
the card's file has the keys. Therefore a stored card opens only for someone who says that it is rehearsal.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, Self

from anahtar_card.errors import CardShared

Hook = Callable[[str], None]


class VirtualCard(Protocol):
    """A card in Python. A reader calls it from one thread at a time."""

    def power_on(self) -> bytes:
        """Return the answer to reset (ISO/IEC 7816-3 section 8), empty when mute; volatile state is clear."""
        ...

    def power_off(self) -> None:
        """Forget all volatile state; may be called twice."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Take one command APDU and return the response APDU; raises PowerLost when the test tears the card here."""
        ...


class PowerLost(Exception):
    """The card lost its power inside a command. A memory's hook raises it, a program sees CardGone."""


class RehearsalOnly(Exception):
    """A virtual card was asked for by something that does not say it is rehearsal."""


class Memory:
    """The non-volatile memory of a virtual card: names and values (JSON values and bytes, also inside lists and dicts).

    `begin` is what it holds at first. `on_write` is called with "before" and "after" around every write and may raise
    there: then the memory holds the old or the new values, never some of each. `writes` counts the writes done.
    """

    def __init__(self, begin: Mapping[str, Any] | None = None, on_write: Hook | None = None) -> None:
        self._values: dict[str, Any] = copy.deepcopy(dict(begin or {}))
        self._path: Path | None = None
        self.on_write = on_write
        self.writes = 0

    @classmethod
    def open(cls, path: Path | str, *, rehearsal: bool, on_write: Hook | None = None) -> Self:
        """Open the memory stored in a file, empty when there is no file yet; hold `locked_file` meanwhile.

        Raises RehearsalOnly unless `rehearsal`, OSError when the file cannot be read, ValueError when it is no memory.
        """
        if not rehearsal:
            raise RehearsalOnly
        path = Path(path)
        memory = cls(_load(path) if path.exists() else None, on_write)
        memory._path = path
        return memory

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def read(self, key: str) -> Any:
        """Return the value (a copy, so that nothing changes the memory but `write`); raises KeyError."""
        value = self._values[key]
        return copy.deepcopy(value) if isinstance(value, list | dict) else value

    def write(self, **changes: Any) -> None:
        """Change these values in one step: all of them or, when anything raises before the step, none.

        Raises TypeError for a value that cannot be stored, OSError from the file, and whatever the hook raises.
        """
        after = self._values | copy.deepcopy(changes)
        _pack(changes)
        self._tell("before")
        if self._path is not None:
            _store(self._path, after)
        self._values = after
        self.writes += 1
        self._tell("after")

    def _tell(self, when: str) -> None:
        if self.on_write is not None:
            self.on_write(when)


def tear(when: str, write: int = 1) -> Hook:
    """Return a hook that takes the card's power away once: "before" or "after" the `write`-th write from now."""
    count = 0

    def hook(moment: str) -> None:
        nonlocal count
        count += moment == when
        if moment == when and count == write:
            raise PowerLost

    return hook


@contextlib.contextmanager
def locked_file(path: Path | str) -> Iterator[None]:
    """Hold a stored card alone, across threads and processes, until the block ends; raises CardShared at once.

    The lock is on a file beside the card's own, for every write puts a new file in the card's place.
    """
    import fcntl  # POSIX only: whoever stores no cards may import this module elsewhere

    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CardShared from None
        yield
    finally:
        os.close(handle)


def _load(path: Path) -> dict[str, Any]:
    values = _unpack(json.loads(path.read_text(encoding="utf-8")))
    if not isinstance(values, dict):
        raise ValueError("not a virtual card's memory")
    return values


def _store(path: Path, values: dict[str, Any]) -> None:
    """Put a whole new file in the old one's place: a crash leaves one of the two."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(_pack(values), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else a power cut could bring the old name back
    finally:
        os.close(folder)


def _pack(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value) or set(value) == {"hex"}:
            raise TypeError("names in a card's memory are strings, and 'hex' alone marks bytes")
        return {key: _pack(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_pack(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"a card's memory holds no {type(value).__name__}")


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"hex"}:
            return bytes.fromhex(value["hex"])
        return {key: _unpack(item) for key, item in value.items()}
    return [_unpack(item) for item in value] if isinstance(value, list) else value
