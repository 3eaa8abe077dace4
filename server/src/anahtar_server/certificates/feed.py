"""The number that grows with every change of what is served."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from anahtar_server.certificates.models import Answer, Certificate, Feed
from anahtar_server.certificates.ocsp.answers import status_of


def next_version() -> int:
    """Take the next number; others wait for it until this transaction ends, so take it last."""
    Feed.objects.get_or_create(id=1)
    Feed.objects.filter(id=1).update(version=F("version") + 1)
    return Feed.objects.get(id=1).version


def withdraw_answers(certificate: Certificate, now: datetime) -> None:
    """Take back what is answered about a certificate, in the transaction of the act; new answers are due at once."""
    status, version = status_of(certificate), next_version()
    Answer.objects.filter(certificate=certificate).update(der=b"", status=status, due_at=now, version=version)
