"""Counting tries, and refusing when there are too many."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from django.db import connection, transaction

from anahtar_server.limits.models import Hit
from anahtar_server.prepared import Prepared, insert
from anahtar_wire.problems import Problem, Refusal


def check(*, kind: str, key: str, most: int, seconds: int, now: datetime) -> None:
    """Refuse (Problem.TOO_MANY, with `minutes` to wait) if `most` tries of `kind` under `key` lie within `seconds`."""
    since = now - timedelta(seconds=seconds)
    for oldest in _hits(most).all(kind=kind, key=key, since=since):
        wait = (oldest.at + timedelta(seconds=seconds) - now).total_seconds()
        raise Refusal(Problem.TOO_MANY, minutes=max(1, round(wait / 60 + 0.5)))


@cache
def _hits(most: int) -> Prepared[Hit]:
    """The try that fills the count, if there are that many."""
    return Prepared(
        lambda kind, key, since: Hit.objects.filter(kind=kind, key=key, at__gt=since).order_by("-at")[most - 1 : most]
    )


def reached(*, kind: str, key: str, most: int, seconds: int, now: datetime) -> bool:
    """Tell whether `most` tries of `kind` under `key` lie within `seconds`, so that the next one is refused."""
    try:
        check(kind=kind, key=key, most=most, seconds=seconds, now=now)
    except Refusal:
        return True
    return False


@transaction.atomic
def take(*, kind: str, key: str, most: int, seconds: int, now: datetime) -> None:
    """Count one try, or refuse it as `check` does; however many come at once, no more than `most` pass."""
    one_at_a_time(kind=kind, key=key)
    check(kind=kind, key=key, most=most, seconds=seconds, now=now)
    count(kind=kind, key=key, now=now)


def one_at_a_time(*, kind: str, key: str) -> None:
    """Let nobody else check or count tries of `kind` under `key` until the caller's transaction ends.

    PostgreSQL shows a transaction what others have committed only, so without this many could pass a check together.
    The embedded database has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{kind}:{key}"])


def count(*, kind: str, key: str, now: datetime) -> None:
    """Count one try; it stays counted whatever happens after, so call it in a transaction that commits."""
    insert(Hit(kind=kind, key=key, at=now))


def forget(*, before: datetime) -> int:
    """Delete tries older than `before` and return how many."""
    deleted, _ = Hit.objects.filter(at__lt=before).delete()
    return deleted
