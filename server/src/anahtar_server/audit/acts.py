"""Writing the audit: rows commit with their act, and are linked into the chain afterwards."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import connection
from django.db.transaction import TransactionManagementError

from anahtar_server.audit.models import AuditEntry, AuditHead
from anahtar_server.audit.names import ALARMING, Act
from anahtar_server.audit.rules import GENESIS, Fact, Row, facts_text, moment
from anahtar_server.points import Point, committing
from anahtar_server.prepared import insert

_log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Rows linked in one transaction; the embedded database lets nobody else write meanwhile."""


def record(*, actor: str, act: Act, subject: str, now: datetime, **facts: Fact) -> None:
    """Record that `actor` did `act` on `subject` at `now`, in the transaction of the act itself.

    `facts` are plain values without secrets and without data of persons.
    Raises TransactionManagementError outside of a transaction, TypeError for a fact of another type.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("an audit row commits with its act: open a transaction round both")
    insert(AuditEntry(at=now, actor=actor, act=act.value, subject=subject, facts=facts_text(facts)))


def row_of(entry: AuditEntry, *, sequence: int, previous: str) -> Row:
    """Return a stored row as the chain hashes it."""
    return Row(
        sequence=sequence,
        at=moment(entry.at),
        actor=entry.actor,
        act=entry.act,
        subject=entry.subject,
        facts=entry.facts,
        previous=previous,
    )


def chain(*, now: datetime, most: int | None = None) -> int:
    """Link every row that has no place in the chain yet, in the order of their ids; return how many. After `most` rows
    it stops, with the transaction under way done.

    Any number of processes may call it: they wait for each other at the chain's head. A row that somebody should look
    at (`ALARMING`) is said in the log as *alarm*, once; again only where the process dies before the commit.
    """
    linked = 0
    while (most is None or linked < most) and AuditEntry.objects.filter(sequence=None).exists():
        linked += _chain_some(now)
    return linked


def _chain_some(now: datetime) -> int:
    with committing(Point.LINK_BEFORE_COMMIT, Point.LINK_AFTER_COMMIT):
        head = _head_for_me(now)
        entries = list(AuditEntry.objects.filter(sequence=None).order_by("id")[:AT_ONCE])
        for entry in entries:
            row = row_of(entry, sequence=head.sequence + 1, previous=head.hash)
            head.sequence, head.hash, head.at = row.sequence, row.hash(), now
            AuditEntry.objects.link(entry, sequence=row.sequence, previous_hash=row.previous, hash=head.hash)
            if row.act in ALARMING:
                _log.error("alarm", act=row.act, subject=row.subject, row=row.sequence)
        if entries:
            head.save()
    return len(entries)


def _head_for_me(now: datetime) -> AuditHead:
    # The embedded database ignores the lock, but its transactions are IMMEDIATE: there is one writer at a time.
    AuditHead.objects.get_or_create(id=1, defaults={"sequence": 0, "hash": GENESIS, "at": now})
    return AuditHead.objects.select_for_update().get(id=1)
