"""The audit as a file: one row a line, then the head."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from anahtar_server.audit.models import AuditEntry, AuditHead
from anahtar_server.audit.rules import GENESIS, canonical, moment
from anahtar_server.audit.verify import HEAD


def export() -> Iterator[str]:
    """Yield the lines of an export (without line ends): linked rows in order, then unlinked ones, then the head.

    The head is read before the rows, in one statement each: rows linked in between stand behind it, and none is lost.
    """
    head = AuditHead.objects.filter(id=1).first()
    for entry in AuditEntry.objects.order_by(F("sequence").asc(nulls_last=True), "id").iterator():
        yield _line(entry)
    sequence, last_hash = (head.sequence, head.hash) if head else (0, GENESIS)
    yield canonical({HEAD: {"sequence": sequence, "hash": last_hash}})


def _line(entry: AuditEntry) -> str:
    return canonical(
        {
            "sequence": entry.sequence,
            "at": moment(entry.at),
            "actor": entry.actor,
            "act": entry.act,
            "subject": entry.subject,
            "facts": entry.facts,
            "previous": entry.previous_hash,
            "hash": entry.hash,
        }
    )
