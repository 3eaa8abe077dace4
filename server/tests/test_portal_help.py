"""Yardım: every topic in both languages, the search, and what stands beside it."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from portal_stage import problem_of, soup

from anahtar_server import portal
from anahtar_server.portal.topics import STEPS, TOPICS, search

pytestmark = pytest.mark.django_db
STATIC = Path(portal.__path__[0]) / "static"


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_topic_has_its_page(language: str) -> None:
    client = Client(headers={"accept-language": language})
    for topic in TOPICS:
        page = soup(client.get(f"/yardim/konu/{topic.slug}/"))
        main = page.main
        assert main is not None
        assert len(main.get_text().split()) > 90, topic.slug


def test_a_topic_that_there_is_not_is_told_as_not_found() -> None:
    assert problem_of(Client().get("/yardim/konu/yok/")) == (404, "page-not-found")


@pytest.mark.parametrize(
    ("query", "language", "first"),
    [
        ("PIN kilitlendi", "tr", "pin-kilitlendi-unutuldu"),
        ("KAYIP", "tr", "kayip-calinti-dolandiricilik"),
        ("ıslak", "tr", None),
        ("code-wrong", "tr", "code-wrong"),
        ("police", "en", "kayip-calinti-dolandiricilik"),
        ("", "tr", None),
        ("<script>", "tr", None),
    ],
)
def test_the_search_finds_topics_and_codes(query: str, language: str, first: str | None) -> None:
    found = search(query, language)
    assert (found[0].name if found else None) == first


def test_capitals_of_both_languages_find_the_same() -> None:
    assert search("İPTAL", "tr") == search("iptal", "tr")
    assert search("IŞIK", "tr") == search("ışık", "tr")


def test_a_search_shows_its_words_again_and_nothing_of_them_as_markup() -> None:
    page = soup(Client().get("/yardim/", {"ara": '"><b id="x">'}))
    assert page.find(id="x") is None
    field = page.find(id="id_ara")
    assert field is not None
    assert field["value"] == '"><b id="x">'


def test_security_txt_says_where_to_write_and_has_not_ended() -> None:
    answer = Client().get("/.well-known/security.txt")
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert lines["Contact"].startswith("mailto:")
    assert datetime.fromisoformat(lines["Expires"]) > datetime.now(UTC)


@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_steps_of_the_program_are_shown_in_pictures_with_their_words(language: str) -> None:
    client = Client(headers={"accept-language": language})
    page = soup(client.get("/yardim/konu/ilk-pin/"))
    figures = page.select(".pictures figure")
    assert len(figures) == len(STEPS)
    for figure in figures:
        shown, words = figure.find("img"), figure.find("figcaption")
        assert shown is not None and words is not None and words.get_text()
        file = STATIC / str(shown["src"]).removeprefix("/static/")
        size = struct.unpack(">II", file.read_bytes()[16:24])
        assert size == (int(str(shown["width"])), int(str(shown["height"])))
        assert file.stem.endswith(language) and file.stat().st_size <= 60_000
