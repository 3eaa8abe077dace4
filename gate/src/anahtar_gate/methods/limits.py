"""Counts tries against the limits of ``rules.LIMITS``."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from anahtar_gate.methods.models import CountedTry
from anahtar_gate.methods.rules import LIMITS, Counted, tries_before


def _hashed(counted: Counted, subject: str) -> str:
    """The subject under a key that lies outside the database."""
    return salted_hmac(f"anahtar_gate.limits.{counted}", subject, algorithm="sha256").hexdigest()


def count_try(counted: Counted, subject: str, *, now: datetime) -> int:
    """Count one try before it is made, so that tries made at once cannot pass the limit together.

    Returns how many are left after this one. Raises LimitReached, and then counts nothing.
    """
    hashed, limit = _hashed(counted, subject), LIMITS[counted]
    with transaction.atomic():
        tries = CountedTry.objects.filter(counted=counted, subject=hashed)
        tries.filter(at__lte=now - limit.window).delete()
        left = tries_before(limit, list(tries.order_by("at").values_list("at", flat=True)), counted)
        CountedTry.objects.create(counted=counted, subject=hashed, at=now)
    return left - 1


def take_back(counted: Counted, subject: str, *, now: datetime) -> None:
    """Uncount the try made at ``now``: it turned out right."""
    CountedTry.objects.filter(counted=counted, subject=_hashed(counted, subject), at=now).delete()


def forget(counted: Counted, subject: str) -> None:
    """Uncount all tries of a subject that has fully signed in."""
    CountedTry.objects.filter(counted=counted, subject=_hashed(counted, subject)).delete()
