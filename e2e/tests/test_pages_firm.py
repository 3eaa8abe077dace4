"""A representative of forty firms in a browser, in both languages."""

from __future__ import annotations

import pytest
from anahtar_pages.house import House, open_firm, press


@pytest.mark.parametrize(("language", "why"), [("tr", "donanım güvenlik modülünde"), ("en", "security module")])
def test_each_of_forty_firms_is_found_and_a_seal_on_an_hsm_says_why_it_has_no_pin(
    here: House, language: str, why: str
) -> None:
    with here.page(language=language, person=1) as page:
        page.goto("/muhur/")
        assert page.locator("#mukellefler a").count() == 41
        title = page.locator("#mukellefler a", has_text=" 23 Prova").inner_text()
        upper = title.replace("i", "İ").replace("ı", "I").upper()
        for words in (here.stage.people[1]["vkn"], title, upper):
            page.fill("#id_ara", words)
            press(page, "#ara button")
            assert page.locator("#mukellefler a").count() == 1, words
        page.goto(open_firm(page, "HSM") + "pin/")
        assert why in page.locator("main").inner_text()
        assert page.locator("main input:enabled:visible").count() == 0
