"""The one place where an unlock's row changes its state."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Subquery

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.models import Card
from anahtar_server.prepared import Prepared, rewrite
from anahtar_server.unlock import rules
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.rules import Event

_CARD_OF = Prepared(
    lambda unlock: Card.objects.select_for_update().filter(
        pk=Subquery(Unlock.objects.filter(pk=unlock).values("card_id"))
    )
)
_WITH_HOLDER = Prepared(
    lambda unlock: Unlock.objects.select_for_update(of=("self",)).select_related("holder").filter(pk=unlock)
)


def locked(unlock_id: UUID) -> Unlock:
    """Return an unlock with its card's row and its own locked, always in this order, until the transaction ends.

    Whoever revokes or flags the card locks the card's row first as well, so one of two comes before the other.
    """
    card = _CARD_OF.one(unlock=unlock_id)
    unlock = _WITH_HOLDER.one(unlock=unlock_id)
    unlock.card = card
    return unlock


def move(
    unlock: Unlock, event: Event, *, act: Act, actor: str, now: datetime, **facts: int | str | bool | None
) -> None:
    """Apply an event to a locked unlock and record the act beside it; raises Refusal as `rules.move` does."""
    before = unlock.now_in
    led = rules.move(before, event)
    unlock.state = led.to.value
    unlock.closed = unlock.closed or led.closes
    unlock.live = rules.is_live(led.to, unlock.closed)
    unlock.moved_at = now
    rewrite(unlock)
    record(
        actor=actor,
        act=act,
        subject=f"unlock:{unlock.name}",
        now=now,
        event=event.value,
        before=before.value,
        after=led.to.value,
        closed=unlock.closed,
        **facts,
    )
