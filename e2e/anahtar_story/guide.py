"""The guide's chapters: a locked NES card and a seal's card that never had a PIN each get one."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anahtar_card.reader import Reader, Readers
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.ending import Outcome
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.scripted import ScriptedView
from anahtar_story import holder
from anahtar_story.browser import Browser
from anahtar_story.record import Chapter, expect
from anahtar_story.stage import Stage
from anahtar_wire import inbox

_SMS_WITHIN = 5.0
_PIN_CHANGED = re.compile(r"PIN kodu(nuz)? değiştirildi")
_METHODS = ("E-Devlet Şifresi", "Mobil İmza", "E-İmza", "T.C. Kimlik Kartı", "İnternet Bankacılığı")


@dataclass
class Guide:
    """What both chapters share: the stage, the desk with its readers, one browser a person."""

    stage: Stage
    readers: Readers

    def sign_in(self, chapter: Chapter, person: dict[str, Any], door: str, arrives: str) -> Browser:
        """Steps 1 to 4 of the guide, by redirects and forms."""
        browser = Browser()
        with chapter.step("landing page, its door, E-Devlet ile Giriş", "browser"):
            browser.open(f"{self.stage.portal}/")
            browser.click(door)
            browser.click("E-Devlet ile Giriş")
        with chapter.step("E-Devlet Kapısına Git: five ways to sign in", "browser") as step:
            browser.press("E-Devlet Kapısına Git")
            expect(all(method in browser.text for method in _METHODS), "the gate names all five methods")
            step.show(at=browser.url.split("?")[0])
        with chapter.step("E-Devlet Şifresi, then the gate's SMS code", "browser") as step:
            before = self._messages()
            browser.click("E-Devlet Şifresi")
            browser.submit_with("password", tckn=person["tckn"], password=person["password"])
            code = self._code_from_sms(person["mobile"], r"\b\d{6}\b", before)
            browser.submit_with("code", code=code)
            expect(arrives in browser.text, f"back in the portal at {arrives}")
            step.show(arrived=browser.url)
        return browser

    def open_unlock(self, chapter: Chapter, browser: Browser, serial: str) -> tuple[str, str]:
        """Steps 5 and 6: choose the card, accept the duties, see the code; returns it with the page's address."""
        with chapter.step("PIN Oluşturma/Kilit Çözme: card, duties, code", "browser") as step:
            browser.click("PIN Oluşturma/Kilit Çözme")
            expect(serial in browser.values("card"), "the card is offered")
            browser.press("Doğrulama Kodu Oluştur", card=serial, duties="on")
            code = browser.element("#code").get_text(strip=True)
            expect(re.fullmatch(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){2}", code) is not None, "a code in three groups")
            step.show(state=str(browser.element("#state")["data-state"]))
        return code, browser.url

    def run_program(
        self, chapter: Chapter, code: str, new_pin: str, method: str, confirmation: Callable[[], str], serial: str
    ) -> None:
        """Step 7: the program's assistant takes the code, the PIN twice and the confirmation, and changes the card."""
        with chapter.step("E-İmza Uygulaması: code, PIN twice, confirmation, card", "program") as step:
            view = ScriptedView(code=code, new_pin=new_pin, method=method, confirmation=confirmation)
            journal = FileJournal(self.stage.folder / "journal")
            ending = Assistant(view, self.stage.server(), self.readers, journal).unlock()
            expect(ending.outcome is Outcome.DONE, f"the program ended with {ending}: {view.problems}")
            expect(not journal.open_entries(), "the journal has nothing open")
            step.show(method=method, shown=[text.name for text in view.told][-1], card=f"…{serial[-4:]}")

    def sms_code(self, person: dict[str, Any]) -> Callable[[], str]:
        """Return what reads the holder's telephone when the program asks; only messages after now count."""
        before = self._messages()
        return lambda: self._code_from_sms(person["mobile"], r"\b\d{8}\b", before)

    def _messages(self) -> int:
        return len(inbox.read(self.stage.inbox))

    def _code_from_sms(self, mobile: str, pattern: str, before: int) -> str:
        deadline = time.monotonic() + _SMS_WITHIN
        while time.monotonic() < deadline:
            for message in inbox.read(self.stage.inbox)[before:]:
                found = re.search(pattern, message.text)
                if message.to == mobile and found:
                    return found.group()
            time.sleep(0.02)
        raise TimeoutError("no SMS arrived")

    def prove(self, chapter: Chapter, reader: Reader, old_pin: str, new_pin: str) -> None:
        """The card itself shows what happened: old PIN refused, new one taken, a signature that openssl accepts."""
        with chapter.step("tries left, read from the card", "card") as step:
            seen = holder.look(reader)
            expect(seen.pin_tries == 3, "all three tries are back")
            step.show(tries=seen.pin_tries)
        if old_pin:
            with chapter.step("the old PIN", "card") as step:
                said = holder.verify(reader, old_pin)
                expect(said == "wrong", "the old PIN is refused")
                step.show(card_says=said)
        with chapter.step("the new PIN", "card") as step:
            said = holder.verify(reader, new_pin)
            expect(said == "right", "the new PIN is verified")
            step.show(card_says=said, tries=holder.look(reader).pin_tries)
        with chapter.step("a signature by the card, checked by openssl", "openssl") as step:
            step.show(verified=holder.sign_and_check(reader, new_pin, b"Anahtar: " + secrets.token_bytes(16)))

    def told(self, chapter: Chapter, browser: Browser, page: str, person: dict[str, Any]) -> None:
        """The page says the end, and every channel on record was told."""
        with chapter.step("the page tells the end", "browser") as step:
            browser.open(page)
            state = str(browser.element("#state")["data-state"])
            expect(state == "done", f"the page says {state}")
            step.show(state=state)
        with chapter.step("every channel on record is told", "inbox") as step:
            channels = self._told_channels(person)
            expect(channels == ["email", "sms"], f"told on {channels}")
            step.show(channels=channels)

    def _told_channels(self, person: dict[str, Any]) -> list[str]:
        deadline = time.monotonic() + _SMS_WITHIN
        channels: set[str] = set()
        while len(channels) < 2 and time.monotonic() < deadline:
            channels = {
                message.channel
                for message in inbox.read(self.stage.inbox)
                if message.to in (person["mobile"], person["email"]) and _PIN_CHANGED.search(message.text)
            }
            time.sleep(0.02)
        return sorted(channels)


def nes(guide: Guide, chapter: Chapter) -> None:
    """A NES card that three wrong PINs locked."""
    person = guide.stage.people[0]
    reader = holder.reader_with(guide.readers, 2048)
    with chapter.step("three wrong PINs lock the card", "card") as step:
        before = holder.look(reader).pin_tries
        for wrong in ("135790", "246801", "975312"):
            expect(holder.verify(reader, wrong) in ("wrong", "locked"), "a wrong PIN is refused")
        seen = holder.look(reader)
        expect(holder.verify(reader, person["old_pin"]) == "locked", "even the right PIN is locked out")
        step.show(tries_before=before, tries_after=seen.pin_tries, state=seen.pin.value)
    browser = guide.sign_in(chapter, person, "NES PIN Oluşturma/Değiştirme", "NES İşlemleri")
    code, page = guide.open_unlock(chapter, browser, seen.serial)
    new_pin = fresh_pin()
    guide.run_program(chapter, code, new_pin, "sms", guide.sms_code(person), seen.serial)
    guide.prove(chapter, reader, person["old_pin"], new_pin)
    guide.told(chapter, browser, page, person)


def seal(guide: Guide, chapter: Chapter) -> None:
    """A seal's card that never had a PIN."""
    person = guide.stage.people[1]
    reader = holder.reader_with(guide.readers, 384)
    with chapter.step("the seal's card has no PIN yet", "card") as step:
        seen = holder.look(reader)
        expect(seen.pin.value == "none-yet", f"the card says {seen.pin}")
        step.show(state=seen.pin.value, tries=seen.pin_tries)
    browser = guide.sign_in(chapter, person, "Mali Mühür PIN Oluşturma/Değiştirme", "Mali Mühür İşlemleri")
    with chapter.step("the taxpayer that the representative acts for", "browser"):
        browser.click(person["title"])
    code, page = guide.open_unlock(chapter, browser, seen.serial)
    new_pin = fresh_pin()
    guide.run_program(chapter, code, new_pin, "web", lambda: person["web_password"], seen.serial)
    guide.prove(chapter, reader, "", new_pin)
    guide.told(chapter, browser, page, person)


def audit(guide: Guide, chapter: Chapter) -> None:
    """The journal of every act, exported and verified offline."""
    with chapter.step("exported, then verified offline", "audit") as step:
        file: Path = guide.stage.folder / "audit.jsonl"
        time.sleep(1.0)  # the chainer links within a second
        guide.stage.run("anahtar", "audit", "export", str(file))
        said = guide.stage.run("anahtar", "audit", "verify", str(file))
        expect("the audit holds" in said, said)
        step.show(said=said.strip().splitlines()[0])


def fresh_pin() -> str:
    """Six digits within the rule: no run, not one digit alone."""
    return "".join(secrets.choice(pair) for pair in ("48", "27", "93", "16", "50", "82"))
