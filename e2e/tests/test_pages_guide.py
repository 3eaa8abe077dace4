"""The guide walked by a person with a locked card, from the landing page to a PIN that the card takes: in both
languages, with script and without, on a telephone, by keyboard alone, and as a screen reader would hear it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from anahtar_pages.faults import too_wide
from anahtar_pages.house import ALONE, PHONE, House, cancel_unlock, open_unlock, press
from anahtar_pages.program import unlock
from anahtar_story import holder
from anahtar_story.guide import fresh_pin
from playwright.sync_api import Page

from anahtar_card.virtual_reader import FileReader
from anahtar_desktop.ending import Outcome
from anahtar_desktop.readers import open_card

WRONG = ("135790", "246801", "975312")


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads and clicks, in one language; in Turkish the guide's own labels."""

    door: str
    sign_in: str
    gate: str
    menu: str
    pin: str
    read: str
    make: str
    end: str
    certificates: str


WORDS = {
    "tr": Words(
        door="NES PIN Oluşturma/Değiştirme",
        sign_in="E-Devlet ile Giriş",
        gate="E-Devlet Kapısına Git",
        menu="NES İşlemleri",
        pin="PIN Oluşturma/Kilit Çözme",
        read="Okudum, anladım",
        make="Doğrulama Kodu Oluştur",
        end="PIN Kodunuz başarılı bir şekilde değiştirilmiştir.",
        certificates="Sertifika Listele",
    ),
    "en": Words(
        door="Set or change a NES PIN",
        sign_in="Sign in with e-Devlet (E-Devlet ile Giriş)",
        gate="Go to the e-Devlet gate",
        menu="NES services",
        pin="Set a PIN / unlock",
        read="I have read and understood this",
        make="Create a verification code",
        end="Your PIN was changed",
        certificates="List certificates",
    ),
}


def locked_card(here: House, person: int) -> FileReader:
    """The person's card in a reader, after three wrong PINs."""
    card = FileReader("Okuyucu 1", Path(here.stage.folder) / "cards" / f"nes-{person}.json", open_card)
    for wrong in WRONG:
        holder.verify(card, wrong)
    assert holder.look(card).pin_tries == 0
    return card


def sign_in(here: House, page: Page, person: int, words: Words) -> None:
    """Steps 1 to 4 of the guide."""
    who = here.stage.people[person]
    page.goto("/")
    page.get_by_role("link", name=words.door, exact=True).click()
    page.get_by_role("link", name=words.sign_in, exact=True).click()
    page.get_by_role("button", name=words.gate, exact=True).click()
    page.get_by_role("link", name="E-Devlet Şifresi").first.click()
    page.fill("input[name=tckn]", who["tckn"])
    page.fill("input[name=password]", who["password"])
    code = here.watch_sms(who["mobile"], r"\b\d{6}\b")
    press(page, "form:has(input[name=password]) button")
    page.fill("input[name=code]", code())
    press(page, "form:has(input[name=code]) button")
    assert page.get_by_role("heading", level=1).inner_text() == words.menu


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize(("language", "person"), [("tr", ALONE[0]), ("en", ALONE[1])])
def test_a_locked_card_gets_a_new_pin_by_the_guide_on_a_telephone(
    here: House, language: str, person: int, script: bool
) -> None:
    words, new_pin, card = WORDS[language], fresh_pin(), locked_card(here, person)
    with here.page(language=language, size=PHONE, script=script) as page:
        sign_in(here, page, person, words)
        page.get_by_role("link", name=words.pin, exact=True).click()
        page.get_by_label(words.read, exact=True).check()
        page.get_by_role("button", name=words.make, exact=True).click()
        code = page.locator("#code").inner_text()
        assert too_wide(page) == 0
        assert page.locator("[data-kopyala]").is_visible() is script  # nothing dead is offered
        assert page.locator("noscript p").is_visible() is not script
        assert unlock(here, code, person=person, new_pin=new_pin) is Outcome.DONE
        page.wait_for_selector("#state[data-state=done]", timeout=15_000)
        assert words.end in page.locator("#state").inner_text()
        page.goto("/nes/")
        page.get_by_role("link", name=words.certificates, exact=True).click()
        serial = page.locator("a.serial").first.inner_text()
        page.get_by_role("link", name=serial, exact=True).click()
        assert serial in page.locator("main").inner_text()
    assert (holder.verify(card, new_pin), holder.look(card).pin_tries) == ("right", 3)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def go(page: Page, selector: str) -> None:
    """Reach a link or button by Tab, press Enter, and wait for the next page."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_whole_way_to_the_code_goes_by_keyboard_alone(here: House) -> None:
    who = here.stage.people[ALONE[0]]
    with here.page() as page:
        page.goto("/")
        for selector in ("#kapi-nes", "#e-devlet-ile-giris", "#giris button"):
            go(page, selector)
        method = page.get_by_role("link", name="E-Devlet Şifresi").first.get_attribute("href")
        go(page, f"a[href='{method}']")
        type_into(page, "input[name=tckn]", who["tckn"])
        code = here.watch_sms(who["mobile"], r"\b\d{6}\b")
        type_into(page, "input[name=password]", who["password"], sends=True)
        type_into(page, "input[name=code]", code(), sends=True)
        go(page, "#pin-olusturma")
        for box in ("input[name=entered]", "#id_duties"):
            tab_to(page, box)
            page.keyboard.press("Space")
        go(page, "#pin button")
        tab_to(page, "[data-kopyala]")
        page.keyboard.press("Enter")
        page.wait_for_function("document.getElementById('duyuru').textContent !== ''")
        go(page, "#vazgec button")
        assert page.locator("#state").get_attribute("data-state") == "cancelled"


def type_into(page: Page, selector: str, text: str, *, sends: bool = False) -> None:
    """Reach a field by Tab unless the page put the focus there, type, and send the form where asked."""
    if not page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
        tab_to(page, selector)
    page.keyboard.type(text)
    if sends:
        with page.expect_navigation():
            page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("tr", ['heading "Doğrulama kodu"', "1. grup: ", 'button "Kodu Kopyala"', 'button "İşlemden Vazgeç"']),
        ("en", ['heading "Verification code"', "Group 1: ", 'button "Copy the code"', 'button "Cancel the unlock"']),
    ],
)
def test_a_screen_reader_hears_the_code_letter_by_letter_and_each_button_by_name(
    here: House, language: str, heard: list[str]
) -> None:
    with here.page(language=language, person=0) as page:
        code = open_unlock(page)
        tree = page.locator("body").aria_snapshot()
        assert [words for words in heard if words not in tree] == []
        assert code not in tree
        assert ", ".join(code.split("-")[1]) in tree
        assert [part for part in ("banner", "main", "contentinfo", "status") if f"- {part}" not in tree] == []
        cancel_unlock(page)
