"""The life of a certificate as one table, and who may do what, as data; pure. The docs are drawn from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from anahtar_wire.problems import Problem, Refusal


class State(StrEnum):
    """The states; EXPIRED follows from the date and is never stored."""

    WAITING = "waiting"  # suspended at birth: a renewal, until the old one ends
    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Event(StrEnum):
    """What can happen to a certificate."""

    ISSUE = "issue"
    ISSUE_WAITING = "issue-waiting"
    OPEN = "open"
    SUSPEND = "suspend"
    LIFT = "lift"
    LIFT_TO_WAIT = "lift-to-wait"  # the holder lifts, but the old certificate has not ended yet
    REVOKE = "revoke"
    EXPIRE = "expire"


S, E = State, Event

TABLE: dict[tuple[State | None, Event], State] = {
    (None, E.ISSUE): S.VALID,
    (None, E.ISSUE_WAITING): S.WAITING,
    (S.WAITING, E.OPEN): S.VALID,
    (S.WAITING, E.SUSPEND): S.SUSPENDED,
    (S.WAITING, E.REVOKE): S.REVOKED,
    (S.WAITING, E.EXPIRE): S.EXPIRED,
    (S.VALID, E.SUSPEND): S.SUSPENDED,
    (S.VALID, E.REVOKE): S.REVOKED,
    (S.VALID, E.EXPIRE): S.EXPIRED,
    (S.SUSPENDED, E.LIFT): S.VALID,
    (S.SUSPENDED, E.LIFT_TO_WAIT): S.WAITING,
    (S.SUSPENDED, E.REVOKE): S.REVOKED,
    (S.SUSPENDED, E.EXPIRE): S.EXPIRED,
}
"""(state, event) → state. Nothing leaves REVOKED and EXPIRED."""

ON_HOLD = frozenset({S.WAITING, S.SUSPENDED})
"""What relying parties see as certificateHold."""
FINAL = frozenset({S.REVOKED, S.EXPIRED})

_REFUSED: dict[tuple[State, Event], Problem] = {
    (S.VALID, E.LIFT): Problem.CERTIFICATE_NOT_SUSPENDED,
    (S.WAITING, E.LIFT): Problem.CERTIFICATE_WAITING,
    (S.SUSPENDED, E.SUSPEND): Problem.CERTIFICATE_SUSPENDED,
}


def move(state: State | None, event: Event) -> State:
    """Return the state after `event`; raises Refusal with the reason when the table has no such step."""
    after = TABLE.get((state, event))
    if after is not None:
        return after
    if state is S.REVOKED:
        raise Refusal(Problem.CERTIFICATE_REVOKED)
    if state is S.EXPIRED:
        raise Refusal(Problem.CERTIFICATE_EXPIRED)
    raise Refusal(_REFUSED.get((state or S.VALID, event), Problem.CERTIFICATE_NOT_SUSPENDED))


def state_at(stored: str, not_after: datetime, now: datetime) -> State:
    """Return the state at `now`: what is stored, or EXPIRED after the end; what was revoked stays so."""
    state = State(stored)
    return S.EXPIRED if state is not S.REVOKED and now >= not_after else state


class Reason(IntEnum):
    """Why, as CRLReason has it (RFC 5280 section 5.3.1); a value is never written as 0 but left out."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6
    REMOVE_FROM_CRL = 8
    PRIVILEGE_WITHDRAWN = 9


FOR_EVER = frozenset(Reason) - {Reason.CERTIFICATE_HOLD, Reason.REMOVE_FROM_CRL}
"""The reasons that a revocation may have."""


class Party(StrEnum):
    """Who asks or performs: the first word of an actor's identifier."""

    HOLDER = "holder"  # also a firm's representative
    OPERATOR = "operator"
    OFFICER = "officer"  # of the institution (kurum e-imza yetkilisi), for its own staff
    CALL_CENTRE = "callcentre"
    AUTHORITY = "authority"  # what the system does by itself


