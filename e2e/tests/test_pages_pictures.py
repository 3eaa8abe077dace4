"""The pictures of pages in the docs show what the pages look like now, in both languages."""

from __future__ import annotations

from pathlib import Path

from anahtar_pages.house import House
from anahtar_pages.likeness import difference, small
from anahtar_pages.pictures import draw

DOCS = Path(__file__).parents[2] / "docs" / "pictures"


def test_the_pages_look_like_their_pictures_in_the_docs(here: House, tmp_path: Path) -> None:
    drawn = {file.name: small(file.read_bytes()) for file in draw(here, tmp_path)}
    kept = {file.name: small(file.read_bytes()) for file in DOCS.glob("page-*.png")}
    assert set(drawn) == set(kept)
    apart = {name: str(difference(drawn[name], kept[name])) for name in kept if difference(drawn[name], kept[name])}
    assert apart == {}
