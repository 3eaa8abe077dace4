"""What the pages promise to every reader: they load little and from us alone, and the keyboard is enough."""

from __future__ import annotations

from pathlib import Path

from anahtar_pages.house import DESK, House, cancel_unlock, open_unlock
from playwright.sync_api import Page, Request


def test_a_first_visit_loads_little_and_from_this_host_alone(here: House) -> None:
    sizes: dict[str, int] = {}

    def note(request: Request) -> None:
        said = request.sizes()
        sizes[request.url] = said["responseBodySize"] + said["responseHeadersSize"]

    with here.page() as page:
        page.on("requestfinished", note)
        page.goto("/", wait_until="networkidle")
        page.wait_for_timeout(300)
    assert {url for url in sizes if not url.startswith(here.stage.portal)} == set()
    assert len(sizes) >= 4
    assert sum(sizes.values()) <= 100 * 1024


def test_the_font_of_the_pages_is_there_and_holds_every_turkish_letter(here: House) -> None:
    with here.page() as page:
        page.goto("/", wait_until="networkidle")
        assert page.evaluate("document.fonts.check('16px Inter', 'ĞÜŞİÖÇğüşıöç')")
        assert page.evaluate("[...document.fonts].map(one => one.status)") == ["loaded"]


def test_the_way_to_the_gate_goes_by_keyboard_alone(here: House) -> None:
    with here.page() as page:
        page.goto("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        for target, arrives in (("kapi-nes", "**/online-islemler/**"), ("e-devlet-ile-giris", "**/giris/?next=**")):
            tab_to(page, target)
            page.keyboard.press("Enter")
            page.wait_for_url(arrives)


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the element with this id has the focus; it must be seen then."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert outline == "3px"
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_an_error_takes_the_focus_and_leads_to_its_field(here: House) -> None:
    with here.page(person=0) as page:
        page.goto("/nes/pin/")
        page.locator("#pin button").click()
        page.wait_for_selector("#error-summary")
        assert page.evaluate("document.activeElement.id") == "error-summary"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "id_duties"


def test_with_script_the_code_is_copied_by_one_press(here: House) -> None:
    with here.page(person=0) as page:
        code = open_unlock(page)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=here.stage.portal)
        page.locator("[data-kopyala]").click()
        page.wait_for_function("document.getElementById('duyuru').textContent !== ''")
        assert page.locator("#duyuru").inner_text() == "Kod kopyalandı"
        pasted = page.context.new_page()
        pasted.goto("/yardim/")
        pasted.focus("#id_ara")
        pasted.keyboard.press("Control+V")
        assert pasted.input_value("#id_ara") == code
        pasted.close()
        cancel_unlock(page)


def test_dark_colours_are_taken_from_the_system(here: House) -> None:
    grounds = []
    with here.page() as page:
        page.goto("/")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(14, 26, 38)"]


def test_the_mark_is_seen_at_sixteen_pixels(here: House, tmp_path: Path) -> None:
    with here.page(size=DESK) as page:
        page.goto("/static/portal/mark.svg")
        assert page.evaluate("document.documentElement.viewBox.baseVal.width") == 16
