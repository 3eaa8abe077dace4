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
from anahtar_server.custody.port import Custody
from anahtar_server.points import Point, committing, reach
from anahtar_server.unlock import queries, rules
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.acts.releasing import new_grant
from anahtar_server.unlock.acts.telling import tell_done
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
    unlock = queries.with_card(unlock_id)
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
            _contradicted(unlock, outcome.value, actor, now)
    return unlock


def _contradicted(unlock: Unlock, said: str, actor: str, now: datetime) -> None:
    subject = f"unlock:{unlock.name}"
    record(actor=actor, act=Act.CONTRADICTION, subject=subject, now=now, said=said, stands=unlock.state)


def _refuse_wrong_evidence(
    unlock: Unlock, consent: Consent, evidence: bytes, custody: Custody, actor: str, now: datetime
) -> None:
    card = unlock.card
    reach(Point.EVIDENCE_BEFORE_KEY)
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
    reach(Point.EVIDENCE_AFTER_KEY)
    if not proved:
        with transaction.atomic():
            record(actor=actor, act=Act.EVIDENCE_WRONG, subject=f"unlock:{unlock.name}", now=now)
        _doubt(unlock.pk, actor, now)
        raise Refusal(Problem.CARD_PROOF_WRONG)


@committing(Point.DOUBT_BEFORE_COMMIT, Point.DOUBT_AFTER_COMMIT)
def _doubt(unlock_id: UUID, actor: str, now: datetime) -> Unlock:
    unlock = locked(unlock_id)
    if unlock.now_in is State.RELEASED:
        move(unlock, Event.SILENCE, act=Act.UNLOCK_MOVED, actor=actor, now=now)
    return unlock


_OPPOSITE = {Event.HAPPENED: State.NOT_DONE, Event.NOT_HAPPENED: State.DONE}


@committing(Point.OUTCOME_BEFORE_COMMIT, Point.OUTCOME_AFTER_COMMIT)
def _finish(
    unlock_id: UUID, event: Event, grade: Evidence | None, actor: str, now: datetime, over: Grant | None = None
) -> Unlock:
    """Move to the proved outcome and tell everyone concerned; who comes second finds it done, and who brings proof of
    the opposite raises an alarm in the audit.

    `over` is the settling grant that the card's statement answers: one from before the newest consent says nothing of
    what came after it (the grant of the consent's own evidence was made in the same commit). Raises CARD_PROOF_WRONG.
    """
    unlock = locked(unlock_id)
    if unlock.now_in not in rules.UNSETTLED_OUTCOME:
        if unlock.now_in is _OPPOSITE[event]:
            _contradicted(unlock, event.value, actor, now)
        return unlock
    if over is not None and over.pk < queries.last_consent(unlock).evidence_grant_id:
        raise Refusal(Problem.CARD_PROOF_WRONG)
    unlock.evidence = grade.value if grade else ""
    if event is Event.NOT_HAPPENED and queries.live_for_card(unlock.card) not in (None, unlock):
        unlock.closed = True  # a newer unlock was opened meanwhile: the card is that one's now
    move(unlock, event, act=Act.EVIDENCE_ACCEPTED, actor=actor, now=now, grade=grade.value if grade else None)
    if event is Event.HAPPENED:
        tell_done(unlock, now)
    return unlock


@committing(Point.SETTLING_BEFORE_COMMIT, Point.SETTLING_AFTER_COMMIT)
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
    grant = queries.open_grant(unlock, Grant.Purpose.SETTLE)
    statement = _statement(unlock, grant, proof, custody, actor, now)
    consent = queries.last_consent(unlock)
    proven = rules.settle_by_tries(consent.pin_tries_before, statement.pin_tries, statement.pin_max)
    if proven is Proven.HAPPENED:
        return _finish(unlock.pk, Event.HAPPENED, Evidence.G1, actor, now, over=grant)
    if proven is Proven.NOT_HAPPENED:
        return _finish(unlock.pk, Event.NOT_HAPPENED, None, actor, now, over=grant)
    return _doubt(unlock.pk, actor, now)


def _statement(unlock: Unlock, grant: Grant, proof: bytes, custody: Custody, actor: str, now: datetime) -> Statement:
    card = unlock.card
    reach(Point.PROOF_BEFORE_KEY)
    try:
        statement = issuer_of(card).read_proof(record_of(card), grant.for_card(), proof, mac_of(card, custody))
        # Used up by a right statement only: rubbish from anyone keeps no holder of the card from settling.
        if Grant.objects.filter(pk=grant.pk, used_at__isnull=True).update(used_at=now) == 0:
            raise ProofWrong
    except ProofWrong:
        with transaction.atomic():
            record(actor=actor, act=Act.PROOF_WRONG, subject=f"unlock:{unlock.name}", now=now)
        raise Refusal(Problem.CARD_PROOF_WRONG) from None
    reach(Point.PROOF_AFTER_KEY)
    cards.note_proved(card=card, pin_tries=statement.pin_tries, key_tries=statement.key_tries, now=now)
    return statement
