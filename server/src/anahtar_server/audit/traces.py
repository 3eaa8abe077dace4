"""In earnest, nothing begins on a database that a rehearsal filled: its people are made up, their cards' keys lie in
plain files."""

from __future__ import annotations

from anahtar_server.audit.models import AuditEntry
from anahtar_server.config import SettingsWrong

REHEARSAL = "rehearsal"
"""The actor of all that a rehearsal puts into the registers."""
FIRST = 100
"""A rehearsal begins a database, so its acts stand among the first ones."""


def refuse_made_up(*, rehearsal: bool) -> None:
    """Return in a rehearsal, and where none was; raises SettingsWrong where made-up people would be taken for real."""
    if rehearsal:
        return
    if REHEARSAL in AuditEntry.objects.order_by("pk").values_list("actor", flat=True)[:FIRST]:
        raise SettingsWrong("a rehearsal filled this database: begin with an empty one")
