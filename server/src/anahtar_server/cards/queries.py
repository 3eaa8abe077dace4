"""Reading the register of cards."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from anahtar_server.cards.models import Card
from anahtar_server.people.models import Firm, Holder
from anahtar_server.people.queries import firm_keys_of, firms_of


def cards_of(holder: Holder) -> QuerySet[Card]:
    """Return the holder's own cards, the newest first."""
    return Card.objects.filter(holder=holder).order_by("-issued_at")


def cards_of_firm(firm: Firm) -> QuerySet[Card]:
    """Return a firm's seal cards, the newest first."""
    return Card.objects.filter(firm=firm).order_by("-issued_at")


def may_act_on(card: Card, holder: Holder, now: datetime) -> bool:
    """Tell whether `card` is one of `cards_for(holder, now)`; an own card is told without asking the database."""
    return card.holder_id == holder.pk or (
        card.firm_id is not None and firms_of(holder, now).filter(pk=card.firm_id).exists()
    )


def cards_for(holder: Holder, now: datetime) -> QuerySet[Card]:
    """Return every card on which `holder` may act at `now`: the own ones and those of the firms represented."""
    return Card.objects.filter(Q(holder=holder) | Q(firm__in=firm_keys_of(holder, now)))
