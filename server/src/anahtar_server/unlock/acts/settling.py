"""Finding out what became of the card, and saying only what is proved."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anahtar_card.family import Grant as CardGrant
from anahtar_card.family import ProofWrong, Statement
from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards import acts as cards
from anahtar_server.cards.models import Card
from anahtar_server.clock import local_time
from anahtar_server.custody.port import Custody
from anahtar_server.notices.acts import tell
from anahtar_server.people.models import ContactLine, Holder
from anahtar_server.people.queries import lines_of, representatives_of
from anahtar_server.unlock import queries, rules, texts
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.acts.releasing import new_grant
from anahtar_server.unlock.families import issuer_of, mac_of, record_of
from anahtar_server.unlock.models import Consent, Grant, Unlock
from anahtar_server.unlock.rules import Event, Proven
from anahtar_wire.messages import Evidence, Outcome, State
from anahtar_wire.problems import Problem, Refusal


def report(
    *, unlock_id: UUID, outcome: Outcome, evidence: bytes, custody: Custody, actor: str, now: datetime
) -> Unlock:
    """Take the program's report and return the unlock as it stands then.

    The card's own evidence makes it DONE (G1). Without evidence, a claimed failure or doubt makes it UNCERTAIN, and the
    program's word that the new PIN was verified makes it DONE (G0) only where the card's tries could prove nothing.
    Saying the same again changes nothing. Raises Refusal UNLOCK_NOT_READY before any consent, CARD_PROOF_WRONG for
    evidence that is not this card's for this consent (the outcome stays open).
    """
    unlock = Unlock.objects.select_related("card").get(pk=unlock_id)
    if unlock.now_in in rules.FINAL:
        return _after_the_end(unlock, outcome, actor, now)
    consent = queries.last_consent(unlock)
    if outcome is Outcome.DONE and evidence:
        _refuse_wrong_evidence(unlock, consent, evidence, custody, actor, now)
        return _finish(unlock.pk, Event.HAPPENED, Evidence.G1, actor, now)
    if outcome is Outcome.DONE and consent.pin_tries_before > 0:
        return _finish(unlock.pk, Event.HAPPENED, Evidence.G0, actor, now)
    return _doubt(unlock.pk, actor, now)


def _after_the_end(unlock: Unlock, outcome: Outcome, actor: str, now: datetime) -> Unlock:
    """The end stands; a message that contradicts it raises an alarm in the audit."""
    said_done, is_done = outcome is Outcome.DONE, unlock.now_in is State.DONE
    if said_done != is_done and unlock.released_at is not None:
        with transaction.atomic():
            record(
                actor=actor,
                act=Act.CONTRADICTION,
                subject=f"unlock:{unlock.name}",
                now=now,
                said=outcome.value,
                stands=unlock.state,
            )
    return unlock


def _refuse_wrong_evidence(
    unlock: Unlock, consent: Consent, evidence: bytes, custody: Custody, actor: str, now: datetime
) -> None:
    card = unlock.card
    try:
        statement = issuer_of(card).read_evidence(
            record_of(card),
            consent.evidence_grant.for_card(),
            bytes(consent.card_nonce),
            evidence,
            mac_of(card, custody),
        )
        proved = statement.reset and statement.verified
    except ProofWrong:
        proved = False
    if not proved:
        with transaction.atomic():
            record(actor=actor, act=Act.EVIDENCE_WRONG, subject=f"unlock:{unlock.name}", now=now)
        _doubt(unlock.pk, actor, now)
        raise Refusal(Problem.CARD_PROOF_WRONG)


@transaction.atomic
def _doubt(unlock_id: UUID, actor: str, now: datetime) -> Unlock:
    unlock = locked(unlock_id)
    if unlock.now_in is State.RELEASED:
        move(unlock, Event.SILENCE, act=Act.UNLOCK_MOVED, actor=actor, now=now)
    return unlock


@transaction.atomic
def _finish(unlock_id: UUID, event: Event, grade: Evidence | None, actor: str, now: datetime) -> Unlock:
    """Move to the proved outcome and tell everyone concerned; who comes second finds it done."""
    unlock = locked(unlock_id)
    if unlock.now_in not in rules.UNSETTLED_OUTCOME:
        return unlock
    unlock.evidence = grade.value if grade else ""
    move(unlock, event, act=Act.EVIDENCE_ACCEPTED, actor=actor, now=now, grade=grade.value if grade else None)
    if event is Event.HAPPENED:
        _tell_done(unlock, now)
    return unlock


def _tell_done(unlock: Unlock, now: datetime) -> None:
    time = local_time(now)
    for holder in concerned(unlock.card, unlock.holder, now):
        subject, text = texts.done(holder.language, unlock.card.serial, time)
        _tell(unlock, holder, subject, text, "done", now)


def concerned(card: Card, acting: Holder, now: datetime) -> list[Holder]:
    """Return who is told of what happens to a card: the holder, and every representative of a firm."""
    people = list(representatives_of(card.firm, now)) if card.firm is not None else []
    return [acting, *(holder for holder in people if holder.pk != acting.pk)]


def _tell(unlock: Unlock, holder: Holder, subject: str, text: str, what: str, now: datetime) -> None:
    for line in lines_of(holder):
        tell(
            channel="sms" if line.channel == ContactLine.Channel.SMS else "email",
            address=line.address,
            subject=subject,
            text=text,
            about=f"unlock:{unlock.name}",
            actor="key-service",
            now=now,
            not_after=None,
            key=f"{what}:{unlock.name}:{line.pk}",
        )


@transaction.atomic
def begin_settling(*, card_serial: str, actor: str, now: datetime) -> CardGrant:
    """Give a nonce to any program that holds a card with an open outcome; a grant after RELEASED, used once.

    Raises Refusal NOTHING_TO_SETTLE.
    """
    unlock = _open_outcome(card_serial)
    return new_grant(locked(unlock.pk), Grant.Purpose.SETTLE, now).for_card()


def _open_outcome(card_serial: str) -> Unlock:
    card = Card.objects.filter(serial=card_serial).first()
    unlock = queries.unsettled_of(card) if card is not None else None
    if unlock is None:
        raise Refusal(Problem.NOTHING_TO_SETTLE)
    return unlock


def settle(*, card_serial: str, proof: bytes, custody: Custody, actor: str, now: datetime) -> Unlock:
    """Settle an open outcome by the card's statement over the settling nonce, as far as that proves anything.

    Raises Refusal NOTHING_TO_SETTLE, CARD_PROOF_WRONG.
    """
    unlock = _open_outcome(card_serial)
    statement = _statement(unlock, proof, custody, actor, now)
    proven = rules.settle_by_tries(
        queries.last_consent(unlock).pin_tries_before, statement.pin_tries, statement.pin_max
    )
    if proven is Proven.HAPPENED:
        return _finish(unlock.pk, Event.HAPPENED, Evidence.G1, actor, now)
    if proven is Proven.NOT_HAPPENED:
        return _finish(unlock.pk, Event.NOT_HAPPENED, None, actor, now)
    return _doubt(unlock.pk, actor, now)


def _statement(unlock: Unlock, proof: bytes, custody: Custody, actor: str, now: datetime) -> Statement:
    card = unlock.card
    grant = queries.open_grant(unlock, Grant.Purpose.SETTLE)
    fresh = Grant.objects.filter(pk=grant.pk, used_at__isnull=True).update(used_at=now)
    try:
        if not fresh:
            raise ProofWrong
        statement = issuer_of(card).read_proof(record_of(card), grant.for_card(), proof, mac_of(card, custody))
    except ProofWrong:
        with transaction.atomic():
            record(actor=actor, act=Act.PROOF_WRONG, subject=f"unlock:{unlock.name}", now=now)
        raise Refusal(Problem.CARD_PROOF_WRONG) from None
    cards.note_proved(card=card, pin_tries=statement.pin_tries, key_tries=statement.key_tries, now=now)
    return statement


@transaction.atomic
def unsettle(*, unlock_id: UUID, actor: str, now: datetime) -> Unlock:
    """End an outcome that nobody can prove any more (two operators, after the setting's days); the holder is told."""
    unlock = locked(unlock_id)
    unlock.evidence = Evidence.G0.value
    move(unlock, Event.UNSETTLE, act=Act.UNLOCK_MOVED, actor=actor, now=now)
    subject, text = texts.unsettled(unlock.holder.language, unlock.card.serial)
    _tell(unlock, unlock.holder, subject, text, "unsettled", now)
    return unlock
