"""A seal's PIN where two of a firm's three representatives must agree, each in a browser of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from anahtar_cases import clock
from anahtar_pages.house import House, cancel_unlock, open_firm, press
from anahtar_pages.program import unlock
from anahtar_story import holder
from anahtar_story.desk import desk
from anahtar_story.guide import fresh_pin
from playwright.sync_api import Page

from anahtar_desktop.ending import Outcome
from anahtar_wire import inbox

ASKING, OTHER, THIRD = 1, 0, 2
TOLD_WITHIN = 15.0


@pytest.fixture(scope="module", autouse=True)
def two_must_agree(here: House) -> Iterator[None]:
    """Let the firm ask for two of its representatives, and for one again afterwards."""
    with here.page(person=ASKING) as page:
        wish(here, page, 2)
    yield
    with here.page(person=ASKING) as page:
        wish(here, page, 1)
        question = page.url
    with here.page(person=OTHER) as page:
        page.goto(question)
        press(page, "#kabul button")


def wish(here: House, page: Page, number: int) -> None:
    """Ask that so many representatives must agree."""
    page.goto(open_firm(page, here.stage.people[ASKING]["vkn"]) + "kararlar/")
    page.check(f"#sayi-{number}")
    press(page, "#sayi button")


def ask(here: House, page: Page) -> None:
    """Choose the seal's card, read the duties and send the form; a question opens, or the unlock."""
    page.goto(open_firm(page, here.stage.people[ASKING]["vkn"]) + "pin/")
    page.check("#id_duties")
    press(page, "#pin button")


def state(page: Page) -> str | None:
    """Return what the question's page says has become of it."""
    return page.locator("#karar").get_attribute("data-state")


def answer(page: Page, question: str, form: str) -> str | None:
    """Answer a question with one of its forms, and return what became of it."""
    page.goto(question)
    press(page, f"#{form} button")
    return state(page)


def await_used(page: Page, question: str) -> None:
    """Open a question until it says that what was agreed to was done; raises AssertionError when it never does."""
    deadline = time.monotonic() + TOLD_WITHIN
    while time.monotonic() < deadline:
        page.goto(question)
        if state(page) == "used":
            return
        time.sleep(0.5)
    raise AssertionError("the question never said that its PIN was set")


def everyone(here: House) -> set[str]:
    """Return every line on record of all three representatives."""
    return {who[line] for who in here.stage.people[:3] for line in ("mobile", "email")}


@contextmanager
def told(here: House, words: str) -> Iterator[Callable[[], set[str]]]:
    """Yield what waits until every line was told a text with these words, and returns the lines that were."""
    before, wanted = len(inbox.read(here.stage.inbox)), everyone(here)

    def lines() -> set[str]:
        deadline, found = time.monotonic() + TOLD_WITHIN, set[str]()
        while found != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
            found = {one.to for one in inbox.read(here.stage.inbox)[before:] if words in one.text}
        return found

    yield lines


@pytest.mark.parametrize(
    ("language", "agreed", "end"),
    [
        ("tr", "Kabul edildi", "PIN Kodunuz başarılı bir şekilde değiştirilmiştir."),
        ("en", "Agreed", "Your PIN was changed"),
    ],
)
def test_a_seal_gets_its_pin_after_another_representative_agreed(
    here: House, language: str, agreed: str, end: str
) -> None:
    new_pin = fresh_pin()
    with here.page(language=language, person=ASKING) as mine, here.page(language=language, person=OTHER) as theirs:
        with told(here, "kabulünüz isteniyor") as asked:
            ask(here, mine)
        question = mine.url
        assert (state(mine), mine.locator("#kabul").count(), mine.locator("#devam").count()) == ("open", 0, 0)
        ask(here, mine)  # once more, alone: the same question, no code
        assert mine.url == question
        assert asked() == everyone(here)

        open_firm(theirs)
        press(theirs, "a[href*='/karar/']")
        assert theirs.url == question
        with told(here, "kabul edildi") as reached:
            press(theirs, "#kabul button")
        assert (state(theirs), theirs.locator("#devam").count()) == ("agreed", 0)  # whoever agreed does not do it
        assert reached() == everyone(here)

        mine.reload()
        assert agreed in mine.locator("#karar").inner_text()
        press(mine, "#devam")
        mine.check("#id_duties")
        press(mine, "#pin button")
        with told(here, "Mühür PIN kodu değiştirildi") as changed:
            code = mine.locator("#code").inner_text()
            assert unlock(here, code, person=ASKING, new_pin=new_pin) is Outcome.DONE
        mine.wait_for_selector("#state[data-state=done]")
        assert end in mine.locator("#state").inner_text()
        assert changed() == everyone(here)
        await_used(theirs, question)
    with desk("direct", here.stage.folder) as readers:
        assert holder.verify(holder.reader_with(readers, 384), new_pin) == "right"


def test_a_refusal_leaves_the_card_alone_and_everyone_is_told(here: House) -> None:
    with here.page(person=ASKING) as mine, here.page(person=OTHER) as theirs, here.page(person=THIRD) as third:
        ask(here, mine)
        question = mine.url
        assert answer(theirs, question, "ret") == "open"  # a third one is left, and two are still enough
        with told(here, "reddedildi") as refused:
            assert answer(third, question, "ret") == "refused"
        assert refused() == everyone(here)
        mine.reload()
        assert (state(mine), mine.locator("#devam").count(), mine.locator("form#ret").count()) == ("refused", 0, 0)
        ask(here, mine)
        assert (state(mine), mine.url == question) == ("open", False)
        assert answer(mine, mine.url, "ret") == "refused"  # whoever asked withdraws it


def test_a_question_that_nobody_answers_lapses_and_everyone_is_told(here: House) -> None:
    with here.page(person=ASKING) as mine, here.page(person=OTHER) as theirs:
        ask(here, mine)
        theirs.goto(mine.url)
        with told(here, "süresi doldu") as lapsed:
            clock.jump(here.stage.folder / "anahtar.sqlite3", "agreement", _key(mine.url), 24 * 3600)
            press(theirs, "#kabul button")  # the page stood open for a day
            assert theirs.locator("#problem").inner_text() == "agreement-over"
            mine.reload()
            assert (state(mine), mine.locator("#devam").count()) == ("lapsed", 0)
            assert lapsed() == everyone(here)


def test_the_hour_after_an_agreement_ends(here: House) -> None:
    with here.page(person=ASKING) as mine, here.page(person=OTHER) as theirs:
        ask(here, mine)
        question = mine.url
        assert answer(theirs, question, "kabul") == "agreed"
        mine.reload()
        clock.jump(here.stage.folder / "anahtar.sqlite3", "agreement", _key(question), 3600)
        press(mine, "#devam")
        mine.check("#id_duties")
        press(mine, "#pin button")
        assert (state(mine), mine.url == question) == ("open", False)  # it is asked anew, no code is shown
        assert answer(mine, mine.url, "ret") == "refused"


def test_giving_up_keeps_the_agreement_for_the_hour(here: House) -> None:
    with here.page(person=ASKING) as mine, here.page(person=OTHER) as theirs:
        ask(here, mine)
        question = mine.url
        assert answer(theirs, question, "kabul") == "agreed"
        for _ in range(2):  # the card was not changed: it is good for a second code
            ask(here, mine)
            assert mine.locator("#code").is_visible()
            cancel_unlock(mine)
        clock.jump(here.stage.folder / "anahtar.sqlite3", "agreement", _key(question), 3600)


def _key(question: str) -> str:
    return question.rstrip("/").rsplit("/", 1)[1].replace("-", "")
