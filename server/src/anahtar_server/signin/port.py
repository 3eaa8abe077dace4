"""What the portal needs of whoever says who a person is. Joining another provider is one adapter beside `oidc.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol, Self

from anahtar_server.signin.rules import Asked, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What must be remembered, in the browser's own session, between leaving for the provider and coming back."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    begun_at: datetime
    asked: Asked

    def stored(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        age = self.asked.max_age
        return {
            "state": self.state,
            "nonce": self.nonce,
            "verifier": self.verifier,
            "begun_at": self.begun_at.isoformat(),
            "level": self.asked.level,
            "again": self.asked.again,
            "max_age": None if age is None else int(age.total_seconds()),
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `stored` kept."""
        asked = Asked(
            level=Level(stored["level"]) if stored["level"] else None,
            again=stored["again"],
            max_age=None if stored["max_age"] is None else timedelta(seconds=stored["max_age"]),
        )
        return cls(
            state=stored["state"],
            nonce=stored["nonce"],
            verifier=stored["verifier"],
            begun_at=datetime.fromisoformat(stored["begun_at"]),
            asked=asked,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is, how surely and since when. It prints nothing about the person."""

    tckn: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    issuer: str
    method: str
    level: Level
    authenticated_at: datetime
    assertion: str = field(repr=False)
    nonce: str = field(repr=False)


class Provider(Protocol):
    """Says who a person is, by sending the browser away and getting it back."""

    def begin(self, asked: Asked, *, now: datetime, language: str = "tr") -> tuple[str, Kept]:
        """Return the address to send the browser to, and what to keep; raises AnswerWrong if nobody is there.

        `language` is that of the page which the person comes from.
        """

    def finish(self, params: Mapping[str, str], kept: Kept, *, now: datetime) -> Identity:
        """Return who came back with `params`; raises AnswerWrong with the check that failed."""
