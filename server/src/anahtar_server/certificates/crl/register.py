"""What a list is made of, read from the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from anahtar_server.certificates.crl.entries import entry
from anahtar_server.certificates.lifecycle import Reason, State
from anahtar_server.certificates.models import Authority, Certificate, Change

_MOST = 100_000
SLACK = timedelta(minutes=10)
"""An act may commit a little after the time it gives; a delta list looks back that much further."""


_JOINED = {
    # SQLite writes no more about it than that it joins texts; `_must_join` asks it before each list.
    "sqlite": "CAST(group_concat(listed, '') AS BLOB)",
    "postgresql": "string_agg(listed, ''::bytea ORDER BY not_after, listed)",
}
_OF_A_SLOT = (
    "SELECT {joined} FROM certificates_certificate WHERE authority_id = %s AND partition = %s AND slot = %s "
    "AND listed IS NOT NULL AND not_after >= %s"
)
"""Answered by the index certificate_on_list alone, and joined in the database: to hand over each line as a row would
take most of the time of a list with a million lines."""
_OF_BOTH = "SELECT {joined} FROM (SELECT %s AS listed, 1 AS not_after UNION ALL SELECT %s, 2) AS both_of_them"
_NO_TEXT = b"0\x00\x80\xff", b"\xc3\x00\xed\xa0\x80"
"""Bytes that no text has: noughts, and what UTF-8 forbids."""


class JoinedWrongly(Exception):
    """This database joins bytes to something else than all of them: no list may be made of that."""


def entries_by_slot(
    authority: Authority, partition: int, slots: Iterable[int], not_ended_before: datetime
) -> Iterator[tuple[int, bytes]]:
    """Yield slot by slot the ready entries of everything on hold or revoked; raises JoinedWrongly. A certificate leaves
    the list after it has been on one published beyond its end (RFC 5280 section 3.3)."""
    ended = connection.ops.adapt_datetimefield_value(not_ended_before)
    joined = _JOINED[connection.vendor]
    with connection.cursor() as cursor:
        _must_join(cursor, joined)
        for slot in slots:
            cursor.execute(_OF_A_SLOT.format(joined=joined), (authority.pk, partition, slot, ended))
            (entries,) = cursor.fetchone()
            yield slot, entries or b""


def _must_join(cursor: CursorWrapper, joined: str) -> None:
    cursor.execute(_OF_BOTH.format(joined=joined), _NO_TEXT)
    if cursor.fetchone() != (b"".join(_NO_TEXT),):
        raise JoinedWrongly(connection.vendor)


def entries_since(authority: Authority, partition: int, base_at: datetime) -> Iterator[bytes]:
    """Yield an entry for each certificate whose being listed changed since a full list: as it stands now, or
    removeFromCRL (RFC 5280 section 5.2.4)."""
    touched = (
        Change.objects.filter(at__gt=base_at - SLACK)
        .exclude(before="", after=State.VALID.value)
        .values_list("certificate", flat=True)
    )
    for some in _some(sorted(set(touched))):
        rows = Certificate.objects.filter(pk__in=some).order_by("pk")
        for one in rows.only("authority", "partition", "serial", "listed", "state_since"):
            if (one.authority_id, one.partition) == (authority.pk, partition):
                yield _changed_entry(one)


def _changed_entry(one: Certificate) -> bytes:
    if one.listed:
        return bytes(one.listed)
    return entry(int(one.serial, 16), one.state_since, Reason.REMOVE_FROM_CRL)


def pending_changes() -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return the changes that no list shows yet, by authority and partition, each with its slot."""
    # Asked in two steps: the database would else begin at the certificates, of which there may be millions.
    changes = list(Change.objects.filter(listed_at=None).order_by("id").values_list("id", "certificate")[:_MOST])
    places: dict[UUID, tuple[int | None, int, int]] = {}
    for some in _some(sorted({certificate for _, certificate in changes})):
        rows = Certificate.objects.filter(pk__in=some).values_list("pk", "authority", "partition", "slot")
        places.update({pk: (authority, partition, slot) for pk, authority, partition, slot in rows})
    pending: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for change, certificate in changes:
        authority, partition, slot = places[certificate]
        if authority is not None:
            pending.setdefault((authority, partition), []).append((change, slot))
    return pending


def _some(keys: list[UUID]) -> Iterator[list[UUID]]:
    """Yield the keys a few hundred at once, as many as a statement takes anywhere."""
    for first in range(0, len(keys), 500):
        yield keys[first : first + 500]
