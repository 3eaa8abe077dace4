"""Every change in the register of cards."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.models import Card, LedgerEntry
from anahtar_server.people.models import Firm, Holder
from anahtar_server.prepared import Prepared, insert

_LAST_PROVED = Prepared(
    lambda card: LedgerEntry.objects.filter(card=card, what=LedgerEntry.What.PROVED.value).order_by("-pk")[:1]
)


@transaction.atomic
def register_card(
    *,
    serial: str,
    family: str,
    key_version: int,
    pin_reference: int,
    owner: Holder | Firm,
    actor: str,
    now: datetime,
) -> Card:
    """Add a personalised card; whose it is decides its kind: a person's NES card or a firm's seal."""
    of_firm = isinstance(owner, Firm)
    card = Card.objects.create(
        serial=serial,
        family=family,
        kind=Card.Kind.SEAL if of_firm else Card.Kind.NES,
        key_version=key_version,
        pin_reference=pin_reference,
        holder=owner if isinstance(owner, Holder) else None,
        firm=owner if isinstance(owner, Firm) else None,
        issued_at=now,
    )
    record(actor=actor, act=Act.CARD_ISSUED, subject=f"card:{card.pk}", now=now, family=family, kv=key_version)
    return card


@transaction.atomic
def flag_lost(*, card: Card, actor: str, now: datetime) -> None:
    """Mark a card as lost: no further consent is given for it."""
    _set_condition(card, Card.Condition.LOST, Act.CARD_LOST, actor, now)


@transaction.atomic
def flag_dead(*, card: Card, actor: str, now: datetime) -> None:
    """Mark a card as dead: it can only be replaced."""
    _set_condition(card, Card.Condition.DEAD, Act.CARD_DEAD, actor, now)


def _set_condition(card: Card, condition: Card.Condition, act: Act, actor: str, now: datetime) -> None:
    # The row is locked so that this and a consent for the same card come one after the other.
    locked = Card.objects.select_for_update().get(pk=card.pk)
    locked.condition = condition
    locked.save(update_fields=["condition"])
    record(actor=actor, act=act, subject=f"card:{card.pk}", now=now)


@transaction.atomic
def note_proved(*, card: Card, pin_tries: int, key_tries: int, now: datetime) -> None:
    """Keep what a card has proved about its tries; fewer tries of the authority's key than last time mean that it did
    not accept a cryptogram in between, which is kept too."""
    last = _LAST_PROVED.first(card=card.pk)
    if last is not None and last.key_tries is not None and key_tries < last.key_tries:
        insert(LedgerEntry(card=card, at=now, what=LedgerEntry.What.CRYPTOGRAM_FAILED.value))
    proved = LedgerEntry.What.PROVED.value
    insert(LedgerEntry(card=card, at=now, what=proved, pin_tries=pin_tries, key_tries=key_tries))
