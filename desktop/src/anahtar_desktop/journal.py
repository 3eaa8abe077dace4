"""The journal: a file of JSON lines that says, durably and beforehand, what is about to happen to a card.

Lines: `{"about-to": {…}}`, `{"learned": name, "pin": …}`, `{"settled": name, "how": …}`. No PIN and no code is in it.
A half-written line, from a power cut, is skipped; every record begins on a line of its own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from anahtar_card.family import PinState
from anahtar_card.record import as_dict, replace
from anahtar_desktop.ports import Act, ActivePin, Entry
from anahtar_wire.problems import Problem, Refusal

FILE = "journal.jsonl"


def default_folder(environment: Mapping[str, str], system: str = os.name) -> Path:
    """Return the user's own folder for state: XDG Base Directory Specification, section 3; on Windows LOCALAPPDATA."""
    if system == "nt" and environment.get("LOCALAPPDATA"):
        return Path(environment["LOCALAPPDATA"]) / "eimza"
    state = environment.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return base / "eimza"


class FileJournal:
    """The journal in a folder that is the user's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE

    def ready(self) -> None:
        """See that entries can be written, by writing an empty line; raises Refusal JOURNAL_UNWRITABLE."""
        self._append(b"\n")

    def about_to(self, entry: Entry) -> None:
        """Write an entry; it is on disk when this returns. Raises Refusal JOURNAL_UNWRITABLE."""
        self._append(_line({"about-to": as_dict(entry)}))

    def learned(self, entry: Entry, pin: ActivePin) -> None:
        """Note which PIN is active."""
        self._note({"learned": entry.name, "pin": pin.value})

    def settled(self, entry: Entry, how: str) -> None:
        """Close an entry."""
        self._note({"settled": entry.name, "how": how})

    def open_entries(self) -> list[Entry]:
        """Return the entries that are not closed, oldest first; a file that cannot be read holds none."""
        entries: dict[str, Entry] = {}
        for record in self._records():
            with contextlib.suppress(KeyError, TypeError, ValueError):  # a line that is none of ours
                _apply(record, entries)
        return list(entries.values())

    def _records(self) -> Iterator[dict[str, Any]]:
        try:
            lines = self._path.read_bytes().split(b"\n")
        except OSError:
            return
        for line in lines:
            import json

            with contextlib.suppress(ValueError):
                record = json.loads(line)
                if isinstance(record, dict):
                    yield record

    def _note(self, record: dict[str, str]) -> None:
        try:
            self._append(_line(record))
        except Refusal:
            import logging

            logging.getLogger(__name__).warning("journal: an entry could not be closed and will be looked at again")

    def _append(self, data: bytes) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.write(handle, data) != len(data):  # a full disk may take a part
                    raise OSError
                os.fsync(handle)
            finally:
                os.close(handle)
            _sync_folder(self._folder)
        except OSError:
            raise Refusal(Problem.JOURNAL_UNWRITABLE) from None


def _line(record: dict[str, Any]) -> bytes:
    import json

    # The line end stands before as well: what follows a half-written line must not be lost with it.
    return b"\n" + json.dumps(record, separators=(",", ":")).encode() + b"\n"


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and NTFS journals their entries
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _apply(record: dict[str, Any], entries: dict[str, Entry]) -> None:
    if "about-to" in record:
        entry = _entry(record["about-to"])
        entries[entry.name] = entry
    elif "learned" in record:
        entries[record["learned"]] = replace(entries[record["learned"]], learned=ActivePin(record["pin"]))
    elif "settled" in record:
        del entries[record["settled"]]


def _entry(raw: dict[str, Any]) -> Entry:
    if not all(isinstance(raw[key], str) for key in ("name", "card", "at")):
        raise TypeError
    known = {**raw, "act": Act(raw["act"]), "pin_before": PinState(raw["pin_before"]), "learned": None}
    return Entry(**known)
