"""Reading unlocks."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from anahtar_server.cards.models import Card
from anahtar_server.config import Limits
from anahtar_server.people.models import Holder
from anahtar_server.prepared import Prepared
from anahtar_server.unlock import rules
from anahtar_server.unlock.models import Consent, Grant, Unlock
from anahtar_wire.messages import Evidence, Standing, State
from anahtar_wire.problems import Problem, Refusal

_LIVE = Prepared(lambda card: Unlock.objects.filter(card=card, live=True).order_by("pk"))
_BY_KEY = Prepared(lambda unlock: Unlock.objects.select_related("card").filter(pk=unlock))
_HOLDERS_OWN = Prepared(
    lambda unlock, holder: Unlock.objects.filter(pk=unlock, holder=holder).select_related("card", "card__firm")
)
_UNSETTLED = Prepared(
    lambda card: Unlock.objects.filter(
        card=card, state__in=[state.value for state in rules.UNSETTLED_OUTCOME]
    ).order_by("-opened_at")[:1]
)
_CONSENTS = Prepared(
    lambda unlock: Consent.objects.filter(unlock=unlock).select_related("evidence_grant").order_by("-pk")[:1]
)
_GRANTS = Prepared(lambda unlock, purpose: Grant.objects.filter(unlock=unlock, purpose=purpose).order_by("-pk")[:1])


def live_for_card(card: Card) -> Unlock | None:
    """Return the card's live unlock, if there is one."""
    return _LIVE.first(card=card.pk)


def of_holder(holder: Holder) -> QuerySet[Unlock]:
    """Return the unlocks that `holder` opened, the newest first."""
    return Unlock.objects.filter(holder=holder).select_related("card", "card__firm").order_by("-opened_at")


def get(name: str, holder: Holder) -> Unlock:
    """Return a holder's unlock by its name; raises Refusal PAGE_NOT_FOUND, also for another person's."""
    try:
        found = _HOLDERS_OWN.first(unlock=uuid.UUID(hex=name), holder=holder.pk)
    except ValueError:
        found = None
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    found.holder = holder
    return found


def by_name(name: str) -> Unlock:
    """Return an unlock with its card by its name; raises Refusal UNLOCK_UNKNOWN."""
    try:
        found = _BY_KEY.first(unlock=uuid.UUID(hex=name))
    except ValueError:
        found = None
    if found is None:
        raise Refusal(Problem.UNLOCK_UNKNOWN)
    return found


def unsettled_of(card: Card) -> Unlock | None:
    """Return the card's unlock whose outcome nobody knows yet, the newest, if there is one."""
    return _UNSETTLED.first(card=card.pk)


def last_consent(unlock: Unlock) -> Consent:
    """Return the newest consent; raises Refusal UNLOCK_NOT_READY when none was recorded."""
    consent = _CONSENTS.first(unlock=unlock.pk)
    if consent is None:
        raise Refusal(Problem.UNLOCK_NOT_READY, state=unlock.state)
    return consent


def open_grant(unlock: Unlock, purpose: Grant.Purpose) -> Grant:
    """Return the newest grant of this purpose, used or not; raises Refusal UNLOCK_NOT_READY when none was given."""
    grant = _GRANTS.first(unlock=unlock.pk, purpose=purpose.value)
    if grant is None:
        raise Refusal(Problem.UNLOCK_NOT_READY, state=unlock.state)
    return grant


def with_card(unlock_id: uuid.UUID) -> Unlock:
    """Return an unlock with its card by its key; raises ObjectDoesNotExist."""
    return _BY_KEY.one(unlock=unlock_id)


def was_seen(unlock: Unlock) -> bool:
    """Tell whether the card has made a right settling statement since the newest consent of this unlock."""
    since = last_consent(unlock).evidence_grant_id
    return Grant.objects.filter(
        unlock=unlock, purpose=Grant.Purpose.SETTLE, pk__gt=since, used_at__isnull=False
    ).exists()


def standing(unlock: Unlock) -> Standing:
    """Return where an unlock stands, as the wire says it."""
    return Standing(
        unlock=unlock.name,
        state=unlock.now_in,
        evidence=Evidence(unlock.evidence) if unlock.evidence else None,
        pin=rules.pin_of(unlock.now_in),
    )


def due(limits: Limits, now: datetime) -> QuerySet[Unlock]:
    """Return the unlocks that time ends or doubts at `now`, as `rules.ends_at` and `acts.pass_time` would find them.

    Only these: looking at an unlock takes a lock, and the embedded database has one.
    """
    confirmed_until = now - timedelta(seconds=limits.consent_seconds)
    waiting = Q(state=State.OPENED.value, code_expires_at__lte=now)
    unconfirmed = Q(
        state__in=(State.CLAIMED.value, State.CONFIRMING.value),
        opened_at__lte=now - timedelta(seconds=limits.unlock_seconds),
    )
    confirmed = Q(
        state__in=(State.CONFIRMED.value, State.RELEASED.value, State.UNCERTAIN.value, State.NOT_DONE.value),
        closed=False,
        confirmed_at__lte=confirmed_until,
    )
    silent = Q(state=State.RELEASED.value, moved_at__lte=now - timedelta(seconds=limits.silence_seconds))
    return Unlock.objects.filter(waiting | unconfirmed | confirmed | silent)
