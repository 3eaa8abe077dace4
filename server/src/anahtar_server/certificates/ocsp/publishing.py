"""Signing status answers before anyone asks.

Nothing is locked while a key signs. An answer is stored only if its row is still as it was read, so one that an act has
overtaken is thrown away and signed anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from anahtar_server.certificates.authorities import responder_of
from anahtar_server.certificates.feed import next_version
from anahtar_server.certificates.models import Answer, Authority, Change
from anahtar_server.certificates.ocsp.answers import Responder, Writer
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.custody.port import Custody

AT_ONCE = 500

Due = tuple[int, int, bytes, bytes, int]
"""The authority, and of the answer: id, certid, status, version."""
Row = tuple[bytes, int, int]
"""der, id, version that it was made from."""


def sign_answers(*, custody: Custody, now: datetime, settings: CertificateSettings, actor: str) -> int:
    """Sign at most AT_ONCE due answers and return how many were due; those of ended certificates are taken out.

    Raises CustodyGone when the keys cannot be used.
    """
    # Read before the answers, so that what is marked as seen afterwards was certainly in them.
    pending = dict(Change.objects.filter(answered_at=None).order_by("id").values_list("id", "certificate")[:5000])
    due, ended = _due(now, settings)
    if ended:
        Answer.objects.filter(pk__in=ended).delete()
    this = now.replace(microsecond=0)
    life = timedelta(hours=settings.answer_hours)
    writers = _Writers(custody, this, life, settings, actor)
    rows = [
        (writers.of(authority).answer(bytes(certid), bytes(status)), pk, version)
        for authority, pk, certid, status, version in due
    ]
    if rows:
        _store(rows, this, this + life, this + life / 2)
    _mark_answered(pending, now)
    return len(due) + len(ended)


def _due(now: datetime, settings: CertificateSettings) -> tuple[list[Due], list[int]]:
    """Return what is to be signed, and the ids of the answers about certificates that have ended."""
    rows = list(_rows(Q(due_at__lte=now)))
    if len(rows) < AT_ONCE:
        # What is due far ahead was signed by a clock that has gone back since.
        rows += _rows(Q(due_at__gt=now + timedelta(hours=settings.answer_hours)))
    return [row[:5] for row in rows if row[5] > now], [row[1] for row in rows if row[5] <= now]


def _rows(due: Q) -> QuerySet[Answer, tuple[int, int, bytes, bytes, int, datetime]]:
    columns = ("certificate__authority_id", "pk", "certid", "status", "version", "ends")
    return Answer.objects.filter(due).order_by("due_at").values_list(*columns)[:AT_ONCE]


class _Writers:
    """The writers of one round; each authority's responder is looked up once."""

    def __init__(
        self, custody: Custody, this: datetime, life: timedelta, settings: CertificateSettings, actor: str
    ) -> None:
        self._custody, self._this, self._life, self._settings, self._actor = custody, this, life, settings, actor
        self._known: dict[int, Writer] = {}

    def of(self, authority: int) -> Writer:
        """Return the writer of an authority's responder."""
        return self._known.get(authority) or self._make(authority)

    def _make(self, authority: int) -> Writer:
        issuer = Authority.objects.get(pk=authority)
        own = responder_of(
            authority=issuer, custody=self._custody, actor=self._actor, now=self._this, settings=self._settings
        )
        responder = Responder.of(own)
        writer = Writer(
            responder,
            lambda data: self._custody.sign(key=responder.key, data=data),
            this_update=self._this,
            next_update=self._this + self._life,
        )
        self._known[authority] = writer
        return writer


_STORE = (
    "UPDATE certificates_answer SET der = %s, this_update = %s, next_update = %s, due_at = %s, version = %s "
    "WHERE id = %s AND version = %s"
)


@transaction.atomic
def _store(rows: list[Row], this: datetime, following: datetime, due: datetime) -> None:
    times = [connection.ops.adapt_datetimefield_value(time) for time in (this, following, due)]
    version = next_version()
    values = [(der, *times, version, pk, before) for der, pk, before in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_STORE, values)


def _mark_answered(pending: dict[int, UUID], now: datetime) -> None:
    """Keep since when relying parties see a change: when no answer about the certificate is missing any more."""
    if not pending:
        return
    missing = set(
        Answer.objects.filter(certificate__in=set(pending.values()), der=b"").values_list("certificate", flat=True)
    )
    done = [change for change, certificate in pending.items() if certificate not in missing]
    Change.objects.filter(pk__in=done, answered_at=None).update(answered_at=now)