_WORDS = {one.value: one for one in Party} | {
    word: Party.AUTHORITY for word in ("worker", "publisher", "rehearsal", "key-service", "portal", "office")
}


def party_of(actor: str) -> Party:
    """Return the party of an actor such as `operator:demo`; raises Refusal ACT_NOT_ALLOWED for an unknown word."""
    party = _WORDS.get(actor.partition(":")[0])
    if party is None:
        raise Refusal(Problem.ACT_NOT_ALLOWED)
    return party


@dataclass(frozen=True, slots=True)
class May:
    """One permission: `performs` may do `event` when one of `asked_by` asked; a lifting, of what `of` suspended."""

    event: Event
    performs: Party
    asked_by: frozenset[Party]
    of: frozenset[Party] = frozenset(Party)
    two_persons: bool = False


def _only(*parties: Party) -> frozenset[Party]:
    return frozenset(parties)


P = Party
MAY: tuple[May, ...] = (
    May(E.ISSUE, P.OPERATOR, _only(P.OPERATOR)),
    May(E.ISSUE, P.AUTHORITY, _only(P.AUTHORITY)),
    May(E.SUSPEND, P.HOLDER, _only(P.HOLDER)),
    May(E.SUSPEND, P.CALL_CENTRE, _only(P.HOLDER)),
    May(E.SUSPEND, P.OFFICER, _only(P.OFFICER, P.HOLDER)),
    May(E.SUSPEND, P.OPERATOR, frozenset(P)),
    May(E.SUSPEND, P.AUTHORITY, _only(P.HOLDER, P.AUTHORITY)),
    May(E.LIFT, P.HOLDER, _only(P.HOLDER), of=_only(P.HOLDER)),
    May(E.LIFT, P.OPERATOR, frozenset(P), two_persons=True),
    May(E.REVOKE, P.HOLDER, _only(P.HOLDER)),
    May(E.REVOKE, P.OPERATOR, frozenset(P)),
    May(E.REVOKE, P.AUTHORITY, _only(P.AUTHORITY)),
    May(E.OPEN, P.AUTHORITY, _only(P.AUTHORITY)),
)
"""Who may: everyone may stop, few may start again, nobody may undo a revocation."""


def refuse_stranger(event: Event, *, actor: str, asked_by: str, second: str = "", suspended_by: str = "") -> None:
    """Raise Refusal unless the table allows it: ACT_NOT_ALLOWED, SUSPENDED_BY_OTHER (not the holder's to lift),
    SECOND_PERSON_NEEDED (none, the same person again, or one of another party)."""
    asked, performs = party_of(asked_by), party_of(actor)
    rows = [may for may in MAY if may.event is event and may.performs is performs and asked in may.asked_by]
    if not rows:
        raise Refusal(Problem.ACT_NOT_ALLOWED)
    fitting = [may for may in rows if not suspended_by or Party(suspended_by) in may.of]
    if not fitting:
        raise Refusal(Problem.SUSPENDED_BY_OTHER)
    if all(may.two_persons for may in fitting) and (not second or second == actor or party_of(second) is not performs):
        raise Refusal(Problem.SECOND_PERSON_NEEDED)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a holder shows for an act: a fresh sign-in (`step_up`: within the shorter time), a confirmation, and level
    high where the provider offers it. The suspended card is never what it takes: a confirmation comes by telephone or
    web password."""

    step_up: bool
    confirmation: bool
    high_where_offered: bool


NEEDS: dict[Event, Needs] = {
    E.SUSPEND: Needs(step_up=False, confirmation=False, high_where_offered=False),
    E.REVOKE: Needs(step_up=True, confirmation=True, high_where_offered=False),
    E.LIFT: Needs(step_up=True, confirmation=True, high_where_offered=True),
}
"""Suspending asks the least, lifting the most."""
