"""What the gate remembers in a browser's session: who signed in here, and which requests wait for a sign-in."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from anahtar_gate.provider.rules import SESSION_LIFE

_SIGNED_IN = "signed_in"
_WAITING = "waiting"
# Tabs of one browser that may wait at once; the oldest makes room.
MOST_WAITING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A finished sign-in. ``method`` is a key of the registry, ``sid`` names this session to clients."""

    person_id: uuid.UUID
    method: str
    auth_time: datetime
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An authorization request that waits; ``step_id`` is set once the first step of the method is done."""

    ref: str
    parameters: dict[str, str]
    step_id: uuid.UUID | None


def signed_in(session: SessionBase) -> SignedIn | None:
    """The sign-in of this browser, or None; its age is the caller's to judge."""
    kept: dict[str, Any] | None = session.get(_SIGNED_IN)
    if kept is None:
        return None
    return SignedIn(
        person_id=uuid.UUID(kept["person_id"]),
        method=kept["method"],
        auth_time=datetime.fromtimestamp(kept["auth_time"], tz=UTC),
        sid=kept["sid"],
    )


def begin(session: SessionBase, *, person_id: uuid.UUID, method: str, now: datetime) -> SignedIn:
    """Remember a finished sign-in under a new session key, so that none set before it can be used (fixation)."""
    fresh = SignedIn(
        person_id=person_id, method=method, auth_time=now.replace(microsecond=0), sid=secrets.token_urlsafe(24)
    )
    session.cycle_key()
    session[_SIGNED_IN] = {
        "person_id": str(person_id),
        "method": method,
        "auth_time": int(fresh.auth_time.timestamp()),
        "sid": fresh.sid,
    }
    return fresh


def end(session: SessionBase) -> None:
    """Forget everything of this browser."""
    session.flush()


def wait(session: SessionBase, parameters: dict[str, str], *, now: datetime) -> str:
    """Keep an authorization request until somebody has signed in; returns its reference."""
    ref = secrets.token_urlsafe(16)
    kept = {**session.get(_WAITING, {}), ref: {"parameters": parameters, "since": now.timestamp(), "step": None}}
    session[_WAITING] = dict(sorted(kept.items(), key=lambda item: item[1]["since"])[-MOST_WAITING:])
    return ref


def waiting(session: SessionBase, ref: str, *, now: datetime) -> Waiting | None:
    """The request of that reference, in this browser, not older than 15 minutes; else None."""
    kept = session.get(_WAITING, {}).get(ref)
    if kept is None or now.timestamp() - kept["since"] >= SESSION_LIFE.total_seconds():
        return None
    step = kept["step"]
    return Waiting(ref=ref, parameters=kept["parameters"], step_id=uuid.UUID(step) if step else None)


def set_step(session: SessionBase, ref: str, step_id: uuid.UUID | None) -> None:
    """Remember how far the sign-in of a waiting request has come."""
    kept = session[_WAITING]
    kept[ref]["step"] = str(step_id) if step_id else None
    session[_WAITING] = kept


def drop(session: SessionBase, ref: str) -> None:
    """Forget a waiting request."""
    kept = session.get(_WAITING, {})
    kept.pop(ref, None)
    session[_WAITING] = kept
