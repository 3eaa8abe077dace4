"""The findings of Sistem Kontrolü as a person reads them, and as a report that is read before it is sent."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anahtar_card.family import PinState
from anahtar_desktop import RELEASE
from anahtar_desktop.doctor import Finding, Grade
from anahtar_desktop.doctor_texts import Found, found
from anahtar_desktop.plainly import plain
from anahtar_desktop.texts import Text, say

VERSION = 1
SIGNS = {Grade.GOOD: "✓", Grade.NOTE: "•", Grade.BAD: "✗"}
STATES = {
    PinState.ACTIVE: Text.PIN_IN_USE,
    PinState.LOCKED: Text.PIN_LOCKED,
    PinState.NONE_YET: Text.PIN_NONE_YET,
    PinState.CARD_DEAD: Text.PIN_DEAD,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in words: what is so, and the one thing to do (empty: nothing)."""

    grade: Grade
    said: str
    fix: str


def in_words(findings: Sequence[Finding], language: str) -> list[Line]:
    """Return the findings in `language`."""
    return [_line(finding, language) for finding in findings]


def _line(finding: Finding, language: str) -> Line:
    facts = {name: plain(value) for name, value in finding.facts.items()}
    if finding.what is Found.CARD_AWAKE:
        facts["state"] = say(STATES[PinState(str(finding.facts["state"]))], language)
    said, fix = found(finding.what, language, **facts)
    return Line(finding.grade, said, fix)


def as_text(findings: Sequence[Finding], language: str) -> str:
    """Return the whole report as text."""
    head = f"{say(Text.PROGRAM, language)} {RELEASE} · {platform.system()} {platform.release()} · Python "
    lines = [head + platform.python_version(), ""]
    for one in in_words(findings, language):
        lines.append(f"{SIGNS[one.grade]} {one.said}")
        if one.fix:
            lines.append(f"    → {one.fix}")
    return "\n".join(lines) + "\n"


def as_json(findings: Sequence[Finding]) -> str:
    """Return `{"version", "release", "system", "findings": [{"finding", "grade", "facts"}]}`."""
    document = {
        "version": VERSION,
        "release": RELEASE,
        "system": f"{platform.system()} {platform.release()}",
        "findings": [{"finding": one.what, "grade": one.grade, "facts": one.facts} for one in findings],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def save(path: Path, findings: Sequence[Finding], language: str) -> None:
    """Write the report to a file that only its owner reads; raises OSError."""
    path.touch(mode=0o600)
    path.write_text(as_text(findings, language), encoding="utf-8")
