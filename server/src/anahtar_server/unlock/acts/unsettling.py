"""Ending an outcome that nothing can prove, so that it keeps nobody waiting for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from anahtar_server.audit.names import Act
from anahtar_server.certificates.lifecycle import Party, party_of
from anahtar_server.config import Limits
from anahtar_server.prepared import Prepared
from anahtar_server.unlock import queries
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.acts.telling import tell_unsettled
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.rules import Event
from anahtar_wire.messages import Evidence, State
from anahtar_wire.problems import Problem, Refusal

_OPEN_OUTCOMES = Prepared(
    lambda card, but: Unlock.objects.filter(card=card, state=State.UNCERTAIN.value).exclude(pk=but).order_by("pk")
)


@transaction.atomic
def unsettle(*, unlock_id: UUID, actor: str, second: str, limits: Limits, now: datetime) -> Unlock:
    """End an outcome that nobody has proved for a long time; the holder is told.

    Raises Refusal ACT_NOT_ALLOWED (for anyone but operators), SECOND_PERSON_NEEDED, UNLOCK_NOT_READY (its outcome is
    not open, or not old enough yet).
    """
    if party_of(actor) is not Party.OPERATOR:
        raise Refusal(Problem.ACT_NOT_ALLOWED)
    if second == actor or not second or party_of(second) is not Party.OPERATOR:
        raise Refusal(Problem.SECOND_PERSON_NEEDED)
    unlock = locked(unlock_id)
    if unlock.released_at is None or now - unlock.released_at < timedelta(days=limits.unsettle_days):
        raise Refusal(Problem.UNLOCK_NOT_READY, state=unlock.state)
    _end(unlock, actor, now, second=second)
    return unlock


def unsettle_seen(*, but: Unlock, actor: str, now: datetime) -> None:
    """End the card's other open outcomes over which it has made a right statement since, one that proved nothing.

    That statement killed what was under way (the card's nonce and right are gone), and it cannot say more: where tries
    were left before, no later one can. Runs inside the transaction of the next consent, after it locked the card's row.
    """
    for other in _OPEN_OUTCOMES.all(card=but.card_id, but=but.pk):
        if queries.was_seen(other):
            _end(locked(other.pk), actor, now)


def _end(unlock: Unlock, actor: str, now: datetime, **facts: str) -> None:
    unlock.evidence = Evidence.G0.value
    move(unlock, Event.UNSETTLE, act=Act.UNLOCK_MOVED, actor=actor, now=now, **facts)
    tell_unsettled(unlock, now)
