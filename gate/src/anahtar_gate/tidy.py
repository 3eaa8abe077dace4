"""Forgets what no longer serves anything: old sessions, codes and counted tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from anahtar_gate.methods.models import CountedTry, SmsCode
from anahtar_gate.methods.rules import LIMITS
from anahtar_gate.provider.models import AuthorizationCode

# A used code is remembered so long, to know one that comes twice.
MEMORY = timedelta(days=1)


def forget_old(*, now: datetime) -> None:
    """After it, nothing is kept that neither a limit nor a check will ask for again."""
    Session.objects.filter(expire_date__lt=now).delete()
    AuthorizationCode.objects.filter(expires_at__lt=now - MEMORY).delete()
    SmsCode.objects.filter(expires_at__lt=now - MEMORY).delete()
    CountedTry.objects.filter(at__lt=now - max(limit.window for limit in LIMITS.values())).delete()
