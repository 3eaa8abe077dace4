"""The consent: recorded as RELEASED, committed, and only then is the key used."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anahtar_card.family import Grant as CardGrant
from anahtar_card.family import ProofWrong, Statement
from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards import acts as cards
from anahtar_server.cards.models import Card, LedgerEntry
from anahtar_server.certificates.queries import all_revoked
from anahtar_server.config import Limits
from anahtar_server.custody.port import Custody
from anahtar_server.points import Point, committing, reach
from anahtar_server.prepared import Prepared, insert, rewrite
from anahtar_server.unlock import queries, rules
from anahtar_server.unlock.acts.confirming import refuse_late
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.acts.unsettling import unsettle_seen
from anahtar_server.unlock.families import issuer_of, mac_of, record_of
from anahtar_server.unlock.models import Consent, Grant, Unlock
from anahtar_server.unlock.rules import Event
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal

_GIVEN = Prepared(
    lambda unlock: Grant.objects.filter(unlock=unlock, purpose=Grant.Purpose.CONSENT.value).values_list("pk")
)
_LOCKED_GRANT = Prepared(lambda grant: Grant.objects.select_for_update().filter(pk=grant))
_SAME = Prepared(lambda unlock, nonce: Consent.objects.filter(unlock=unlock, card_nonce=nonce))
_CONSENTS = Prepared(lambda unlock: Consent.objects.filter(unlock=unlock).values_list("pk"))
_ELSEWHERE = Prepared(
    lambda card, nonce, unlock: (
        Consent.objects.filter(card=card, card_nonce=nonce).exclude(unlock=unlock).values_list("pk")[:1]
    )
)
_OTHER_UNSETTLED = Prepared(
    lambda card, unlock: (
        Unlock.objects.filter(card=card, state__in=[state.value for state in rules.UNSETTLED_OUTCOME])
        .exclude(pk=unlock)
        .values_list("pk")[:1]
    )
)
_FAILED = Prepared(
    lambda card: LedgerEntry.objects.filter(card=card, what=LedgerEntry.What.CRYPTOGRAM_FAILED.value).order_by("-at")[
        :1
    ]
)


@committing(Point.GRANT_BEFORE_COMMIT, Point.GRANT_AFTER_COMMIT)
def give_grant(*, unlock_id: UUID, card_serial: str, limits: Limits, actor: str, now: datetime) -> CardGrant:
    """Give the session's name and a fresh nonce for the card to speak over, before it is opened.

    Raises Refusal: CARD_OTHER, SETTLE_FIRST, UNLOCK_NOT_READY, UNLOCK_OVER, CONSENT_SPENT.
    """
    unlock = locked(unlock_id)
    if card_serial != unlock.card.serial:
        raise Refusal(Problem.CARD_OTHER)
    if unlock.now_in is State.UNCERTAIN:
        raise Refusal(Problem.SETTLE_FIRST)
    rules.move(unlock.now_in, Event.CONSENT_GIVEN)
    if unlock.closed:
        raise Refusal(Problem.UNLOCK_OVER, state=unlock.state)
    refuse_late(unlock, limits, now)
    if len(_GIVEN.all(unlock=unlock.pk)) >= limits.consents * 3:
        raise Refusal(Problem.CONSENT_SPENT)
    return new_grant(unlock, Grant.Purpose.CONSENT, now).for_card()


def new_grant(unlock: Unlock, purpose: Grant.Purpose, now: datetime) -> Grant:
    """Make a nonce of 16 bytes for `purpose`, inside the caller's transaction."""
    grant = Grant(unlock=unlock, purpose=purpose.value, nonce=secrets.token_bytes(16), given_at=now)
    insert(grant)
    return grant


def consent(*, unlock_id: UUID, challenge: bytes, custody: Custody, limits: Limits, actor: str, now: datetime) -> bytes:
    """Return the authority's answer to a card that has proved itself.

    `challenge` holds the card's proof in its family's bytes. The order is the promise: the proof is checked, all guards
    are checked again inside one transaction that writes RELEASED with its audit row, it commits, then the key is used.
    Raises Refusal (CARD_PROOF_WRONG, CARD_TO_THE_DESK, CONSENT_LATE, CONSENT_SPENT, SETTLE_FIRST, CERTIFICATE_REVOKED,
    CARD_LOST, UNLOCK_NOT_READY, UNLOCK_OVER); whatever custody raises leaves the unlock RELEASED, to be settled.
    """
    unlock = queries.with_card(unlock_id)
    if unlock.now_in is State.UNCERTAIN:
        raise Refusal(Problem.SETTLE_FIRST)
    rules.move(unlock.now_in, Event.CONSENT_GIVEN)
    grant = queries.open_grant(unlock, Grant.Purpose.CONSENT)
    statement = _proved(unlock, grant, challenge, custody, limits, actor, now)
    evidence_nonce = _release(unlock_id, grant, statement, limits, actor, now)
    issuer = issuer_of(unlock.card)
    cryptogram = issuer.consent(record_of(unlock.card), grant.for_card(), statement, mac_of(unlock.card, custody))
    reach(Point.CONSENT_AFTER_KEY)
    return issuer.answer(cryptogram, evidence_nonce)


