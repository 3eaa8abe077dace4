"""Publishing what is due: status answers and lists, at the half of their life and at once after an act.

Nothing is locked while a key signs. What was signed is stored only if nothing was changed meanwhile, so an answer that
an act has overtaken is thrown away and signed anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Min, Q

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.certificates import addresses
from anahtar_server.certificates.authorities import facts_of, responder_of
from anahtar_server.certificates.crl import reading, register, writer
from anahtar_server.certificates.feed import next_version
from anahtar_server.certificates.lifecycle import FINAL, State, state_at
from anahtar_server.certificates.models import Answer, Authority, Certificate, Change, Publication
from anahtar_server.certificates.ocsp.answers import GOOD, Responder, answer, revoked
from anahtar_server.certificates.settings import CertificateSettings, current
from anahtar_server.custody.port import Custody

ANSWERS_AT_ONCE = 200
_SPLICE_FROM = 256 * 1024
_SPLICE_MOST = 20
_KIND = Publication.Kind


@dataclass(frozen=True, slots=True)
class Published:
    """How many answers and lists were published."""

    answers: int
    lists: int


def publish_due(
    *, custody: Custody, now: datetime, settings: CertificateSettings | None = None, actor: str = "worker"
) -> Published:
    """Publish every answer and list that is due; any number of workers may call it at any moment.

    Raises CustodyGone when the keys cannot be used: then nothing was published, and it stays due.
    """
    settings = settings or current()
    answers = 0
    while signed := sign_answers(custody=custody, now=now, settings=settings, actor=actor):
        answers += signed
    return Published(answers, publish_lists(custody=custody, now=now, settings=settings, actor=actor))


# --- status answers ---------------------------------------------------------------------------------------------------


def sign_answers(*, custody: Custody, now: datetime, settings: CertificateSettings, actor: str = "worker") -> int:
    """Sign at most ANSWERS_AT_ONCE due answers and return how many; those of ended certificates are taken out."""
    pending = dict(Change.objects.filter(answered_at=None).order_by("id").values_list("id", "certificate")[:5000])
    due = list(
        Answer.objects.filter(due_at__lte=now)
        .select_related("certificate")
        .defer("der", "certificate__der", "certificate__listed")
        .order_by("due_at")[:ANSWERS_AT_ONCE]
    )
    ended = [one.pk for one in due if now >= one.certificate.not_after]
    Answer.objects.filter(pk__in=ended).delete()
    rows = list(_signed(_alive(due, ended), custody, now, settings, actor))
    _store_answers(rows, now)
    _mark_answered(pending, now)
    return len(due)


def status_of(certificate: Certificate) -> bytes:
    """Return the CertStatus (DER) of a certificate as the register has it; on hold is revoked for the time being."""
    if certificate.reason is None and State(certificate.state) is State.VALID:
        return GOOD
    return revoked(certificate.state_since, certificate.reason or 0)


def _alive(due: list[Answer], ended: list[int]) -> list[Answer]:
    gone = set(ended)
    return [one for one in due if one.pk not in gone]


Row = tuple[bytes, datetime, datetime, datetime, int, int]
"""der, this update, next update, due, id, version that it was made from."""


def _signed(
    due: list[Answer], custody: Custody, now: datetime, settings: CertificateSettings, actor: str
) -> list[Row]:
    life = timedelta(hours=settings.answer_hours)
    this = now.replace(microsecond=0)
    responders: dict[int, Responder] = {}
    rows: list[Row] = []
    for one in due:
        assert one.certificate.authority_id is not None  # answers are made at issue, with an authority
        responder = responders.get(one.certificate.authority_id)
        if responder is None:
            responder = _responder(one.certificate.authority_id, custody, now, settings, actor)
            responders[one.certificate.authority_id] = responder
        signed = answer(
            bytes(one.certid),
            status_of(one.certificate),
            this_update=this,
            next_update=this + life,
            responder=responder,
            custody=custody,
        )
        rows.append((signed, this, this + life, now + life / 2, one.pk, one.version))
    return rows


def _responder(
    authority: int, custody: Custody, now: datetime, settings: CertificateSettings, actor: str
) -> Responder:
    issuer = Authority.objects.get(pk=authority)
    own = responder_of(authority=issuer, custody=custody, actor=actor, now=now, settings=settings)
    return Responder.of(own)


@transaction.atomic
def _store_answers(rows: list[Row], now: datetime) -> None:
    if not rows:
        return
    version = next_version()
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE certificates_answer SET der = %s, this_update = %s, next_update = %s, due_at = %s, version = %s "
            "WHERE id = %s AND version = %s",
            [
                (signed, adapt(this), adapt(following), adapt(due), version, pk, before)
                for signed, this, following, due, pk, before in rows
            ],
        )


def _mark_answered(pending: dict[int, int], now: datetime) -> None:
    """Keep since when relying parties see a change: when no answer about the certificate is missing any more."""
    if not pending:
        return
    open_ones = set(
        Answer.objects.filter(certificate__in=set(pending.values()), der=b"").values_list("certificate", flat=True)
    )
    done = [change for change, certificate in pending.items() if certificate not in open_ones]
    Change.objects.filter(pk__in=done, answered_at=None).update(answered_at=now)


# --- lists ------------------------------------------------------------------------------------------------------------


def publish_lists(*, custody: Custody, now: datetime, settings: CertificateSettings, actor: str = "worker") -> int:
    """Publish each list that is due, full and delta, and return how many partitions were."""
    lists = 0
    for authority in Authority.objects.exclude(kind=Authority.Kind.OCSP).order_by("pk"):
        partitions = settings.partitions if authority.kind == Authority.Kind.ISSUING else 1
        for partition in range(partitions):
            lists += _publish_if_due(authority, partition, custody, now, settings, actor)
    return lists


def _publish_if_due(
    authority: Authority, partition: int, custody: Custody, now: datetime, settings: CertificateSettings, actor: str
) -> bool:
    full = Publication.objects.filter(authority=authority, partition=partition, kind=_KIND.FULL).first()
    pending = list(
        Change.objects.filter(
            listed_at=None, certificate__authority=authority, certificate__partition=partition
        ).values_list("id", "certificate__serial")
    )
    scheduled = full is None or now >= full.this_update + timedelta(hours=settings.list_hours) / 2
    # A clock that went back must not silence us: then the last publication lies ahead of now.
    if full is not None and not scheduled and now >= full.this_update:
        gather = timedelta(seconds=settings.gather_seconds_per_megabyte * full.size / 1e6)
        if not pending or now < full.this_update + gather:
            return False
    elif full is not None and not scheduled and not pending:
        return False
    return _publish(authority, partition, full, scheduled, pending, custody, now, settings, actor)


def _publish(
    authority: Authority,
    partition: int,
    before: Publication | None,
    scheduled: bool,
    pending: list[tuple[int, str]],
    custody: Custody,
    now: datetime,
    settings: CertificateSettings,
    actor: str,
) -> bool:
    this = now.replace(microsecond=0)
    new = Publication(
        authority=authority,
        partition=partition,
        kind=_KIND.FULL,
        number=before.number + 1 if before else 1,
        this_update=this,
        next_update=this + timedelta(hours=settings.list_hours),
        base_number=before.base_number if before else 1,
        base_at=before.base_at if before else now,
    )
    delta = _delta(new, custody, settings) if authority.kind == Authority.Kind.ISSUING else None
    new.der = _full(new, before, scheduled, pending, custody, settings, with_delta=delta is not None)
    if scheduled:
        new.base_number, new.base_at = new.number, now
    return _store_lists(new, delta, before, [change for change, _ in pending], actor, now)


def _full(
    new: Publication,
    before: Publication | None,
    scheduled: bool,
    pending: list[tuple[int, str]],
    custody: Custody,
    settings: CertificateSettings,
    *,
    with_delta: bool,
) -> bytes:
    """Write the full list; a large one is changed in place between two scheduled ones."""
    if before is not None and not scheduled and before.size >= _SPLICE_FROM and len(pending) <= _SPLICE_MOST:
        entries = reading.changed(bytes(before.der), _now_listed({serial for _, serial in pending}))
    else:
        since = before.this_update if before else new.this_update - timedelta(hours=settings.list_hours)
        entries = register.all_entries(new.authority, new.partition, since)
    delta = addresses.delta_list(settings.status_url, new.authority.name, new.partition) if with_delta else ""
    return _write(new, entries, custody, settings, delta_address=delta)


def _now_listed(serials: set[str]) -> list[tuple[int, bytes | None]]:
    rows = Certificate.objects.filter(serial__in=serials).values_list("serial", "listed")
    return [(int(serial, 16), bytes(listed) if listed else None) for serial, listed in rows]


def _delta(new: Publication, custody: Custody, settings: CertificateSettings) -> Publication:
    """Return the changes since the base of the list before, so that whoever has that one needs no new one."""
    delta = Publication(
        authority=new.authority,
        partition=new.partition,
        kind=_KIND.DELTA,
        number=new.number,  # one numbering for both (RFC 5280 section 5.2.3)
        this_update=new.this_update,
        next_update=new.next_update,
        base_number=new.base_number,
        base_at=new.base_at,
    )
    entries = register.entries_since(new.authority, new.partition, new.base_at)
    delta.der = _write(delta, entries, custody, settings, base_number=new.base_number)
    return delta


def _write(
    new: Publication,
    entries: object,
    custody: Custody,
    settings: CertificateSettings,
    *,
    delta_address: str = "",
    base_number: int | None = None,
) -> bytes:
    ...


@transaction.atomic
def _store_lists(
    new: Publication,
    delta: Publication | None,
    before: Publication | None,
    changes: list[int],
    actor: str,
    now: datetime,
) -> bool:
    return True


def lateness(now: datetime) -> None: ...
