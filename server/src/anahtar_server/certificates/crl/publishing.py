"""Publishing lists: the full one and the changes since an earlier full one, under one numbering.

Nothing is locked while a key signs. A list is stored only if the one before it is still the newest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.certificates import addresses
from anahtar_server.certificates.authorities import facts_of
from anahtar_server.certificates.crl import reading, register
from anahtar_server.certificates.crl.writer import Head, write
from anahtar_server.certificates.feed import next_version
from anahtar_server.certificates.models import Authority, Certificate, Change, Publication
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.custody.port import Custody

SPLICE_FROM = 256 * 1024
"""From this size on (bytes) a list is changed in place after an act, and read anew from the register when scheduled."""
SPLICE_MOST = 20
BACK = timedelta(minutes=1)
"""A last list further ahead than this was signed by a clock that has gone back since."""
_FULL, _DELTA = Publication.Kind.FULL, Publication.Kind.DELTA


@dataclass(frozen=True, slots=True)
class _Scope:
    """One list: whose, and which part; `before` is the newest, `pending` the changes that it does not show."""

    authority: Authority
    partition: int
    before: Publication | None
    pending: list[tuple[int, str]]


def publish_lists(*, custody: Custody, now: datetime, settings: CertificateSettings, actor: str) -> int:
    """Publish each list that is due and return how many were; raises CustodyGone when the keys cannot be used."""
    lists = 0
    for authority in Authority.objects.exclude(kind=Authority.Kind.OCSP).order_by("pk"):
        for partition in range(_partitions(authority, settings)):
            scope = _scope(authority, partition)
            scheduled = is_scheduled(scope.before, now, settings)
            if scheduled or _is_asked(scope, now, settings):
                lists += _publish(scope, scheduled, custody, now, settings, actor)
    return lists


def is_scheduled(newest: Publication | None, now: datetime, settings: CertificateSettings) -> bool:
    """Tell whether a list has to be published whatever happened: there is none, or since the last scheduled one half of
    its life is over (lists after acts in between put nothing off)."""
    if newest is None:
        return True
    age = now - newest.base_at
    return age >= timedelta(hours=settings.list_hours) / 2 or age < -BACK


def gathering(newest: Publication | None, settings: CertificateSettings) -> timedelta:
    """Return how long after a list further acts are gathered for the next one: nothing while it is small."""
    size = newest.size if newest else 0
    return timedelta(seconds=settings.gather_seconds_per_megabyte * size / 1e6) if size >= SPLICE_FROM else timedelta(0)


def _partitions(authority: Authority, settings: CertificateSettings) -> int:
    if authority.kind == Authority.Kind.ROOT:
        return 1
    # Certificates name their list for ever: a smaller setting takes no list away.
    last = Publication.objects.filter(authority=authority).aggregate(last=Max("partition"))["last"] or 0
    return max(settings.partitions, last + 1)


def _scope(authority: Authority, partition: int) -> _Scope:
    pending = Change.objects.filter(
        listed_at=None, certificate__authority=authority, certificate__partition=partition
    ).values_list("id", "certificate__serial")
    newest = Publication.objects.filter(authority=authority, partition=partition, kind=_FULL).defer("der").first()
    return _Scope(authority, partition, newest, list(pending))


def _is_asked(scope: _Scope, now: datetime, settings: CertificateSettings) -> bool:
    assert scope.before is not None  # else it is scheduled
    return bool(scope.pending) and now - scope.before.this_update >= gathering(scope.before, settings)


def _publish(
    scope: _Scope, scheduled: bool, custody: Custody, now: datetime, settings: CertificateSettings, actor: str
) -> bool:
    full, before = _new(scope, _FULL, now, settings), scope.before
    delta = _new(scope, _DELTA, now, settings) if scope.authority.kind == Authority.Kind.ISSUING else None
    if delta is not None:
        # Since the base of the list before, so that whoever has that list needs no new one.
        entries = register.entries_since(scope.authority, scope.partition, delta.base_at)
        _write(delta, entries, custody, settings)
    _write(full, _entries(scope, scheduled, now, settings), custody, settings)
    if scheduled:
        full.base_number, full.base_at = full.number, now
    changes = [change for change, _ in scope.pending]
    return _store([full] if delta is None else [full, delta], before, changes, actor, now)


def _new(scope: _Scope, kind: Publication.Kind, now: datetime, settings: CertificateSettings) -> Publication:
    this, before = now.replace(microsecond=0), scope.before
    number = before.number + 1 if before else 1
    return Publication(
        authority=scope.authority,
        partition=scope.partition,
        kind=kind,
        number=number,  # one numbering for both kinds (RFC 5280 section 5.2.3)
        this_update=this,
        next_update=this + timedelta(hours=settings.list_hours),
        base_number=before.base_number if before else number,
        base_at=before.base_at if before else now,
    )


def _entries(scope: _Scope, scheduled: bool, now: datetime, settings: CertificateSettings) -> Iterable[bytes]:
    before = scope.before
    if before is None or scheduled or before.size < SPLICE_FROM or len(scope.pending) > SPLICE_MOST:
        seen_until = before.this_update if before else now - timedelta(hours=settings.list_hours)
        return register.all_entries(scope.authority, scope.partition, seen_until)
    rows = Certificate.objects.filter(serial__in={serial for _, serial in scope.pending}).values_list(
        "serial", "listed"
    )
    changes = [(int(serial, 16), bytes(listed) if listed else None) for serial, listed in rows]
    return reading.changed(bytes(before.der), changes)


def _write(new: Publication, entries: Iterable[bytes], custody: Custody, settings: CertificateSettings) -> None:
    """Sign the list and put it into the row."""
    name, base = new.authority.name, settings.status_url
    full, issuing = new.kind == _FULL, new.authority.kind == Authority.Kind.ISSUING
    head = Head(
        number=new.number,
        this_update=new.this_update,
        next_update=new.next_update,
        # A root has one list for everything, even itself: a point would narrow its scope (RFC 5280 section 5.2.5).
        address=addresses.full_list(base, name, new.partition) if issuing else "",
        delta_address=addresses.delta_list(base, name, new.partition) if full and issuing else "",
        base_number=None if full else new.base_number,
    )
    facts = facts_of(bytes(new.authority.der))
    new.der = write(head=head, entries=entries, facts=facts, key=new.authority.key, custody=custody)
    new.size = len(new.der)


def _store(new: list[Publication], before: Publication | None, changes: list[int], actor: str, now: datetime) -> bool:
    """Put the lists in the place of those before and return True, unless somebody else was first."""
    try:
        with transaction.atomic():
            return _replace(new, before, changes, actor, now)
    except IntegrityError:
        return False  # two workers published the very first list at once


def _replace(new: list[Publication], before: Publication | None, changes: list[int], actor: str, now: datetime) -> bool:
    version = next_version()
    if before is not None:
        same = Publication.objects.filter(authority=before.authority_id, partition=before.partition)
        if not same.filter(kind=_FULL, number=before.number).exists():
            return False
        same.delete()
    for one in new:
        one.version = version
        one.save(force_insert=True)
    Change.objects.filter(pk__in=changes, listed_at=None).update(listed_at=now)
    name = f"authority:{new[0].authority.name}"
    record(actor=actor, act=Act.LIST_PUBLISHED, subject=name, now=now, number=new[0].number, size=new[0].size)
    return True
