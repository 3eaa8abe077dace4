"""Every page and state of the portal, each by a name, in an order in which one browser can see them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from anahtar_pages.house import cancel_unlock, open_firm, open_unlock, press

Opens = Callable[[Page], object]


def _at(address: str) -> Opens:
    return lambda page: page.goto(address)


PUBLIC: dict[str, Opens] = {
    "landing": _at("/"),
    "online-services": _at("/online-islemler/?hedef=nes"),
    "entrance": _at("/giris/"),
    "help": _at("/yardim/"),
    "help-found": _at("/yardim/?ara=PUK"),
    "help-topic": _at("/yardim/konu/kart-okuyucu-gorunmuyor/"),
    "stored": _at("/yardim/konu/hakkinizda-sakladiklarimiz/"),
    "accessibility": _at("/yardim/konu/erisilebilirlik/"),
    "help-code": _at("/yardim/code-wrong/"),
    "not-found": _at("/yok/"),
    "objection": _at("/itiraz/?kod=ABCDE-FGHJK"),
}
"""What everybody may open."""


def press_without_script(page: Page) -> None:
    """Send the form "Programda Aç" as a browser without script does."""
    with page.expect_navigation():
        page.evaluate("document.getElementById('programda-ac').submit()")


def public(page: Page) -> Iterator[str]:
    """Open every page for everybody, one after the other, and yield its name."""
    for name, opens in PUBLIC.items():
        opens(page)
        yield name
    page.goto("/itiraz/")
    page.fill("#id_kod", "x")
    press(page, "#itiraz button")
    yield "objection-wrong"


def signed_in(page: Page) -> Iterator[str]:
    """Open every page of a holder with a NES card and yield its name; at the end nothing has changed."""
    page.goto("/nes/")
    yield "menu"
    for name, ending in (("card-lost", "kayip/"), ("card-found", "bulundu/")):
        page.goto("/nes/")
        address = page.locator("a[href$='/kayip/']").get_attribute("href") or ""
        page.goto(address.removesuffix("kayip/") + ending)
        yield name
    yield from _certificate(page)
    for name, address in (("seals", "/muhur/"), ("sign-ins", "/oturumlar/"), ("web-password", "/web-parola/")):
        page.goto(address)
        yield name
    page.goto("/iletisim/")
    yield "contact"
    page.fill("#id_address", "x")
    press(page, "#yeni-hat button")
    yield "contact-wrong"
    yield from _unlock(page)
    page.goto("/nes/gecmis/")
    yield "history"


def gate(page: Page, tckn: str, password: str) -> Iterator[str]:
    """Open every page of the gate up to the SMS code, which is not answered, and yield its name."""
    page.goto("/giris/?next=/nes/")
    press(page, "main form button")
    yield "gate-methods"
    page.get_by_role("link", name="E-Devlet Şifresi").first.click()
    page.wait_for_selector("input[name=password]")
    yield "gate-password"
    for given, name in (("x" * 10, "gate-password-wrong"), (password, "gate-code")):
        page.fill("input[name=tckn]", tckn)
        page.fill("input[name=password]", given)
        press(page, "form:has(input[name=password]) button")
        yield name
    page.fill("input[name=code]", "000000")
    press(page, "form:has(input[name=code]) button")
    yield "gate-code-wrong"


def of_firm(page: Page, number: str, ask: str) -> Iterator[str]:
    """Open every page of a firm's representative and yield its name; the firm then asks for two to agree, and the
    question to `ask` (`pin` or `revoke`: what was agreed to is not asked again) is open."""
    page.goto("/muhur/")
    yield "firms"
    page.goto("/muhur/?ara=yok")
    yield "firms-none"
    alone = open_firm(page, "HSM")
    page.goto(alone + "pin/")
    yield "hsm"
    page.goto(alone + "kararlar/")
    yield "agreements-none"
    home = open_firm(page, number)
    yield "firm-menu"
    page.goto(home + "kararlar/")
    page.check("#sayi-2")
    press(page, "#sayi button")
    yield "agreement-used"
    page.goto(home + "pin/")
    yield "firm-pin"
    if ask == "pin":
        page.check("#id_duties")
        press(page, "#pin button")
    else:
        page.goto(home + "sertifika/")
        page.goto((page.locator("td a.serial").first.get_attribute("href") or "") + "iptal/")
        page.fill("#id_last_four", page.url.split("/")[-3][-4:])
        press(page, "#iptal button")
    yield "agreement-mine"
    page.goto(home)
    yield "firm-menu-waiting"
    page.goto(home + "gecmis/")
    yield "firm-history"


def to_agree(page: Page) -> Iterator[str]:
    """Open, as the other representative, what the first one asked for in `of_firm`; at the end all is as it was."""
    home = open_firm(page)
    press(page, "a[href*='/karar/']")
    yield "agreement-asked"
    press(page, "#kabul button")
    yield "agreement-reached"
    page.goto(home + "kararlar/")
    page.check("#sayi-1")
    press(page, "#sayi button")
    yield "agreement-withdrawn"


def undo(page: Page, number: str) -> Iterator[str]:
    """Open, as the first one again, the agreed question, and let one representative be enough as before."""
    home = open_firm(page, number)
    press(page, "a[href*='/karar/']")
    press(page, "#kabul button")
    page.goto(home + "kararlar/")
    yield "agreements"


def _certificate(page: Page) -> Iterator[str]:
    page.goto("/nes/sertifika/")
    yield "certificates"
    press(page, "td a.serial")
    page.evaluate("document.querySelector('details').open = true")
    yield "certificate"
    address = page.url
    for name, act in (("suspend", "askiya-al/"), ("lift", "askidan-indir/"), ("revoke", "iptal/")):
        page.goto(address + act)
        yield name
    press(page, "#iptal button")
    yield "revoke-wrong"
    page.fill("#id_last_four", address.rstrip("/")[-4:])
    press(page, "#iptal button")
    yield "confirm"
    press(page, "#yol-web button")
    yield "confirm-answer"
    page.fill("#id_onay", "x")
    press(page, "#onay button")
    yield "confirm-wrong"


def _unlock(page: Page) -> Iterator[str]:
    page.goto("/nes/pin/")
    yield "pin"
    press(page, "#pin button")
    yield "pin-wrong"
    page.check("#entered-hayir")
    page.check("#id_duties")
    press(page, "#pin button")
    yield "pin-doubt"
    open_unlock(page)
    yield "code"
    press_without_script(page)
    yield "link"
    page.goto("/nes/")
    yield "menu-under-way"
    press(page, "a[href^='/islem/']")
    cancel_unlock(page)
    yield "cancelled"
