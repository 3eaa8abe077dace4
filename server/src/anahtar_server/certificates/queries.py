"""Reading the register of certificates."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from anahtar_server.cards.models import Card
from anahtar_server.cards.queries import cards_for
from anahtar_server.certificates.lifecycle import Party
from anahtar_server.certificates.models import Certificate
from anahtar_server.people.models import Holder
from anahtar_server.prepared import Prepared
from anahtar_wire.problems import Problem, Refusal

_STATES = Prepared(lambda card: Certificate.objects.filter(card=card).values_list("state", flat=True).distinct())


def of_card(card: Card) -> QuerySet[Certificate]:
    """Return a card's certificates, the newest first."""
    return Certificate.objects.filter(card=card).order_by("-not_before", "serial")


def for_holder(holder: Holder, now: datetime) -> QuerySet[Certificate]:
    """Return the certificates on every card that `holder` may act on at `now`."""
    return (
        Certificate.objects.filter(card__in=cards_for(holder, now))
        .select_related("card", "card__firm")
        .order_by("-not_before", "serial")
    )


def all_revoked(card: Card) -> bool:
    """Tell whether the card has certificates and each of them is revoked: then no PIN is set on it any more."""
    return set(_STATES.all(card=card.pk)) == {Certificate.State.REVOKED.value}


def refuse_unusable(card: Card) -> None:
    """Raise Refusal CARD_LOST, CARD_DEAD or CERTIFICATE_REVOKED when no PIN may be set on this card any more."""
    if card.condition == Card.Condition.LOST:
        raise Refusal(Problem.CARD_LOST)
    if card.condition == Card.Condition.DEAD:
        raise Refusal(Problem.CARD_DEAD)
    if all_revoked(card):
        raise Refusal(Problem.CERTIFICATE_REVOKED)


def ready_to_open(now: datetime) -> QuerySet[Certificate]:
    """Return the renewals that wait for a certificate which has ended (or for none)."""
    ended = Q(renews=None) | Q(renews__not_after__lte=now) | Q(renews__state=Certificate.State.REVOKED)
    return Certificate.objects.filter(ended, state=Certificate.State.WAITING, not_after__gt=now).order_by("pk")


def can_be_lifted_by_holder(holder: Holder, now: datetime) -> QuerySet[Certificate]:
    """Return the suspended certificates that `holder` may lift: the holder's side suspended them, and
    their cards are in use."""
    return for_holder(holder, now).filter(
        state=Certificate.State.SUSPENDED,
        suspended_by=Party.HOLDER.value,
        not_after__gt=now,
        card__condition=Card.Condition.IN_USE,
    )


def by_serial(serial: str) -> Certificate:
    """Return a certificate by its serial number in hex; raises Refusal PAGE_NOT_FOUND."""
    found = Certificate.objects.filter(serial=serial.lower().lstrip("0")[:40]).select_related("card").first()
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    return found
