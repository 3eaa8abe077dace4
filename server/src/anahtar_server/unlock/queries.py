"""Reading unlocks."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import QuerySet

from anahtar_server.cards.models import Card
from anahtar_server.people.models import Holder
from anahtar_server.unlock import rules
from anahtar_server.unlock.models import Consent, Grant, Unlock
from anahtar_wire.messages import Evidence, Standing
from anahtar_wire.problems import Problem, Refusal


def live_for_card(card: Card) -> Unlock | None:
    """Return the card's live unlock, if there is one."""
    return Unlock.objects.filter(card=card, live=True).first()


def of_holder(holder: Holder) -> QuerySet[Unlock]:
    """Return the unlocks that `holder` opened, the newest first."""
    return Unlock.objects.filter(holder=holder).select_related("card", "card__firm").order_by("-opened_at")


def get(name: str, holder: Holder) -> Unlock:
    """Return a holder's unlock by its name; raises Refusal PAGE_NOT_FOUND, also for another person's."""
    try:
        found = of_holder(holder).filter(pk=uuid.UUID(hex=name)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    return found


def by_name(name: str) -> Unlock:
    """Return an unlock by its name; raises Refusal UNLOCK_UNKNOWN."""
    try:
        found = Unlock.objects.filter(pk=uuid.UUID(hex=name)).select_related("card", "holder", "sign_in").first()
    except ValueError:
        found = None
    if found is None:
        raise Refusal(Problem.UNLOCK_UNKNOWN)
    return found


def unsettled_of(card: Card) -> Unlock | None:
    """Return the card's unlock whose outcome nobody knows yet, the newest, if there is one."""
    states = [state.value for state in rules.UNSETTLED_OUTCOME]
    return Unlock.objects.filter(card=card, state__in=states).order_by("-opened_at").first()


def last_consent(unlock: Unlock) -> Consent:
    """Return the newest consent; raises Refusal UNLOCK_NOT_READY when none was recorded."""
    consent = Consent.objects.filter(unlock=unlock).select_related("evidence_grant").order_by("-pk").first()
    if consent is None:
        raise Refusal(Problem.UNLOCK_NOT_READY, state=unlock.state)
    return consent


def open_grant(unlock: Unlock, purpose: Grant.Purpose) -> Grant:
    """Return the newest grant of this purpose, used or not; raises Refusal UNLOCK_NOT_READY when none was given."""
    grant = Grant.objects.filter(unlock=unlock, purpose=purpose).order_by("-pk").first()
    if grant is None:
        raise Refusal(Problem.UNLOCK_NOT_READY, state=unlock.state)
    return grant


def standing(unlock: Unlock) -> Standing:
    """Return where an unlock stands, as the wire says it."""
    return Standing(
        unlock=unlock.name,
        state=unlock.now_in,
        evidence=Evidence(unlock.evidence) if unlock.evidence else None,
        pin=rules.pin_of(unlock.now_in),
    )


def due(now: datetime) -> QuerySet[Unlock]:
    """Return the unlocks that time may end or doubt: live ones and open outcomes not closed yet."""
    states = [state.value for state in rules.BEFORE_RELEASE | rules.UNSETTLED_OUTCOME | {rules.S.NOT_DONE}]
    return Unlock.objects.filter(state__in=states, opened_at__lte=now).exclude(state="uncertain", closed=True)
