"""The life of an unlock as one table; everything else asks `move()`. Pure: no framework, no clock, no chance."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from anahtar_server.config import Limits
from anahtar_server.confirmation.rules import SKEW
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal


class Event(StrEnum):
    """What can happen to an unlock."""

    CODE_RIGHT = "code-right"
    CODE_SPENT = "code-spent"
    CONFIRMATION_ASKED = "confirmation-asked"
    CONFIRMATION_RIGHT = "confirmation-right"
    CONFIRMATION_SPENT = "confirmation-spent"
    PROOF_SPENT = "proof-spent"
    CONSENT_GIVEN = "consent-given"
    TIME = "time"
    CANCEL = "cancel"
    REVOKED = "revoked"
    SILENCE = "silence"
    HAPPENED = "happened"
    NOT_HAPPENED = "not-happened"
    UNSETTLE = "unsettle"


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads; `closes` ends all further consent while the outcome is still settled."""

    to: State
    closes: bool = False


S, E = State, Event

TABLE: dict[tuple[State, Event], Move] = {
    (S.OPENED, E.CODE_RIGHT): Move(S.CLAIMED),  # bound to one program's key pair
    (S.OPENED, E.CODE_SPENT): Move(S.REFUSED),
    (S.CLAIMED, E.CONFIRMATION_ASKED): Move(S.CONFIRMING),
    (S.CONFIRMING, E.CONFIRMATION_ASKED): Move(S.CONFIRMING),  # a new SMS code; the tries go on counting
    (S.CONFIRMING, E.CONFIRMATION_RIGHT): Move(S.CONFIRMED),
    (S.CONFIRMING, E.CONFIRMATION_SPENT): Move(S.REFUSED),
    (S.CONFIRMED, E.PROOF_SPENT): Move(S.REFUSED),
    (S.CONFIRMED, E.CONSENT_GIVEN): Move(S.RELEASED),  # from here on the card may change, whether or not we hear of it
    (S.RELEASED, E.CONSENT_GIVEN): Move(S.RELEASED),
    (S.NOT_DONE, E.CONSENT_GIVEN): Move(S.RELEASED),
    (S.RELEASED, E.SILENCE): Move(S.UNCERTAIN),  # also a claimed failure, a closed program, a restart
    (S.RELEASED, E.HAPPENED): Move(S.DONE),
    (S.UNCERTAIN, E.HAPPENED): Move(S.DONE),
    (S.RELEASED, E.NOT_HAPPENED): Move(S.NOT_DONE),
    (S.UNCERTAIN, E.NOT_HAPPENED): Move(S.NOT_DONE),
    (S.UNCERTAIN, E.UNSETTLE): Move(S.UNSETTLED),
    **{
        (state, event): Move(to)
        for state in (S.OPENED, S.CLAIMED, S.CONFIRMING, S.CONFIRMED)
        for event, to in ((E.TIME, S.EXPIRED), (E.CANCEL, S.CANCELLED), (E.REVOKED, S.REFUSED))
    },
    **{
        (state, event): Move(state, closes=True)
        for state in (S.RELEASED, S.UNCERTAIN, S.NOT_DONE)
        for event in (E.TIME, E.CANCEL, E.REVOKED)
    },
}

EVERYONES = frozenset({E.CODE_RIGHT, E.CODE_SPENT, E.TIME, E.CANCEL, E.REVOKED, E.SILENCE})
"""The events that any process may write; all others are the key service's (on PostgreSQL, by right: see `grants`)."""
FINAL = frozenset({S.DONE, S.REFUSED, S.EXPIRED, S.CANCELLED, S.UNSETTLED})
BEFORE_RELEASE = frozenset({S.OPENED, S.CLAIMED, S.CONFIRMING, S.CONFIRMED})
UNSETTLED_OUTCOME = frozenset({S.RELEASED, S.UNCERTAIN})
"""The states in which nobody knows yet whether the card changed."""


