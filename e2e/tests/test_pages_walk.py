"""The guide walked in a browser beside the program's assistant, in both languages: the page moves while one watches."""

from __future__ import annotations

import platform

import pytest
from anahtar_pages.house import House, cancel_unlock, open_firm, open_unlock, press
from anahtar_pages.program import unlock
from playwright.sync_api import Page

from anahtar_desktop.ending import Outcome
from anahtar_desktop.links import reference_in


def seen_while_confirming(page: Page) -> tuple[str, str]:
    """Return which computer and which step the page shows when the program asks for the SMS code."""
    page.wait_for_selector("#state[data-state=confirming]")
    step = page.locator(".steps li[aria-current]").get_attribute("data-step") or ""
    return page.locator("#computer").inner_text(), step


@pytest.mark.parametrize(
    ("language", "end"), [("tr", "PIN Kodunuz başarılı bir şekilde değiştirilmiştir."), ("en", "Your PIN was changed")]
)
def test_the_page_ticks_the_steps_while_the_program_works(here: House, language: str, end: str) -> None:
    with here.page(language=language, person=0) as page:
        code, seen = open_unlock(page), list[tuple[str, str]]()
        page.evaluate("window.sameDocument = true")
        assert unlock(here, code, meanwhile=lambda: seen.append(seen_while_confirming(page))) is Outcome.DONE
        page.wait_for_selector("#state[data-state=done]")
        assert page.evaluate("window.sameDocument")  # it moved, it was not loaded again
        ((computer, step),) = seen
        assert computer == platform.node()
        assert step == "4"
        assert end in page.locator("#state").inner_text()
        assert end in page.locator("#duyuru").inner_text()
        assert page.title().startswith(end)
        assert page.locator("#code").count() == 0


def test_a_page_that_was_closed_shows_the_same_code_again(here: House) -> None:
    with here.page(person=0) as page:
        code, address = open_unlock(page), page.url
    with here.page(person=0) as page:
        page.goto("/nes/")
        press(page, "a[href^='/islem/']")
        assert (page.url, page.locator("#code").inner_text()) == (address, code)
        press(page, "#vazgec button")
        assert page.locator("#state").get_attribute("data-state") == "cancelled"


def test_when_no_program_opens_the_page_leads_back_to_the_code(here: House) -> None:
    with here.page(person=0) as page:
        code = open_unlock(page)
        address, refused = page.url, list[str]()
        page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
        page.clock.install()
        with page.expect_response("**/baglanti/") as made:
            page.click("#programda-ac button")
        assert "eimza://unlock?ref=" in made.value.text()
        assert page.locator("#acilmadi").is_hidden()
        page.wait_for_function("document.querySelector('#programda-ac button').disabled")
        page.clock.fast_forward(4000)
        page.wait_for_selector("#acilmadi:not([hidden])")
        assert (page.locator("#code").inner_text(), page.url, refused) == (code, address, [])
    with here.page(person=0) as page:  # over the other one may lie the browser's own question about the program
        page.goto(address)
        cancel_unlock(page)


def test_without_script_the_link_is_on_a_page_of_its_own(here: House) -> None:
    with here.page(person=0, script=False) as page:
        code = open_unlock(page)
        press(page, "#programda-ac button")
        reference = reference_in(page.locator("#ac").get_attribute("href") or "")
        assert here.stage.server().code_of_link(reference).reveal() == code
        assert page.locator(".verification-code").inner_text() == code
        press(page, "main a[href^='/islem/']")
        cancel_unlock(page)


def test_two_windows_of_one_unlock_tell_the_same_end(here: House) -> None:
    with here.page(person=0) as page:
        open_unlock(page)
        other = page.context.new_page()
        other.goto(page.url)
        press(page, "#vazgec button")
        other.wait_for_selector("#state[data-state=cancelled]", timeout=6000)
        other.close()


def test_the_back_button_after_an_end_brings_no_code_back(here: House) -> None:
    with here.page(person=0) as page:
        open_unlock(page)
        press(page, "#vazgec button")
        page.go_back()
        assert page.locator("#code").count() == 0


def test_signing_out_in_one_window_ends_the_other_one_gently(here: House) -> None:
    with here.page() as page:
        here.enter(page, 1)
        firm = page.context.new_page()
        open_firm(firm, here.stage.people[1]["vkn"])
        press(firm, "#pin-olusturma")
        firm.check("#id_duties")
        press(firm, "#pin button")
        unlock_page = firm.url
        press(page, "#cikis button")
        firm.wait_for_url("**/giris/?next=**", timeout=8000)
        assert firm.get_by_role("button", name="E-Devlet Kapısına Git").is_visible()
        here.enter(page, 1, again=True)  # the seal's card is left as the next story expects it
        page.goto(unlock_page)
        cancel_unlock(page)
