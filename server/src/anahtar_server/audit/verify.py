"""Does an exported audit hold? Pure and alone: it needs neither our database nor Django, only `rules`.

An export has one JSON object a line: rows (linked or not yet) in their order, then the head, which says how long the
chain was and what its last hash was. A head kept elsewhere (a checkpoint) shows what was cut off since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from anahtar_server.audit.rules import GENESIS, Row

HEAD = "head"
_FIELDS = {"sequence": int, "at": str, "actor": str, "act": str, "subject": str, "facts": str, "previous": str}


class NotAnExport(Exception):
    """A line of the file is no row and no head; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is no line of an audit export")
        self.line = line


@dataclass(frozen=True)
class Head:
    """The end of a chain: `sequence` rows, the last one's `hash` (GENESIS when there is none)."""

    sequence: int
    hash: str


@dataclass
class Report:
    """What a verification found; each list holds sequence numbers, `notes` says in words what no number can."""

    rows: int = 0
    unlinked: int = 0
    altered: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    reordered: list[int] = field(default_factory=list)
    truncated: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found wrong; rows not linked yet are no fault (they are a second old at most)."""
        return not (self.altered or self.missing or self.reordered or self.truncated or self.notes)

    def lines(self) -> list[str]:
        """Return the report as text, a line each."""
        found = {
            "altered": self.altered,
            "missing": self.missing,
            "reordered": self.reordered,
            "truncated": self.truncated,
        }
        return [
            f"{self.rows} rows linked, {self.unlinked} not linked yet",
            *(f"{name}: {_ranges(numbers)}" for name, numbers in found.items() if numbers),
            *self.notes,
            "the audit holds" if self.holds else "THE AUDIT DOES NOT HOLD",
        ]


def verify(lines: Iterable[str], *, checkpoint: Head | None = None) -> Report:
    """Return what is wrong with an export; raises NotAnExport for a line that is none.

    `checkpoint` is an earlier head: the chain must still contain it.
    """
    rows, unlinked, head = _parse(lines)
    report = Report(rows=len(rows), unlinked=unlinked)
    _order(rows, report)
    _links(rows, report)
    if head is None:
        report.notes.append("the export has no head: its end may have been cut off")
    for end, name in ((head, "head"), (checkpoint, "checkpoint")):
        if end is not None:
            _reaches(rows, end, name, report)
    return report


def read_head(lines: Iterable[str]) -> Head:
    """Return the head of an export or of a file that holds nothing else; raises NotAnExport if there is none."""
    _, _, head = _parse(lines)
    if head is None:
        raise NotAnExport(0)
    return head


@dataclass(frozen=True)
class _Linked:
    row: Row
    hash: str


def _parse(lines: Iterable[str]) -> tuple[list[_Linked], int, Head | None]:
    rows: list[_Linked] = []
    unlinked, head = 0, None
    for number, line in enumerate(lines, 1):
        try:
            read = json.loads(line)
            if HEAD in read:
                head = Head(int(read[HEAD]["sequence"]), str(read[HEAD]["hash"]))
            elif read["sequence"] is None:
                unlinked += 1
            else:
                rows.append(_Linked(_row(read), str(read["hash"])))
        except (ValueError, TypeError, KeyError):
            raise NotAnExport(number) from None
    return rows, unlinked, head


def _row(read: dict[str, Any]) -> Row:
    for name, kind in _FIELDS.items():
        if type(read[name]) is not kind:
            raise TypeError(name)
    return Row(**{name: read[name] for name in _FIELDS})


def _numbers(rows: list[_Linked]) -> list[int]:
    return [linked.row.sequence for linked in rows]


def _order(rows: list[_Linked], report: Report) -> None:
    """Note numbers that do not rise by one: taken out, put in twice, or moved."""
    numbers = _numbers(rows)
    for before, after in zip([0, *numbers], numbers, strict=False):
        if after <= before:
            report.reordered.append(after)
    report.missing.extend(sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers)))


def _links(rows: list[_Linked], report: Report) -> None:
    """Note rows whose own hash is wrong, or that do not hang on the row before them."""
    hashes = {linked.row.sequence: linked.hash for linked in rows} | {0: GENESIS}
    for linked in rows:
        before = hashes.get(linked.row.sequence - 1)
        if linked.row.hash() != linked.hash or (before is not None and before != linked.row.previous):
            report.altered.append(linked.row.sequence)


def _reaches(rows: list[_Linked], end: Head, name: str, report: Report) -> None:
    last = max(_numbers(rows), default=0)
    if last < end.sequence:
        report.truncated.extend(range(last + 1, end.sequence + 1))
        return
    hashes = {linked.row.sequence: linked.hash for linked in rows} | {0: GENESIS}
    if hashes.get(end.sequence, end.hash) != end.hash:
        report.notes.append(f"the {name} at row {end.sequence} is not of this chain")


def _ranges(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:20])
    return shown + (f" and {len(numbers) - 20} more" if len(numbers) > 20 else "")