def move(state: State, event: Event) -> Move:
    """Return where `event` leads from `state`; raises Refusal UNLOCK_OVER from an end, UNLOCK_NOT_READY otherwise."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise Refusal(Problem.UNLOCK_OVER if state in FINAL else Problem.UNLOCK_NOT_READY, state=state.value) from None


def is_live(state: State, closed: bool) -> bool:
    """Tell whether an unlock keeps a second one of the same card from opening; UNCERTAIN never blocks the holder."""
    return state in BEFORE_RELEASE or state is S.RELEASED or (state is S.NOT_DONE and not closed)


def pin_of(state: State) -> Literal["new", "old", "unknown"]:
    """Return which PIN is active on the card as far as this unlock proves it."""
    if state is S.DONE:
        return "new"
    return "unknown" if state in (S.RELEASED, S.UNCERTAIN, S.UNSETTLED) else "old"


def code_mac(key: bytes, reference: str, secret: str) -> bytes:
    """Return the HMAC-SHA-256 under which a verification code's secret is kept, bound to its unlock's reference."""
    return hmac.digest(key, f"verification-code\0{reference}\0{secret}".encode(), "sha256")


def ends_at(
    state: State, opened: datetime, code_ends: datetime, confirmed: datetime | None, limits: Limits
) -> datetime:
    """Return when time ends an unlock in this state (a confirmation counts for 5 minutes, consent repeated or not)."""
    if state is S.OPENED:
        return code_ends
    if confirmed is not None:
        return confirmed + timedelta(seconds=limits.consent_seconds)
    return opened + timedelta(seconds=limits.unlock_seconds)


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """All that the guard of a consent looks at, read inside the transaction that records it.

    `nonces` are the card nonces already used by this unlock; `repeated` says that this one is among them. The tries of
    the authority's key are the card's proven ones.
    """

    state: State
    closed: bool
    confirmed_at: datetime | None
    card_lost: bool
    card_dead: bool
    revoked: bool
    other_unsettled: bool
    nonces: int
    repeated: bool
    nonce_seen_elsewhere: bool
    key_tries: int
    failed_cryptogram_at: datetime | None


def refuse_consent(facts: ConsentFacts, limits: Limits, now: datetime) -> None:
    """The guard G of every consent, a repeated one too: returns if it may be given, raises Refusal with the reason."""
    if facts.state is S.UNCERTAIN or facts.other_unsettled:
        raise Refusal(Problem.SETTLE_FIRST)
    move(facts.state, E.CONSENT_GIVEN)
    if facts.closed:
        raise Refusal(Problem.UNLOCK_OVER, state=facts.state.value)
    late = timedelta(seconds=limits.consent_seconds)
    if facts.confirmed_at is None or not -SKEW <= now - facts.confirmed_at < late:
        raise Refusal(Problem.CONSENT_LATE)
    if facts.revoked:
        raise Refusal(Problem.CERTIFICATE_REVOKED)
    if facts.card_dead or facts.card_lost:
        raise Refusal(Problem.CARD_DEAD if facts.card_dead else Problem.CARD_LOST)
    if facts.nonce_seen_elsewhere:
        raise Refusal(Problem.CARD_PROOF_WRONG)
    if not facts.repeated and facts.nonces >= limits.consents:
        raise Refusal(Problem.CONSENT_SPENT)
    _refuse_risky_cryptogram(facts, limits, now)


def _refuse_risky_cryptogram(facts: ConsentFacts, limits: Limits, now: datetime) -> None:
    """A wrong cryptogram uses up the card's tries for the authority, so none is made where few are left."""
    if facts.key_tries < limits.key_tries_needed:
        raise Refusal(Problem.CARD_TO_THE_DESK)
    wait = timedelta(hours=limits.failed_cryptogram_hours)
    if facts.failed_cryptogram_at is not None and now - facts.failed_cryptogram_at < wait:
        raise Refusal(Problem.CARD_TO_THE_DESK)


class Proven(StrEnum):
    """What the card's statement over a fresh nonce says about an unclear outcome."""

    HAPPENED = "happened"
    NOT_HAPPENED = "not-happened"
    NOTHING = "nothing"


def settle_by_tries(tries_before: int, tries_now: int, tries_full: int) -> Proven:
    """Settle by the PIN's tries as the card proves them: none before the consent and all of them now can only be the
    reset; none before and none now leaves the card as locked as it was. Anything else proves nothing."""
    if tries_before == 0 and tries_now == tries_full:
        return Proven.HAPPENED
    if tries_before == 0 and tries_now == 0:
        return Proven.NOT_HAPPENED
    return Proven.NOTHING


def program_name(public_key: bytes) -> str:
    """Return a program's plain identifier for the audit: the head of its key's SHA-256."""
    return "program:" + sha256(public_key).hexdigest()[:16]
