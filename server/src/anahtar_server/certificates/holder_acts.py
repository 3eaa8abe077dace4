"""What a signed-in holder (or a firm's representative) does with the own certificates and cards: Askıya Al, Askıdan
İndir, Sertifikamı İptal Et, Kartım Kayıp, Kartımı Buldum. What each act asks for stands in `lifecycle.NEEDS`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from anahtar_server.cards.models import Card
from anahtar_server.cards.queries import cards_for
from anahtar_server.certificates import acts, card_acts, lifecycle
from anahtar_server.certificates.lifecycle import Event, Reason
from anahtar_server.certificates.models import Certificate
from anahtar_server.certificates.queries import for_holder
from anahtar_server.config import SignIn as Freshness
from anahtar_server.people.agreement_rules import What
from anahtar_server.people.agreements import agreed, use
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import Level, is_fresh
from anahtar_wire.problems import Problem, Refusal


def suspend_own(*, serial: str, sign_in: SignIn, freshness: Freshness, now: datetime) -> Certificate:
    """Suspend one's own certificate; raises Refusal PAGE_NOT_FOUND (another's too), SIGN_IN_STALE, and as
    `acts.suspend`."""
    refuse_weak(Event.SUSPEND, sign_in=sign_in, confirmed_at=None, offered=Level.LOW, freshness=freshness, now=now)
    return acts.suspend(certificate=_own(serial, sign_in, now), actor=_actor(sign_in), now=now)


def lift_own(
    *,
    serial: str,
    sign_in: SignIn,
    confirmed_at: datetime | None,
    offered: Level,
    freshness: Freshness,
    now: datetime,
) -> Certificate:
    """Lift a suspension that one asked for oneself. `confirmed_at`: when a confirmation was given for this act;
    `offered`: the highest level that the provider offers to this holder without the card concerned.

    Raises Refusal PAGE_NOT_FOUND, SIGN_IN_STALE, CONFIRMATION_NOT_ASKED, and as `acts.lift`.
    """
    refuse_weak(Event.LIFT, sign_in=sign_in, confirmed_at=confirmed_at, offered=offered, freshness=freshness, now=now)
    return acts.lift(certificate=_own(serial, sign_in, now), actor=_actor(sign_in), now=now)


@transaction.atomic
def revoke_own(
    *,
    serial: str,
    sign_in: SignIn,
    confirmed_at: datetime | None,
    freshness: Freshness,
    now: datetime,
    reason: Reason = Reason.UNSPECIFIED,
) -> Certificate:
    """Revoke one's own certificate for ever; raises Refusal PAGE_NOT_FOUND, SIGN_IN_STALE, CONFIRMATION_NOT_ASKED,
    AGREEMENT_NEEDED where a firm's representatives must agree, and as `acts.revoke`."""
    refuse_weak(
        Event.REVOKE, sign_in=sign_in, confirmed_at=confirmed_at, offered=Level.LOW, freshness=freshness, now=now
    )
    certificate = _own(serial, sign_in, now)
    if certificate.card.firm is not None:
        about = f"certificate:{certificate.serial}"
        found = agreed(firm=certificate.card.firm, what=What.REVOKE, about=about, holder=sign_in.holder, now=now)
        if found is not None:
            use(agreement=found, now=now)
    return acts.revoke(certificate=certificate, actor=_actor(sign_in), now=now, reason=reason)


def lose_own_card(*, card_serial: str, sign_in: SignIn, freshness: Freshness, now: datetime) -> Card:
    """Report one's own card lost; asks what suspending asks. Raises Refusal PAGE_NOT_FOUND, SIGN_IN_STALE,
    CARD_DEAD."""
    refuse_weak(Event.SUSPEND, sign_in=sign_in, confirmed_at=None, offered=Level.LOW, freshness=freshness, now=now)
    return card_acts.report_lost(card=_own_card(card_serial, sign_in, now), actor=_actor(sign_in), now=now)


def find_own_card(
    *,
    card_serial: str,
    sign_in: SignIn,
    confirmed_at: datetime | None,
    offered: Level,
    freshness: Freshness,
    now: datetime,
) -> Card:
    """Kartımı buldum: clear the mark "lost"; asks what lifting asks. Raises Refusal PAGE_NOT_FOUND, SIGN_IN_STALE,
    CONFIRMATION_NOT_ASKED, CARD_NOT_LOST."""
    refuse_weak(Event.LIFT, sign_in=sign_in, confirmed_at=confirmed_at, offered=offered, freshness=freshness, now=now)
    return card_acts.report_found(card=_own_card(card_serial, sign_in, now), actor=_actor(sign_in), now=now)


def refuse_weak(
    event: Event,
    *,
    sign_in: SignIn,
    confirmed_at: datetime | None,
    offered: Level,
    freshness: Freshness,
    now: datetime,
) -> None:
    """Raise Refusal SIGN_IN_STALE or CONFIRMATION_NOT_ASKED when a sign-in shows less than an act asks."""
    needs = lifecycle.NEEDS[event]
    minutes = freshness.step_up_minutes if needs.step_up else freshness.fresh_minutes
    if sign_in.ended_at is not None or not is_fresh(sign_in.authenticated_at, now, minutes):
        raise Refusal(Problem.SIGN_IN_STALE, minutes=minutes)
    if needs.high_where_offered and offered is Level.HIGH and not Level(sign_in.level).satisfies(Level.HIGH):
        raise Refusal(Problem.SIGN_IN_STALE, minutes=minutes)
    recent = timedelta(minutes=freshness.step_up_minutes)
    if needs.confirmation and (confirmed_at is None or not now - recent <= confirmed_at <= now):
        raise Refusal(Problem.CONFIRMATION_NOT_ASKED)


def _actor(sign_in: SignIn) -> str:
    return f"holder:{sign_in.holder_id}"


def _own(serial: str, sign_in: SignIn, now: datetime) -> Certificate:
    found = for_holder(sign_in.holder, now).filter(serial=serial[:40]).first()
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    return found


def _own_card(serial: str, sign_in: SignIn, now: datetime) -> Card:
    found = cards_for(sign_in.holder, now).filter(serial=serial[:32]).first()
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    return found
