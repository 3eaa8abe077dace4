"""Two languages, whole: the catalogue, the switch, and every page in both."""

from __future__ import annotations

import pytest
from django.utils import translation
from portal_stage import Stage, make_stage, problem_of, soup

from anahtar_server.locale import catalogue
from anahtar_server.portal.topics import TOPICS
from anahtar_server.portal.words import UNLOCK_STATES
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import State


def test_the_catalogue_holds_exactly_what_the_pages_say() -> None:
    kept = {message.id for message in catalogue.read() if message.id}
    assert kept == {text for text, _ in catalogue.said()}


def test_every_text_has_its_english() -> None:
    unfinished = [message.id for message in catalogue.read() if message.id and (not message.string or message.fuzzy)]
    assert unfinished == []


def test_the_english_keeps_every_value_of_the_text() -> None:
    for message in catalogue.read():
        assert list(message.check()) == [], message.id


def test_the_compiled_catalogue_is_the_written_one() -> None:
    assert catalogue.MO.read_bytes() == catalogue.compiled(catalogue.read())


def pages(stage: Stage) -> list[str]:
    """The addresses of every page."""
    unlock = stage.open()
    firm = f"/muhur/{stage.firm.pk}/"
    return [
        "/",
        "/online-islemler/?hedef=nes",
        "/online-islemler/?hedef=muhur",
        "/giris/?next=/nes/&yeniden=1",
        "/giris/",
        "/yardim/",
        "/yardim/code-wrong/",
        "/nes/",
        "/yardim/?ara=kart",
        *(f"/yardim/konu/{topic.slug}/" for topic in TOPICS),
        "/itiraz/?kod=ABCDE-FGHJK",
        "/nes/sertifika/",
        "/nes/sertifika/0a01/",
        "/nes/sertifika/0a01/askiya-al/",
        "/nes/sertifika/0a01/askidan-indir/",
        "/nes/sertifika/0a01/iptal/",
        "/nes/gecmis/",
        f"/nes/kart/{stage.card.serial}/kayip/",
        f"/nes/kart/{stage.card.serial}/bulundu/",
        "/oturumlar/",
        "/iletisim/",
        str(stage.client.post("/web-parola/").headers["Location"]),
        "/nes/pin/",
        "/muhur/",
        firm,
        firm + "sertifika/0b01/",
        firm + "pin/",
        unlock,
        "/web-parola/",
        "/nowhere/",
    ]


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_page_renders_in_both_languages(stage: Stage, language: str) -> None:
    stage.client.cookies["anahtar_dil"] = language
    for address in pages(stage):
        answer = stage.client.get(address, follow=True)
        page = soup(answer)
        assert page.html is not None
        assert page.html["lang"] == language, address
        assert page.h1 is not None, address
        assert "PROVA" in page.get_text()
        if language == "en":
            assert turkish_left(page.get_text()) == [], address


def turkish_left(text: str) -> list[str]:
    """Return the texts of the pages that stand there in Turkish, beside the labels that the English quotes."""
    pairs = {str(one.id): str(one.string) for one in catalogue.read() if one.id}
    for english in sorted(pairs.values(), key=len, reverse=True):
        text = text.replace(english, "")
    names = {"E-İmza", "E-İmza Uygulaması"}  # of a way to sign in and of the program: kept in every language
    return [turkish for turkish in pairs if len(turkish) > 5 and turkish not in names and turkish in text]


@pytest.mark.django_db
def test_the_ends_of_an_unlock_are_told_in_both_languages(stage: Stage) -> None:
    address = stage.open()
    assert set(UNLOCK_STATES) == set(State)
    for state in State:
        Unlock.objects.update(state=state.value)
        for language in ("tr", "en"):
            stage.client.cookies["anahtar_dil"] = language
            shown = soup(stage.client.get(address)).find(id="state")
            assert shown is not None
            with translation.override(language):
                assert str(UNLOCK_STATES[state].title) in shown.get_text()


@pytest.mark.django_db
def test_the_switch_keeps_the_place(stage: Stage) -> None:
    link = soup(stage.client.get("/giris/?next=%2Fnes%2Fpin%2F&yeniden=1")).select_one("footer a[hreflang]")
    assert link is not None
    answer = stage.client.get(str(link["href"]))
    assert answer.headers["Location"] == "/giris/?next=%2Fnes%2Fpin%2F&yeniden=1"
    page = soup(stage.client.get(answer.headers["Location"]))
    assert page.html is not None
    assert page.html["lang"] == "en"


@pytest.mark.django_db
def test_the_switch_on_a_refused_form_leads_to_a_page_that_opens(stage: Stage) -> None:
    answer = stage.client.get("/cikis/")
    assert problem_of(answer)[0] == 404
    link = soup(answer).select_one("footer a[hreflang]")
    assert link is not None
    assert stage.client.get(str(link["href"])).headers["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "away",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "/a\r\nb", "/ a"],
)
def test_the_switch_leads_nowhere_else(stage: Stage, away: str) -> None:
    assert stage.client.get("/dil/", {"to": "en", "next": away}).headers["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "language"), [("de,fr;q=0.5", "tr"), ("en-GB,en", "en"), ("tr", "tr"), ("", "tr"), ("rubbish", "tr")]
)
def test_the_browsers_language_counts_until_one_is_chosen(stage: Stage, accepted: str, language: str) -> None:
    page = soup(stage.client.get("/", headers={"accept-language": accepted}))
    assert page.html is not None
    assert page.html["lang"] == language


@pytest.mark.django_db
def test_an_unknown_language_changes_nothing(stage: Stage) -> None:
    assert "anahtar_dil" not in stage.client.get("/dil/", {"to": "xx"}).cookies
