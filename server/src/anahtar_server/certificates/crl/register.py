"""What a list is made of, read from the register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from anahtar_server.certificates.crl.entries import entry
from anahtar_server.certificates.lifecycle import Reason, State
from anahtar_server.certificates.models import Authority, Certificate, Change

AT_ONCE = 10_000
SLACK = timedelta(minutes=10)
"""An act may commit a little after the time it gives; a delta list looks back that much further."""


def all_entries(authority: Authority, partition: int, not_ended_before: datetime) -> Iterator[bytes]:
    """Yield the ready entries, many at once, of everything on hold or revoked; a certificate leaves the list after it
    has been on one published beyond its end (RFC 5280 section 3.3)."""
    rows = (
        Certificate.objects.filter(
            authority=authority, partition=partition, listed__isnull=False, not_after__gte=not_ended_before
        )
        .order_by()
        .values_list("listed")
    )
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        # Past the object mapper, which would spend most of the time on a list with a million lines.
        cursor.execute(sql, parameters)
        while some := cursor.fetchmany(AT_ONCE):
            yield b"".join(listed for (listed,) in some)


def entries_since(authority: Authority, partition: int, base_at: datetime) -> Iterator[bytes]:
    """Yield an entry for each certificate whose being listed changed since a full list: as it stands now, or
    removeFromCRL (RFC 5280 section 5.2.4)."""
    touched = (
        Change.objects.filter(
            certificate__authority=authority, certificate__partition=partition, at__gt=base_at - SLACK
        )
        .exclude(before="", after=State.VALID.value)
        .values("certificate")
    )
    for one in Certificate.objects.filter(pk__in=touched).only("serial", "listed", "state_since").order_by("pk"):
        if one.listed:
            yield bytes(one.listed)
        else:
            yield entry(int(one.serial, 16), one.state_since, Reason.REMOVE_FROM_CRL)
