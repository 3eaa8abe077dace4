"""The confirmation of an unlock; the key service makes the codes and checks them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.certificates.queries import refuse_unusable
from anahtar_server.config import Limits
from anahtar_server.confirmation import acts as confirmation
from anahtar_server.confirmation.acts import Asked, Verdict
from anahtar_server.confirmation.queries import Way, ways
from anahtar_server.confirmation.rules import SKEW
from anahtar_server.notices.acts import tell
from anahtar_server.points import Point, committing
from anahtar_server.unlock import rules, texts
from anahtar_server.unlock.acts.moving import locked, move
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.rules import Event
from anahtar_wire.messages import ConfirmationRequest, ConfirmationRequested, Method, State
from anahtar_wire.problems import Problem, Refusal


@committing(Point.ASK_BEFORE_COMMIT, Point.ASK_AFTER_COMMIT)
def ask_confirmation(
    *, unlock_id: UUID, request: ConfirmationRequest, code_key: bytes, limits: Limits, actor: str, now: datetime
) -> ConfirmationRequested:
    """Put the question that confirms an unlock, once its card was seen in a reader.

    Raises Refusal: CARD_OTHER (nothing changes), UNLOCK_NOT_READY, UNLOCK_OVER, CERTIFICATE_REVOKED, CARD_LOST,
    METHOD_NOT_SET, METHOD_TOO_NEW, TOO_MANY.
    """
    unlock = locked(unlock_id)
    _refuse(unlock, request, limits, now)
    way = next(way for way in ways(unlock.holder, limits, now) if way.method is request.method)
    asked = confirmation.ask(
        about=f"unlock:{unlock.name}",
        holder=unlock.holder,
        way=way,
        code_key=code_key,
        limits=limits,
        actor=actor,
        now=now,
    )
    move(unlock, Event.CONFIRMATION_ASKED, act=Act.UNLOCK_MOVED, actor=actor, now=now)
    if asked.code is not None:
        _send_code(unlock, way, asked, now)
    return ConfirmationRequested(
        method=request.method, to=way.shown, expires_at=asked.expires_at, tries_left=asked.tries_left
    )


def _refuse(unlock: Unlock, request: ConfirmationRequest, limits: Limits, now: datetime) -> None:
    rules.move(unlock.now_in, Event.CONFIRMATION_ASKED)
    refuse_late(unlock, limits, now)
    if request.card_serial != unlock.card.serial:
        raise Refusal(Problem.CARD_OTHER)
    refuse_unusable(unlock.card)


def refuse_late(unlock: Unlock, limits: Limits, now: datetime) -> None:
    """Raise Refusal UNLOCK_OVER when time has ended the unlock, whether or not the worker has seen it yet."""
    if not unlock.opened_at - SKEW <= now < _until(unlock, limits):
        raise Refusal(Problem.UNLOCK_OVER, state=State.EXPIRED.value)


def _until(unlock: Unlock, limits: Limits) -> datetime:
    return rules.ends_at(unlock.now_in, unlock.opened_at, unlock.code_expires_at, unlock.confirmed_at, limits)


def _send_code(unlock: Unlock, way: Way, asked: Asked, now: datetime) -> None:
    assert way.to is not None and asked.code is not None
    tell(
        channel="sms",
        address=way.to,
        subject=None,
        text=texts.confirmation(unlock.holder.language, asked.code, unlock.card.serial, unlock.computer),
        about=f"unlock:{unlock.name}",
        actor="key-service",
        now=now,
        not_after=asked.expires_at,
        secret=True,
        key=f"confirmation:{unlock.name}:{asked.message}",
    )


@transaction.atomic
def keep_not_opened(unlock: Unlock, *, actor: str, now: datetime) -> None:
    """Record that an answer was not sealed by whoever claimed the unlock; no try is used, for nobody could read it."""
    record(actor=actor, act=Act.CONFIRMATION_NOT_OPENED, subject=f"unlock:{unlock.name}", now=now)


def answer_confirmation(
    *, unlock_id: UUID, method: Method, typed: str, code_key: bytes, limits: Limits, actor: str, now: datetime
) -> datetime:
    """Check the SMS code or web password as `typed` and return until when the card may be opened.

    Once it was right, answering again says so again and makes the time no longer: the first reply may have been lost.
    Raises Refusal: CONFIRMATION_WRONG (with `tries_left`), CONFIRMATION_OVER at the last one, CONFIRMATION_EXPIRED,
    CONFIRMATION_NOT_ASKED, UNLOCK_NOT_READY, UNLOCK_OVER. A wrong answer stays counted.
    """
    with committing(Point.ANSWER_BEFORE_COMMIT, Point.ANSWER_AFTER_COMMIT):
        unlock = locked(unlock_id)
        if unlock.now_in is State.CONFIRMED:
            refuse_late(unlock, limits, now)
            return _until(unlock, limits)
        rules.move(unlock.now_in, Event.CONFIRMATION_RIGHT)
        refuse_late(unlock, limits, now)
        verdict, left = confirmation.answer(
            about=f"unlock:{unlock.name}",
            method=method,
            text=typed,
            code_key=code_key,
            limits=limits,
            actor=actor,
            now=now,
        )
        if verdict is Verdict.RIGHT:
            unlock.confirmed_at = now
            move(unlock, Event.CONFIRMATION_RIGHT, act=Act.CONFIRMED, actor=actor, now=now, method=method.value)
            return _until(unlock, limits)
        if verdict is Verdict.SPENT:
            move(unlock, Event.CONFIRMATION_SPENT, act=Act.UNLOCK_MOVED, actor=actor, now=now)
    if verdict is Verdict.LATE:
        raise Refusal(Problem.CONFIRMATION_EXPIRED, tries_left=left)
    if verdict is Verdict.SPENT:
        raise Refusal(Problem.CONFIRMATION_OVER)
    raise Refusal(Problem.CONFIRMATION_WRONG, tries_left=left)
