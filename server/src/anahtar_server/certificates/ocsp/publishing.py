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
from anahtar_server.certificates.lifecycle import State
from anahtar_server.certificates.models import Answer, Authority, Certificate, Change
from anahtar_server.certificates.ocsp.answers import GOOD, Responder, answer, revoked
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.custody.port import Custody

AT_ONCE = 200

Row = tuple[bytes, datetime, datetime, datetime, int, int]
"""der, this update, next update, due, id, version that it was made from."""


def sign_answers(*, custody: Custody, now: datetime, settings: CertificateSettings, actor: str) -> int:
    """Sign at most AT_ONCE due answers and return how many were due; those of ended certificates are taken out.

    Raises CustodyGone when the keys cannot be used.
    """
    # Read before the answers, so that what is marked as seen afterwards was certainly in them.
    pending = dict(Change.objects.filter(answered_at=None).order_by("id").values_list("id", "certificate")[:5000])
    due = list(_due(now, settings)[:AT_ONCE])
    ended = [one.pk for one in due if now >= one.certificate.not_after]
    if ended:
        Answer.objects.filter(pk__in=ended).delete()
    alive = [one for one in due if now < one.certificate.not_after]
    _store([*_Batch(custody, now, settings, actor).signed(alive)])
    _mark_answered(pending, now)
    return len(due)


def status_of(certificate: Certificate) -> bytes:
    """Return the CertStatus (DER) of a certificate as the register has it; on hold is revoked for the time being."""
    if State(certificate.state) is State.VALID:
        return GOOD
    return revoked(certificate.state_since, certificate.reason or 0)


def _due(now: datetime, settings: CertificateSettings) -> QuerySet[Answer]:
    life = timedelta(hours=settings.answer_hours)
    # What is due far ahead was signed by a clock that has gone back since.
    return (
        Answer.objects.filter(Q(due_at__lte=now) | Q(due_at__gt=now + life))
        .select_related("certificate")
        .defer("der", "certificate__der", "certificate__listed")
        .order_by("due_at")
    )


class _Batch:
    """Answers signed in one go; each authority's responder is looked up once."""

    def __init__(self, custody: Custody, now: datetime, settings: CertificateSettings, actor: str) -> None:
        self._custody, self._now, self._settings, self._actor = custody, now, settings, actor
        self._responders: dict[int, Responder] = {}

    def signed(self, due: list[Answer]) -> list[Row]:
        """Return the rows to store."""
        life = timedelta(hours=self._settings.answer_hours)
        this = self._now.replace(microsecond=0)
        return [(self._answer(one, this, life), this, this + life, this + life / 2, one.pk, one.version) for one in due]

    def _answer(self, one: Answer, this: datetime, life: timedelta) -> bytes:
        return answer(
            bytes(one.certid),
            status_of(one.certificate),
            this_update=this,
            next_update=this + life,
            responder=self._responder(one.certificate),
            custody=self._custody,
        )

    def _responder(self, certificate: Certificate) -> Responder:
        assert certificate.authority_id is not None  # answers are made at issue, with an authority
        known = self._responders.get(certificate.authority_id)
        if known is None:
            issuer = Authority.objects.get(pk=certificate.authority_id)
            own = responder_of(
                authority=issuer, custody=self._custody, actor=self._actor, now=self._now, settings=self._settings
            )
            known = self._responders[certificate.authority_id] = Responder.of(own)
        return known


_STORE = (
    "UPDATE certificates_answer SET der = %s, this_update = %s, next_update = %s, due_at = %s, version = %s "
    "WHERE id = %s AND version = %s"
)


@transaction.atomic
def _store(rows: list[Row]) -> None:
    if not rows:
        return
    version, time = next_version(), connection.ops.adapt_datetimefield_value
    values = [(der, time(this), time(end), time(due), version, pk, before) for der, this, end, due, pk, before in rows]
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
