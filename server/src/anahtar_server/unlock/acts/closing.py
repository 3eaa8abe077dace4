"""What ends an unlock from outside: time, a cancel, a revocation or loss of its card."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from anahtar_server.audit.names import Act
from anahtar_server.cards.models import Card
from anahtar_server.config import Limits
from anahtar_server.points import Point, committing
from anahtar_server.unlock import queries, rules
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.rules import Event
from anahtar_wire.messages import State


@committing(Point.CANCEL_BEFORE_COMMIT, Point.CANCEL_AFTER_COMMIT)
def cancel(*, unlock_id: UUID, actor: str, now: datetime) -> Unlock:
    """Cancel an unlock; after RELEASED this ends further consent only, the outcome is still settled.

    Doing it twice is no error; raises Refusal UNLOCK_OVER when it has ended in another way.
    """
    unlock = locked(unlock_id)
    if unlock.now_in is not State.CANCELLED and not unlock.closed:
        move(unlock, Event.CANCEL, act=Act.UNLOCK_CLOSED, actor=actor, now=now)
    return unlock


def close_for_card(*, card: Card, actor: str, now: datetime) -> None:
    """End what is under way for a card that was revoked or lost; runs inside the transaction of that act, after it
    locked the card's row."""
    over = [state.value for state in rules.FINAL]
    for unlock_id in list(Unlock.objects.filter(card=card).exclude(state__in=over).values_list("pk", flat=True)):
        unlock = locked(unlock_id)
        if (unlock.now_in, Event.REVOKED) in rules.TABLE and not unlock.closed:
            move(unlock, Event.REVOKED, act=Act.UNLOCK_CLOSED, actor=actor, now=now)


@committing(Point.TIME_BEFORE_COMMIT, Point.TIME_AFTER_COMMIT)
def pass_time(*, unlock_id: UUID, limits: Limits, now: datetime) -> Unlock:
    """Let time act on one unlock: it expires, its consent closes, or a silent one becomes uncertain."""
    unlock = locked(unlock_id)
    silence = timedelta(seconds=limits.silence_seconds)
    if unlock.now_in is State.RELEASED and now - unlock.moved_at >= silence:
        move(unlock, Event.SILENCE, act=Act.UNLOCK_MOVED, actor="worker", now=now)
    ends = rules.ends_at(unlock.now_in, unlock.opened_at, unlock.code_expires_at, unlock.confirmed_at, limits)
    if now >= ends and (unlock.now_in, Event.TIME) in rules.TABLE and not unlock.closed:
        move(unlock, Event.TIME, act=Act.UNLOCK_CLOSED, actor="worker", now=now)
    return unlock


def sweep(*, limits: Limits, now: datetime) -> int:
    """Let time act on every unlock that is due and return how many were; safe to run at any moment.

    One that fails keeps no other waiting. Raises the last failure after all had their turn.
    """
    due, failure = list(queries.due(limits, now).values_list("pk", flat=True)), None
    for unlock_id in due:
        try:
            pass_time(unlock_id=unlock_id, limits=limits, now=now)
        except Exception as error:
            failure = error
    if failure is not None:
        raise failure
    return len(due)
