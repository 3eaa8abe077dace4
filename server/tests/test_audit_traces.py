from __future__ import annotations

from datetime import UTC, datetime

import pytest

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.audit.traces import REHEARSAL, refuse_made_up
from anahtar_server.config import SettingsWrong

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_holder_is_registered_by(actor: str) -> None:
    record(actor=actor, act=Act.HOLDER_REGISTERED, subject="holder:1", now=NOW)


@pytest.mark.django_db
def test_in_earnest_a_database_that_a_rehearsal_filled_is_refused() -> None:
    a_holder_is_registered_by(REHEARSAL)
    with pytest.raises(SettingsWrong, match="a rehearsal filled this database"):
        refuse_made_up(rehearsal=False)


@pytest.mark.django_db
def test_a_rehearsal_goes_on_with_its_own_database() -> None:
    a_holder_is_registered_by(REHEARSAL)
    refuse_made_up(rehearsal=True)


@pytest.mark.django_db
def test_in_earnest_a_database_of_ones_own_is_taken() -> None:
    refuse_made_up(rehearsal=False)
    a_holder_is_registered_by("office")
    refuse_made_up(rehearsal=False)
