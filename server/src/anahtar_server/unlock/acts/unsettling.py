"""Ending an outcome that nothing can prove, so that it keeps nobody waiting for ever."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anahtar_server.audit.names import Act
from anahtar_server.unlock import queries
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.acts.telling import tell_unsettled
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.rules import Event
from anahtar_wire.messages import Evidence, State


@transaction.atomic
def unsettle(*, unlock_id: UUID, actor: str, now: datetime) -> Unlock:
    """End an outcome that nobody can prove any more (two operators, after the setting's days); the holder is told."""
    unlock = locked(unlock_id)
    _end(unlock, actor, now)
    return unlock


def unsettle_seen(*, but: Unlock, actor: str, now: datetime) -> None:
    """End the card's other open outcomes over which it has made a right statement since, one that proved nothing.

    That statement killed what was under way (the card's nonce and right are gone), and it cannot say more: where tries
    were left before, no later one can. Runs inside the transaction of the next consent, after it locked the card's row.
    """
    others = Unlock.objects.filter(card=but.card, state=State.UNCERTAIN.value).exclude(pk=but.pk)
    for other in others.order_by("pk"):
        if queries.was_seen(other):
            _end(locked(other.pk), actor, now)


def _end(unlock: Unlock, actor: str, now: datetime) -> None:
    unlock.evidence = Evidence.G0.value
    move(unlock, Event.UNSETTLE, act=Act.UNLOCK_MOVED, actor=actor, now=now)
    tell_unsettled(unlock, now)
