"""Sending what the outbox holds: lease a row and commit, send, mark it and commit.

The irreversible step lies between two commits. A worker that dies there leaves a row in "sending", and nobody can say
whether the message went; when the lease is over it goes once more at most, and the audit says that it may be a second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import connection, transaction
from django.db.models import F, OrderBy, Q, QuerySet

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.notices.gateways import Gateways
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.notices.ports import AddressRefused, NotSent
from anahtar_server.notices.rules import LEASE, MOST_ATTEMPTS, next_try, too_late
from anahtar_server.points import Point, committing, reach

State = OutboxMessage.State
Channel = OutboxMessage.Channel
WORKER = "worker"
_log = structlog.get_logger(__name__)

_Order = tuple[OrderBy | str, ...]
_OLDEST: _Order = ("id",)
_WAITED_FOR: _Order = (F("not_after").asc(nulls_last=True), "id")


def send_due(*, gateways: Gateways, now: datetime, most: int = 50, channel: Channel | None = None) -> int:
    """Send up to `most` messages that are due at `now`, of one channel or of all, and return how many were touched.

    Any number of workers may. Somebody waits for what ends soon, a code: it goes first. The last place is the oldest
    message's, whatever it is, so that codes keep no notice back for ever. Raises what the database raises; what a
    gateway raises ends in the row.
    """
    for touched in range(most):
        message = _lease(channel, _OLDEST if touched == most - 1 else _WAITED_FOR, now)
        if message is None:
            return touched
        if message.state == State.SENDING:
            _send(message, gateways, now)
    return most


def _due(channel: Channel | None, now: datetime) -> QuerySet[OutboxMessage]:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = OutboxMessage.objects.filter(free, state__in=(State.QUEUED, State.SENDING))
    return due if channel is None else due.filter(channel=channel)


def _lease(channel: Channel | None, order: _Order, now: datetime) -> OutboxMessage | None:
    """Take the first due message: as "sending", or as "given-up" if it is of no use any more."""
    if not _due(channel, now).exists():
        return None  # without a transaction: the usual case must not lock the embedded database
    with committing(Point.SEND_BEFORE_LEASE, Point.SEND_AFTER_LEASE):
        due = _due(channel, now).select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        message = due.order_by(*order).first()
        if message is None:
            return None
        why = _no_use(message, now)
        if why:
            _give_up(message, why, now)
        else:
            _take(message, now)
    return message


def _no_use(message: OutboxMessage, now: datetime) -> str | None:
    if message.state == State.SENDING and message.unsure:
        return "unsure-twice"
    if too_late(message.not_after, now):
        return "too-late"
    return "too-often" if message.attempts >= MOST_ATTEMPTS else None


def _take(message: OutboxMessage, now: datetime) -> None:
    message.unsure = message.unsure or message.state == State.SENDING
    message.state, message.lease_until = State.SENDING, now + LEASE
    message.attempts += 1
    message.save(update_fields=("state", "unsure", "lease_until", "attempts"))


def _send(message: OutboxMessage, gateways: Gateways, now: datetime) -> None:
    try:
        _hand_over(message, gateways)
    except AddressRefused:
        _finish(message, lambda held: _give_up(held, "address-refused", now))
    except NotSent as error:
        _log.warning("message not sent", message=message.pk, reason=error.reason)
        _finish(message, lambda held: _put_back(held, now))
    except Exception as error:
        # Nobody knows whether it went: the row stays "sending" until its lease is over.
        _log.warning("message outcome unknown", message=message.pk, error=type(error).__name__)
    else:
        _finish(message, lambda held: _mark_sent(held, now))
        reach(Point.SEND_AFTER_MARK)


def _hand_over(message: OutboxMessage, gateways: Gateways) -> None:
    if message.channel == Channel.SMS:
        gateways.sms.send(message.address, message.text)
    else:
        gateways.email.send(message.address, message.subject, message.text)
    reach(Point.SEND_BEFORE_MARK)


def _finish(message: OutboxMessage, outcome: Callable[[OutboxMessage], None]) -> None:
    """Store an outcome, unless the lease ran out and another worker has taken the row since."""
    with transaction.atomic():
        ours = OutboxMessage.objects.select_for_update().filter(
            pk=message.pk, state=State.SENDING, attempts=message.attempts
        )
        held = ours.first()
        if held is not None:
            outcome(held)


def _put_back(held: OutboxMessage, now: datetime) -> None:
    held.state, held.lease_until = State.QUEUED, next_try(held.attempts, now)
    held.save(update_fields=("state", "lease_until"))


def _mark_sent(held: OutboxMessage, now: datetime) -> None:
    held.sent_at = now
    _end(held, State.SENT)
    record(
        actor=WORKER,
        act=Act.MESSAGE_SENT,
        subject=held.about,
        now=now,
        message=held.pk,
        channel=held.channel,
        attempts=held.attempts,
        perhaps_twice=held.unsure,
    )


def _give_up(held: OutboxMessage, why: str, now: datetime) -> None:
    _end(held, State.GIVEN_UP)
    record(
        actor=WORKER,
        act=Act.MESSAGE_GIVEN_UP,
        subject=held.about,
        now=now,
        message=held.pk,
        channel=held.channel,
        attempts=held.attempts,
        why=why,
    )


def _end(held: OutboxMessage, state: OutboxMessage.State) -> None:
    held.state, held.lease_until = state, None
    if held.secret:
        held.text = ""
    held.save(update_fields=("state", "lease_until", "text", "sent_at"))
