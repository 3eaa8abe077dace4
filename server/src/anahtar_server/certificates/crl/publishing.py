"""Publishing lists: the full one and the changes since an earlier full one, under one numbering.

Nothing is locked while a key signs. A list is stored only if the one before it is still the newest, and only the pieces
of it that differ are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.certificates import addresses
from anahtar_server.certificates.authorities import facts_of
from anahtar_server.certificates.crl import register
from anahtar_server.certificates.crl.entries import SLOTS
from anahtar_server.certificates.crl.writer import Head, Written, write
from anahtar_server.certificates.feed import next_version
from anahtar_server.certificates.models import Authority, Change, Piece, Publication
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.custody.port import Custody

SMALL = 256 * 1024
"""Below this size (bytes) a list comes at once after each act; a larger one gathers acts for a while."""
BACK = timedelta(minutes=1)
"""A last list further ahead than this was signed by a clock that has gone back since."""
FRONT, FIRST, TAIL = 0, 1, 1 + SLOTS
"""The places of pieces: before the entries, the first slot's entries, after the entries."""
_FULL, _DELTA = Publication.Kind.FULL, Publication.Kind.DELTA


@dataclass(frozen=True, slots=True)
class _Scope:
    """One list: whose, and which part; `before` is the newest, `pending` the changes that it does not show, with their
    slots."""

    authority: Authority
    partition: int
    before: Publication | None
    pending: list[tuple[int, int]]


def publish_lists(*, custody: Custody, now: datetime, settings: CertificateSettings, actor: str) -> int:
    """Publish each list that is due and return how many were; raises CustodyGone when the keys cannot be used."""
    lists, pending = 0, register.pending_changes()
    for authority in Authority.objects.exclude(kind=Authority.Kind.OCSP).order_by("pk"):
        for partition in range(_partitions(authority, settings)):
            scope = _scope(authority, partition, pending.get((authority.pk, partition), []))
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
    return timedelta(seconds=settings.gather_seconds_per_megabyte * size / 1e6) if size >= SMALL else timedelta(0)


def _partitions(authority: Authority, settings: CertificateSettings) -> int:
    if authority.kind == Authority.Kind.ROOT:
        return 1
    # Certificates name their list for ever: a smaller setting takes no list away.
    last = Publication.objects.filter(authority=authority).aggregate(last=Max("partition"))["last"] or 0
    return max(settings.partitions, last + 1)


def _scope(authority: Authority, partition: int, pending: list[tuple[int, int]]) -> _Scope:
    newest = Publication.objects.filter(authority=authority, partition=partition, kind=_FULL).first()
    return _Scope(authority, partition, newest, pending)


def _is_asked(scope: _Scope, now: datetime, settings: CertificateSettings) -> bool:
    assert scope.before is not None  # else it is scheduled
    return bool(scope.pending) and now - scope.before.this_update >= gathering(scope.before, settings)


def _publish(
    scope: _Scope, scheduled: bool, custody: Custody, now: datetime, settings: CertificateSettings, actor: str
) -> bool:
    full, changed = _new(scope, _FULL, now, settings), dict[int, bytes]()
    written = _write(full, _entries(scope, scheduled, changed, now, settings), custody, settings)
    lists = [(full, changed | {FRONT: written.front, TAIL: written.tail})]
    if scope.authority.kind == Authority.Kind.ISSUING:
        delta = _new(scope, _DELTA, now, settings)
        # Since the base of the list before, so that whoever has that list needs no new one.
        entries = b"".join(register.entries_since(scope.authority, scope.partition, delta.base_at))
        written = _write(delta, [entries], custody, settings)
        lists.append((delta, {FRONT: written.front + entries + written.tail}))
    if scheduled:
        full.base_number, full.base_at = full.number, now
    return _store(lists, scope, actor, now)


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


def _entries(
    scope: _Scope, scheduled: bool, changed: dict[int, bytes], now: datetime, settings: CertificateSettings
) -> Iterator[bytes]:
    """Yield the entries slot by slot, from the register where something happened or the list is scheduled, else as they
    are published; keep in `changed` what is not published as it is now (empty, where nothing is left)."""
    before = scope.before
    seen_until = before.this_update if before else now - timedelta(hours=settings.list_hours)
    touched = set(range(SLOTS)) if scheduled else {slot for _, slot in scope.pending}
    new = register.entries_by_slot(scope.authority, scope.partition, sorted(touched), seen_until)
    published = _published(before) if before is not None else iter(())
    for slot, entries, known in _side_by_side(new, published):
        if slot not in touched:
            yield known
            continue
        if entries != known:
            changed[FIRST + slot] = entries
        yield entries


def _published(publication: Publication) -> Iterator[tuple[int, bytes]]:
    """Yield slot and entries of each published piece, in order."""
    pieces = Piece.objects.filter(publication=publication, place__gte=FIRST, place__lt=TAIL).order_by("place")
    for place, entries in pieces.values_list("place", "der").iterator(chunk_size=8):
        yield place - FIRST, bytes(entries)


def _side_by_side(
    new: Iterator[tuple[int, bytes]], known: Iterator[tuple[int, bytes]]
) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield each slot that either has, in order, with what both have."""
    end = (SLOTS, b"")
    one, other = next(new, end), next(known, end)
    while (slot := min(one[0], other[0])) < SLOTS:
        yield slot, one[1] if one[0] == slot else b"", other[1] if other[0] == slot else b""
        one = next(new, end) if one[0] == slot else one
        other = next(known, end) if other[0] == slot else other


def _write(new: Publication, entries: Iterable[bytes], custody: Custody, settings: CertificateSettings) -> Written:
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
    written = write(head=head, entries=entries, facts=facts, key=new.authority.key, custody=custody)
    new.size = written.size
    return written


Lists = list[tuple[Publication, dict[int, bytes]]]
"""New lists, each with the pieces that differ from those of the list before."""


def _store(lists: Lists, scope: _Scope, actor: str, now: datetime) -> bool:
    """Put the lists in the place of those before and return True, unless somebody else was first."""
    try:
        with transaction.atomic():
            return _replace(lists, scope, actor, now)
    except IntegrityError:
        return False  # two workers published the very first list at once


def _replace(lists: Lists, scope: _Scope, actor: str, now: datetime) -> bool:
    version = next_version()
    same = Publication.objects.filter(authority=scope.authority, partition=scope.partition)
    if scope.before is not None and not same.filter(kind=_FULL, number=scope.before.number).exists():
        return False
    for new, pieces in lists:
        before = same.filter(kind=new.kind).first() if scope.before is not None else None
        new.pk, new.version = before.pk if before else None, version
        new.save(force_update=before is not None, force_insert=before is None)
        _store_pieces(new, pieces)
    Change.objects.filter(pk__in=[change for change, _ in scope.pending], listed_at=None).update(listed_at=now)
    newest, name = lists[0][0], f"authority:{scope.authority.name}"
    record(actor=actor, act=Act.LIST_PUBLISHED, subject=name, now=now, number=newest.number, size=newest.size)
    return True


def _store_pieces(publication: Publication, pieces: dict[int, bytes]) -> None:
    Piece.objects.filter(publication=publication, place__in=pieces).delete()
    for place, der in pieces.items():
        if der:
            Piece.objects.create(publication=publication, place=place, der=der)
