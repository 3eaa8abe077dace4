"""Counting tries, and refusing when there are too many."""

from __future__ import annotations

from datetime import datetime, timedelta

from anahtar_server.limits.models import Hit
from anahtar_wire.problems import Problem, Refusal


def check(*, kind: str, key: str, most: int, seconds: int, now: datetime) -> None:
    """Refuse (Problem.TOO_MANY, with `minutes` to wait) if `most` tries of `kind` under `key` lie within `seconds`."""
    since = now - timedelta(seconds=seconds)
    hits = Hit.objects.filter(kind=kind, key=key, at__gt=since).order_by("-at")[most - 1 : most]
    for oldest in hits:
        wait = (oldest.at + timedelta(seconds=seconds) - now).total_seconds()
        raise Refusal(Problem.TOO_MANY, minutes=max(1, round(wait / 60 + 0.5)))


def count(*, kind: str, key: str, now: datetime) -> None:
    """Count one try; it stays counted whatever happens after, so call it in a transaction that commits."""
    Hit.objects.create(kind=kind, key=key, at=now)


def forget(*, before: datetime) -> int:
    """Delete tries older than `before` and return how many."""
    deleted, _ = Hit.objects.filter(at__lt=before).delete()
    return deleted
