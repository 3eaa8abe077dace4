"""The page of the docs says what the tables say."""

from __future__ import annotations

from pathlib import Path

from anahtar_server.certificates.lifecycle import MAY, TABLE
from anahtar_server.certificates.page import page
from anahtar_server.certificates.profiles import PROFILES

DOCS = Path(__file__).parents[2] / "docs" / "certificates.md"


def test_the_docs_hold_what_is_drawn_from_the_data() -> None:
    inside = DOCS.read_text(encoding="utf-8").split("<!-- drawn: certificates -->")[1]
    assert inside.split("<!-- end: certificates -->")[0].strip() == page().strip()


def test_every_profile_step_and_permission_is_drawn() -> None:
    drawn = page()
    assert all(f"| `{name}` |" in drawn for name in PROFILES)
    for (state, event), after in TABLE.items():
        assert f"{state.name if state else '[*]'} --> {after.name} : {event}" in drawn
    assert drawn.count("| two persons |") == sum(may.two_persons for may in MAY)