def _proved(
    unlock: Unlock, grant: Grant, challenge: bytes, custody: Custody, limits: Limits, actor: str, now: datetime
) -> Statement:
    card = unlock.card
    reach(Point.PROOF_BEFORE_KEY)
    try:
        statement = issuer_of(card).read_proof(record_of(card), grant.for_card(), challenge, mac_of(card, custody))
    except ProofWrong:
        _count_wrong_proof(unlock.pk, limits, actor, now)
        raise Refusal(Problem.CARD_PROOF_WRONG) from None
    reach(Point.PROOF_AFTER_KEY)
    # What the card has proved stays in its ledger whether or not the consent is given.
    cards.note_proved(card=card, pin_tries=statement.pin_tries, key_tries=statement.key_tries, now=now)
    return statement


@transaction.atomic
def _count_wrong_proof(unlock_id: UUID, limits: Limits, actor: str, now: datetime) -> None:
    unlock = locked(unlock_id)
    unlock.wrong_proofs += 1
    rewrite(unlock, "wrong_proofs")
    record(actor=actor, act=Act.PROOF_WRONG, subject=f"unlock:{unlock.name}", now=now, count=unlock.wrong_proofs)
    if unlock.wrong_proofs >= limits.wrong_proofs and unlock.now_in is State.CONFIRMED:
        move(unlock, Event.PROOF_SPENT, act=Act.UNLOCK_MOVED, actor=actor, now=now)


@committing(Point.CONSENT_BEFORE_COMMIT, Point.CONSENT_BEFORE_KEY)
def _release(unlock_id: UUID, grant: Grant, statement: Statement, limits: Limits, actor: str, now: datetime) -> bytes:
    """Write RELEASED with all that goes with it and return the nonce for the card's evidence."""
    unlock = locked(unlock_id)
    before = _same_consent(unlock, statement)
    unsettle_seen(but=unlock, actor=actor, now=now)
    rules.refuse_consent(_facts(unlock, statement, before), limits, now)
    if before is None:
        if _LOCKED_GRANT.one(grant=grant.pk).used_at is not None:
            raise Refusal(Problem.CARD_PROOF_WRONG)
        before = _record_consent(unlock, grant, statement, now)
    unlock.released_at = now
    move(
        unlock,
        Event.CONSENT_GIVEN,
        act=Act.RELEASED,
        actor=actor,
        now=now,
        consent=before.pk,
        pin_tries=statement.pin_tries,
        key_tries=statement.key_tries,
    )
    return bytes(before.evidence_grant.nonce)


def _same_consent(unlock: Unlock, statement: Statement) -> Consent | None:
    """Return the consent that this very card nonce already got in this unlock, if the program asks again."""
    return _SAME.first(unlock=unlock.pk, nonce=statement.card_nonce)


def _record_consent(unlock: Unlock, grant: Grant, statement: Statement, now: datetime) -> Consent:
    grant.used_at = now
    rewrite(grant, "used_at")
    consent = Consent(
        unlock=unlock,
        card=unlock.card,
        card_nonce=statement.card_nonce,
        grant=grant,
        evidence_grant=new_grant(unlock, Grant.Purpose.EVIDENCE, now),
        pin_tries_before=statement.pin_tries,
        pin_max=statement.pin_max,
        released_at=now,
    )
    insert(consent)
    return consent


def _facts(unlock: Unlock, statement: Statement, before: Consent | None) -> rules.ConsentFacts:
    card = unlock.card
    failed = _FAILED.first(card=card.pk)
    return rules.ConsentFacts(
        state=unlock.now_in,
        closed=unlock.closed,
        confirmed_at=unlock.confirmed_at,
        card_lost=card.condition == Card.Condition.LOST,
        card_dead=card.condition == Card.Condition.DEAD,
        revoked=all_revoked(card),
        other_unsettled=bool(_OTHER_UNSETTLED.all(card=card.pk, unlock=unlock.pk)),
        nonces=len(_CONSENTS.all(unlock=unlock.pk)),
        repeated=before is not None,
        nonce_seen_elsewhere=bool(_ELSEWHERE.all(card=card.pk, nonce=statement.card_nonce, unlock=unlock.pk)),
        key_tries=statement.key_tries,
        failed_cryptogram_at=failed.at if failed else None,
    )
