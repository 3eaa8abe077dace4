"""A card that is lost, dead or found again: what that does to its certificates."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards import acts as cards
from anahtar_server.cards.models import Card
from anahtar_server.certificates import lifecycle
from anahtar_server.certificates.acts import close, suspend
from anahtar_server.certificates.lifecycle import Event, State
from anahtar_server.certificates.models import Certificate
from anahtar_server.certificates.telling import tell_concerned
from anahtar_server.certificates.texts import News
from anahtar_wire.problems import Problem, Refusal


@transaction.atomic
def report_lost(*, card: Card, actor: str, now: datetime, asked_by: str = "") -> Card:
    """Mark a card as lost and suspend its certificates in the name of who asked; twice changes nothing.

    Raises Refusal CARD_DEAD, ACT_NOT_ALLOWED.
    """
    return _out_of_use(card, Card.Condition.LOST, News.CARD_LOST, actor, asked_by, now)


@transaction.atomic
def report_dead(*, card: Card, actor: str, now: datetime, asked_by: str = "") -> Card:
    """Mark a card as dead for good and suspend its certificates; twice changes nothing. Raises Refusal
    ACT_NOT_ALLOWED."""
    return _out_of_use(card, Card.Condition.DEAD, News.CARD_DEAD, actor, asked_by, now)


@transaction.atomic
def report_found(*, card: Card, actor: str, now: datetime, asked_by: str = "") -> Card:
    """Clear the mark "lost" (Kartımı buldum); the certificates stay suspended until somebody lifts them.

    Raises Refusal CARD_NOT_LOST, ACT_NOT_ALLOWED (only whoever may lift may find).
    """
    locked = Card.objects.select_for_update().get(pk=card.pk)
    lifecycle.refuse_stranger(Event.REVOKE, actor=actor, asked_by=asked_by or actor)
    if locked.condition != Card.Condition.LOST:
        raise Refusal(Problem.CARD_NOT_LOST)
    locked.condition = Card.Condition.IN_USE
    locked.save(update_fields=["condition"])
    record(actor=actor, act=Act.CARD_FOUND, subject=f"card:{card.pk}", now=now, asked_by=asked_by or actor)
    _tell(locked, News.CARD_FOUND, actor, now)
    return locked


@transaction.atomic
def suspend_all(*, card: Card, actor: str, now: datetime, asked_by: str = "", quietly: bool = False) -> int:
    """Suspend whatever of a card's certificates can be suspended and return how many: for "this was not me"."""
    Card.objects.select_for_update().get(pk=card.pk)
    suspended = 0
    for certificate in Certificate.objects.filter(card=card).order_by("pk"):
        if lifecycle.state_at(certificate.state, certificate.not_after, now) in (State.VALID, State.WAITING):
            suspend(certificate=certificate, actor=actor, asked_by=asked_by, now=now, quietly=quietly)
            suspended += 1
    return suspended


def _out_of_use(card: Card, condition: Card.Condition, news: News, actor: str, asked_by: str, now: datetime) -> Card:
    locked = Card.objects.select_for_update().get(pk=card.pk)
    lifecycle.refuse_stranger(Event.SUSPEND, actor=actor, asked_by=asked_by or actor)
    if locked.condition == condition:
        return locked
    if locked.condition == Card.Condition.DEAD:
        raise Refusal(Problem.CARD_DEAD)
    flag = cards.flag_lost if condition is Card.Condition.LOST else cards.flag_dead
    flag(card=locked, actor=actor, now=now)
    locked.condition = condition
    suspend_all(card=locked, actor=actor, asked_by=asked_by, now=now, quietly=True)
    _tell(locked, news, actor, now)
    close(locked, actor, now)
    return locked


def _tell(card: Card, news: News, actor: str, now: datetime) -> None:
    # The moment is part of the key: a card may be lost and found more than once.
    key = f"{news}:{card.pk}:{now.timestamp():.6f}"
    tell_concerned(card=card, news=news, key=key, about=f"card:{card.pk}", actor=actor, now=now)
