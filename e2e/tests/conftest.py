"""One rehearsal with one browser for all stories of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from anahtar_pages.house import House, house

FIRST_PORT = 18440


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Yield the rehearsal with chromium before it; persons stay signed in, each window is new."""
    with house(tmp_path_factory.mktemp("pages") / "stage", FIRST_PORT) as made:
        yield made
