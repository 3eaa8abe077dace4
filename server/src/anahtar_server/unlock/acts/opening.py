"""Opening an unlock in the portal, and binding it to the program that brings its code."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import IntegrityError

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.models import HSM, Card
from anahtar_server.cards.queries import may_act_on
from anahtar_server.certificates.queries import refuse_unusable
from anahtar_server.config import Limits
from anahtar_server.confirmation.rules import SKEW
from anahtar_server.limits import acts as limit
from anahtar_server.people.agreement_rules import What
from anahtar_server.people.agreements import agreed
from anahtar_server.people.models import Holder
from anahtar_server.points import Point, committing
from anahtar_server.prepared import Prepared, insert, rewrite
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import is_fresh
from anahtar_server.unlock import queries, rules
from anahtar_server.unlock.acts.agreeing import was_spent
from anahtar_server.unlock.acts.closing import pass_time
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.rules import Event
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import ClaimRequest, State
from anahtar_wire.problems import Problem, Refusal

HOUR = 3600
"""Seconds."""
_LOCKED_CARD = Prepared(lambda card: Card.objects.select_for_update().filter(pk=card))
_OPEN_WITH = Prepared(
    lambda reference: Unlock.objects.filter(code_reference=reference, state=State.OPENED.value).values_list("pk")[:1]
)
_LAST_WITH = Prepared(
    lambda reference: (
        Unlock.objects.filter(code_reference=reference).order_by("-opened_at").values_list("pk", flat=True)[:1]
    )
)


def open_unlock(
    *,
    card: Card,
    holder: Holder,
    sign_in: SignIn,
    duties: bool,
    code_key: bytes,
    limits: Limits,
    fresh_minutes: int,
    actor: str,
    now: datetime,
) -> tuple[Unlock, VerificationCode]:
    """Open an unlock for a card of the holder's and return it with its code, which is shown once and kept nowhere.

    Raises Refusal: DUTIES_NOT_ACCEPTED, CARD_NOT_YOURS, SIGN_IN_STALE, CARD_LOST, CARD_DEAD, CERTIFICATE_REVOKED,
    TOO_MANY, UNLOCK_LIVE, AGREEMENT_NEEDED, SEAL_ON_HSM.
    """
    if not duties:
        raise Refusal(Problem.DUTIES_NOT_ACCEPTED)
    if sign_in.holder_id != holder.pk or not is_fresh(sign_in.authenticated_at, now, fresh_minutes):
        raise Refusal(Problem.SIGN_IN_STALE)
    _make_way(card, limits, now)
    code = _unused_code()
    try:
        with committing(Point.OPEN_BEFORE_COMMIT, Point.OPEN_AFTER_COMMIT):
            _refuse_card(_LOCKED_CARD.one(card=card.pk), holder, limits, now)
            unlock = _create(card, holder, sign_in, code, code_key, limits, now)
            subject = f"unlock:{unlock.name}"
            record(actor=actor, act=Act.DUTIES_ACCEPTED, subject=subject, now=now)
            record(actor=actor, act=Act.UNLOCK_OPENED, subject=subject, now=now, card=str(card.pk), kind=card.kind)
    except IntegrityError:  # a card has one live unlock at most: the database holds it
        raise Refusal(Problem.UNLOCK_LIVE) from None
    return unlock, code


def _make_way(card: Card, limits: Limits, now: datetime) -> None:
    """Let time end a live unlock of the card that nobody swept yet; raises Refusal UNLOCK_LIVE while it lives on."""
    live = queries.live_for_card(card)
    if live is None:
        return
    if queries.due(limits, now).filter(pk=live.pk).exists():
        live = pass_time(unlock_id=live.pk, limits=limits, now=now)
    if live.live:
        raise Refusal(Problem.UNLOCK_LIVE)


def _unused_code() -> VerificationCode:
    """Make a code whose first group finds one unlock only: two open ones with the same could not both be found."""
    while True:
        code = VerificationCode.make(secrets.choice)
        if not _OPEN_WITH.all(reference=code.reference):
            return code


def _refuse_card(card: Card, holder: Holder, limits: Limits, now: datetime) -> None:
    if not may_act_on(card, holder, now):
        raise Refusal(Problem.CARD_NOT_YOURS)
    refuse_unusable(card)
    if card.family == HSM:
        raise Refusal(Problem.SEAL_ON_HSM)
    _refuse_lone(card, holder, now)
    key = f"card:{card.pk}"
    limit.check(kind="open", key=key, most=limits.unlocks_per_card_a_day, seconds=86400, now=now)
    limit.count(kind="open", key=key, now=now)


def _refuse_lone(card: Card, holder: Holder, now: datetime) -> None:
    """Raise Refusal AGREEMENT_NEEDED where a firm's representatives must agree: an agreement is good for one PIN, and
    for as many codes as that takes."""
    if card.firm is None:
        return
    found = agreed(firm=card.firm, what=What.PIN, about=f"card:{card.pk}", holder=holder, now=now)
    if found is not None and was_spent(card.pk, found.moved_at):
        raise Refusal(Problem.AGREEMENT_NEEDED)


def _create(
    card: Card, holder: Holder, sign_in: SignIn, code: VerificationCode, key: bytes, limits: Limits, now: datetime
) -> Unlock:
    unlock = Unlock(
        card=card,
        holder=holder,
        sign_in=sign_in,
        state=State.OPENED.value,
        opened_at=now,
        moved_at=now,
        code_reference=code.reference,
        code_mac=rules.code_mac(key, code.reference, code.secret),
        code_expires_at=now + timedelta(seconds=limits.code_seconds),
    )
    insert(unlock)
    return unlock


class _Found(Enum):
    RIGHT = auto()
    WRONG = auto()
    LATE = auto()
    USED = auto()


def claim(
    *, request: ClaimRequest, code: VerificationCode, address: str, code_key: bytes, limits: Limits, now: datetime
) -> Unlock:
    """Bind the unlock of this code to the program's key; the code is consumed by one program, once.

    Raises Refusal: CODE_WRONG (unknown, foreign and wrong codes alike), CODE_EXPIRED, CODE_USED, TOO_MANY. A wrong code
    is counted for the unlock, the address and overall, and stays counted.
    """
    with committing(Point.CLAIM_BEFORE_COMMIT, Point.CLAIM_AFTER_COMMIT):
        _refuse_flood(address, limits, now)
        unlock, found = _find(code, code_key, now)
        if unlock is not None and found is _Found.RIGHT:
            _bind(unlock, request, address, now)
            return unlock
        refused = _count_failure(unlock, found, address, limits, now)
    raise refused


def _refuse_flood(address: str, limits: Limits, now: datetime) -> None:
    limit.one_at_a_time(kind="code", key=address)
    limit.check(
        kind="code", key=address, most=limits.codes_per_address, seconds=limits.codes_per_address_seconds, now=now
    )
    limit.check(kind="code", key="all", most=limits.codes_overall_an_hour, seconds=HOUR, now=now)


def _find(code: VerificationCode, key: bytes, now: datetime) -> tuple[Unlock | None, _Found]:
    """Look the code up; the comparison costs the same whether the reference exists or not."""
    candidate = _LAST_WITH.first(reference=code.reference)
    expected = rules.code_mac(key, code.reference, code.secret)
    if candidate is None:
        hmac.compare_digest(expected, bytes(len(expected)))
        return None, _Found.WRONG
    unlock = locked(candidate)
    if not hmac.compare_digest(expected, bytes(unlock.code_mac)):
        return unlock, _Found.WRONG
    if unlock.now_in is not State.OPENED:
        return unlock, _Found.USED if unlock.claimed_at else _Found.LATE
    in_time = unlock.opened_at - SKEW <= now < unlock.code_expires_at
    return unlock, _Found.RIGHT if in_time else _Found.LATE


def _bind(unlock: Unlock, request: ClaimRequest, address: str, now: datetime) -> None:
    unlock.program_key = request.program_key
    unlock.program = request.program.name
    unlock.program_release = request.program.release
    unlock.system = request.program.system
    unlock.computer = request.program.computer
    unlock.claimed_at = now
    unlock.claimed_from = address
    move(unlock, Event.CODE_RIGHT, act=Act.CODE_CLAIMED, actor=rules.program_name(request.program_key), now=now)


def _count_failure(unlock: Unlock | None, found: _Found, address: str, limits: Limits, now: datetime) -> Refusal:
    """Count what went wrong and return the refusal, to be raised after the count is committed."""
    if unlock is not None and found is _Found.USED:
        unlock.claimed_again_at = now  # said loudly on the portal's page too
        rewrite(unlock, "claimed_again_at")
        record(actor="anyone", act=Act.CODE_CLAIMED_AGAIN, subject=f"unlock:{unlock.name}", now=now)
        return Refusal(Problem.CODE_USED)
    if unlock is not None and found is _Found.LATE:
        return Refusal(Problem.CODE_EXPIRED)
    limit.count(kind="code", key=address, now=now)
    _count_overall(limits, now)
    if unlock is not None and unlock.now_in is State.OPENED:
        _count_wrong_secret(unlock, limits, now)
    return Refusal(Problem.CODE_WRONG)


def _count_overall(limits: Limits, now: datetime) -> None:
    """Count a wrong code among all; the one that shuts the door raises an alarm, at most once an hour."""
    limit.count(kind="code", key="all", now=now)
    most = limits.codes_overall_an_hour
    if not limit.reached(kind="code", key="all", most=most, seconds=HOUR, now=now):
        return
    if not limit.reached(kind="code alarm", key="all", most=1, seconds=HOUR, now=now):
        limit.count(kind="code alarm", key="all", now=now)
        record(actor="anyone", act=Act.CODES_GUESSED, subject="codes", now=now, wrong=most)


def _count_wrong_secret(unlock: Unlock, limits: Limits, now: datetime) -> None:
    unlock.code_tries_used += 1
    rewrite(unlock, "code_tries_used")
    record(actor="anyone", act=Act.CODE_WRONG, subject=f"unlock:{unlock.name}", now=now, used=unlock.code_tries_used)
    if unlock.code_tries_used >= limits.code_tries:
        move(unlock, Event.CODE_SPENT, act=Act.UNLOCK_MOVED, actor="anyone", now=now)
