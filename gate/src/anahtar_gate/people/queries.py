"""Every read of the register of persons."""

from __future__ import annotations

import uuid

from anahtar_gate.config import ConfigWrong, GateConfig
from anahtar_gate.people.models import Person


def person_by_tckn(tckn: str) -> Person | None:
    """The person with this number, or None."""
    return Person.objects.filter(tckn=tckn).first()


def person_by_id(person_id: uuid.UUID) -> Person | None:
    """The person with this identifier of ours, or None."""
    return Person.objects.filter(pk=person_id).first()


def refuse_rehearsal_data(config: GateConfig) -> None:
    """Raise ConfigWrong when a gate in earnest stands over a register with made-up persons."""
    if not config.rehearsal and Person.objects.filter(rehearsal=True).exists():
        raise ConfigWrong(
            f"{config.database}: holds persons of a rehearsal; real operation needs a database of its own"
        )
