"""Telling people: a message is put into the outbox with the act it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import connection
from django.db.transaction import TransactionManagementError

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.notices.rules import check_text


def tell(
    *,
    channel: Literal["sms", "email"],
    address: str,
    text: str,
    subject: str | None,
    about: str,
    actor: str,
    now: datetime,
    not_after: datetime | None,
    key: str,
    secret: bool = False,
) -> None:
    """Put a message into the outbox, in the caller's transaction; the same `key` again puts nothing.

    `address` is an E.164 number or an e-mail address, `about` the plain identifier of what it tells of; after
    `not_after` the message is not sent any more; the text of a `secret` one is blanked when it has left.
    Raises TransactionManagementError outside of a transaction, MessageTooLong for an SMS over `rules.SMS_TEXT`.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("a message commits with its act: open a transaction round both")
    check_text(channel, text)
    message = OutboxMessage(
        key=key,
        channel=channel,
        address=address,
        subject=subject or "",
        text=text,
        secret=secret,
        about=about,
        not_after=not_after,
        created_at=now,
    )
    if OutboxMessage.objects.put(message):
        record(actor=actor, act=Act.MESSAGE_QUEUED, subject=about, now=now, message=message.pk, channel=channel)
