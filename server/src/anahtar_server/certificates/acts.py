"""Every change in the life of a certificate. The card's row is locked first, so that an act and a consent for the same
card come one after the other; who may do what stands in `lifecycle.MAY`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.models import Card
from anahtar_server.certificates import lifecycle
from anahtar_server.certificates.closing import on_closed
from anahtar_server.certificates.crl.entries import entry
from anahtar_server.certificates.feed import withdraw_answers
from anahtar_server.certificates.issuing import has_ended
from anahtar_server.certificates.lifecycle import Event, Party, Reason, State
from anahtar_server.certificates.models import Certificate, Change
from anahtar_server.certificates.queries import all_revoked, ready_to_open
from anahtar_server.certificates.telling import tell_concerned
from anahtar_server.certificates.texts import News
from anahtar_wire.problems import Problem, Refusal

_AUDIT = {
    Event.SUSPEND: Act.CERTIFICATE_SUSPENDED,
    Event.LIFT: Act.CERTIFICATE_LIFTED,
    Event.LIFT_TO_WAIT: Act.CERTIFICATE_LIFTED,
    Event.OPEN: Act.CERTIFICATE_OPENED,
    Event.REVOKE: Act.CERTIFICATE_REVOKED,
}
_NEWS = {
    Event.SUSPEND: News.SUSPENDED,
    Event.LIFT: News.LIFTED,
    Event.LIFT_TO_WAIT: News.LIFTED,
    Event.OPEN: News.OPENED,
    Event.REVOKE: News.REVOKED,
}


@transaction.atomic
def suspend(
    *, certificate: Certificate, actor: str, now: datetime, asked_by: str = "", quietly: bool = False
) -> Certificate:
    """Suspend a certificate (certificateHold); who asked (by default the actor) decides who may have it lifted.

    `quietly` leaves the telling to the caller. Raises Refusal CERTIFICATE_SUSPENDED, _REVOKED, _EXPIRED,
    ACT_NOT_ALLOWED.
    """
    card, current = _locked(certificate)
    lifecycle.refuse_stranger(Event.SUSPEND, actor=actor, asked_by=asked_by or actor)
    current.suspended_by = lifecycle.party_of(asked_by or actor).value
    change = _step(current, Event.SUSPEND, Reason.CERTIFICATE_HOLD, actor, asked_by, "", now)
    if not quietly:
        _tell(card, current, change, actor, now)
    return current


@transaction.atomic
def lift(*, certificate: Certificate, actor: str, now: datetime, asked_by: str = "", second: str = "") -> Certificate:
    """Lift a suspension; an operator needs a second one. A renewal whose old certificate lives goes back to waiting.

    Raises Refusal CERTIFICATE_NOT_SUSPENDED, _WAITING, _REVOKED, _EXPIRED, CARD_LOST, CARD_DEAD, ACT_NOT_ALLOWED,
    SUSPENDED_BY_OTHER, SECOND_PERSON_NEEDED.
    """
    card, current = _locked(certificate)
    lifecycle.move(_state(current, now), Event.LIFT)
    refuse_lost(card)
    lifecycle.refuse_stranger(
        Event.LIFT, actor=actor, asked_by=asked_by or actor, second=second, suspended_by=current.suspended_by
    )
    waits = current.renews is not None and not has_ended(current.renews, now)
    current.suspended_by = ""
    event, reason = (Event.LIFT_TO_WAIT, Reason.CERTIFICATE_HOLD) if waits else (Event.LIFT, None)
    change = _step(current, event, reason, actor, asked_by, second, now)
    _tell(card, current, change, actor, now)
    return current


@transaction.atomic
def revoke(
    *,
    certificate: Certificate,
    actor: str,
    now: datetime,
    asked_by: str = "",
    reason: Reason = Reason.UNSPECIFIED,
) -> Certificate:
    """Revoke a certificate for ever, at this moment and never earlier; the last of a card closes the card's unlocks.

    Raises Refusal CERTIFICATE_REVOKED, CERTIFICATE_EXPIRED, ACT_NOT_ALLOWED, ValueError for a reason that is not final.
    """
    if reason not in lifecycle.FOR_EVER:
        raise ValueError("a revocation has no such reason")
    card, current = _locked(certificate)
    lifecycle.refuse_stranger(Event.REVOKE, actor=actor, asked_by=asked_by or actor)
    current.suspended_by = ""
    change = _step(current, Event.REVOKE, reason, actor, asked_by, "", now)
    _tell(card, current, change, actor, now)
    if all_revoked(card):
        close(card, actor, now)
    return current


@transaction.atomic
def open_renewal(*, certificate: Certificate, actor: str, now: datetime) -> Certificate:
    """Open a renewal whose old certificate has ended; raises Refusal CERTIFICATE_WAITING before, and as `suspend`."""
    card, current = _locked(certificate)
    lifecycle.refuse_stranger(Event.OPEN, actor=actor, asked_by=actor)
    if current.renews is not None and not has_ended(current.renews, now):
        raise Refusal(Problem.CERTIFICATE_WAITING)
    change = _step(current, Event.OPEN, None, actor, "", "", now)
    _tell(card, current, change, actor, now)
    return current


def open_due(now: datetime, *, actor: str = "worker") -> int:
    """Open every renewal whose old certificate has ended and return how many; safe to run at any moment."""
    opened = 0
    for certificate in list(ready_to_open(now)[:500]):
        try:
            open_renewal(certificate=certificate, actor=actor, now=now)
        except Refusal:
            continue  # somebody else did something with it meanwhile
        opened += 1
    return opened


def close(card: Card, actor: str, now: datetime) -> None:
    """Let the rooms above end what is under way for a card; its row is locked."""
    for room in on_closed:
        room(card=card, actor=actor, now=now)


def refuse_lost(card: Card) -> None:
    """Raise Refusal CARD_LOST or CARD_DEAD: nothing is lifted on such a card."""
    if card.condition == Card.Condition.LOST:
        raise Refusal(Problem.CARD_LOST)
    if card.condition == Card.Condition.DEAD:
        raise Refusal(Problem.CARD_DEAD)


def _locked(certificate: Certificate) -> tuple[Card, Certificate]:
    card = Card.objects.select_for_update().get(pk=certificate.card_id)
    return card, Certificate.objects.select_for_update().get(pk=certificate.pk)


def _state(certificate: Certificate, now: datetime) -> State:
    return lifecycle.state_at(certificate.state, certificate.not_after, now)


def _step(
    certificate: Certificate,
    event: Event,
    reason: Reason | None,
    actor: str,
    asked_by: str,
    second: str,
    now: datetime,
) -> Change:
    """Move along the table, keep who and why, and take back what relying parties were answered."""
    before = certificate.state
    after = lifecycle.move(_state(certificate, now), event)
    # A clock that went back makes nothing retroactive: a life only goes forward.
    at = max(now, certificate.state_since)
    hold = after is State.WAITING
    certificate.state, certificate.reason = after.value, None if reason is None else int(reason)
    if not (hold and before == State.SUSPENDED):
        certificate.state_since = at
    certificate.listed = (
        None if reason is None else entry(int(certificate.serial, 16), certificate.state_since, int(reason))
    )
    certificate.save(update_fields=["state", "state_since", "suspended_by", "reason", "listed"])
    change = _kept(certificate, event, before, at, actor, asked_by or actor, second, now)
    withdraw_answers(certificate, now)
    return change


def _kept(
    certificate: Certificate,
    event: Event,
    before: str,
    at: datetime,
    actor: str,
    asked_by: str,
    second: str,
    now: datetime,
) -> Change:
    """Write down who asked, who performed and why: in the certificate's life, and in the audit."""
    record(
        actor=actor,
        act=_AUDIT[event],
        subject=f"certificate:{certificate.serial}",
        now=now,
        asked_by=asked_by,
        reason=certificate.reason,
        second=second or None,
    )
    # What no authority of ours issued (an import, a test) is neither answered nor listed.
    seen_at = None if certificate.authority_id else now
    return Change.objects.create(
        certificate=certificate,
        at=at,
        event=event.value,
        before=before,
        after=certificate.state,
        reason=certificate.reason,
        asked_by=asked_by,
        performed_by=actor,
        second=second,
        answered_at=seen_at,
        listed_at=seen_at,
    )


def _tell(card: Card, certificate: Certificate, change: Change, actor: str, now: datetime) -> None:
    if lifecycle.party_of(change.performed_by) is Party.AUTHORITY and certificate.profile == "card-device":
        return  # a card's own certificate is nobody's news
    tell_concerned(
        card=card,
        news=_NEWS[Event(change.event)],
        key=f"certificate:{certificate.serial}:{change.pk}",
        about=f"certificate:{certificate.serial}",
        actor=actor,
        now=now,
    )
