"""What one row of the chain is, in bytes: pure, so that a verifier without our server can be written from this page.

A row's hash is SHA-256 over the canonical JSON of its seven fields (sorted keys, no spaces, UTF-8). The first row's
`previous` is GENESIS; so no row can be changed, taken out, put in or moved without every later hash changing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

Fact = int | str | bool | None

GENESIS = sha256(b"anahtar audit chain, version 1").hexdigest()
"""What stands before the first row."""


def canonical(fields: Mapping[str, object]) -> str:
    """Return `fields` as JSON that has one spelling only: sorted keys, no spaces, characters as they are."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def facts_text(facts: Mapping[str, Fact]) -> str:
    """Return the facts of an act as canonical JSON; raises TypeError unless each is a number, text, truth or None."""
    for name, value in facts.items():
        if not isinstance(value, int | str | None):
            raise TypeError(f"the fact {name} is a {type(value).__name__}")
    return canonical(facts)


def moment(at: datetime) -> str:
    """Return a time in UTC with six digits of a second (ISO 8601); raises ValueError for a time without zone."""
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Row:
    """One act as the chain has it; `at` as `moment()` writes it, `facts` as `facts_text()` does."""

    sequence: int
    at: str
    actor: str
    act: str
    subject: str
    facts: str
    previous: str

    def hash(self) -> str:
        """Return the row's hash, 64 hex digits."""
        return sha256(canonical(vars(self)).encode()).hexdigest()
