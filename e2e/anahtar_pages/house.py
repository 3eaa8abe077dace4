"""A rehearsal with a browser in front of it: whoever signs in does so once, through the gate."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anahtar_story.stage import Stage
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from anahtar_wire import inbox

PHONE, DESK, ZOOMED = (390, 800), (1100, 850), (320, 256)
"""Widths and heights in CSS pixels; 320 × 256 is a window of 1280 × 1024 at 400 % (WCAG 2.2, 1.4.10)."""

_SETTINGS = "\n[limits]\nunlocks_per_card_a_day = 100\n"
"""The walks of all stories open more unlocks of one card than a holder may in a day."""

_FRESH_FOR = 200.0
"""Seconds after which a person signs in anew: pages that need a sign-in of at most 5 minutes are walked too."""

_SMS_WITHIN = 8.0
_SWITCHES = ["--no-sandbox", "--disable-dev-shm-usage"]


@dataclass
class House:
    """The stage, the browser, and the sign-ins made so far (by the person's place in `people.json`)."""

    stage: Stage
    browser: Browser
    kept: dict[int, StorageState] = field(default_factory=dict)
    since: dict[int, float] = field(default_factory=dict)

    @contextmanager
    def page(
        self,
        *,
        language: str = "tr",
        size: tuple[int, int] = DESK,
        person: int | None = None,
        script: bool = True,
        dark: bool = False,
        library: str = "",
    ) -> Iterator[Page]:
        """Yield a window of its own, signed in as a person or as nobody; no error of a script may happen in it.
        Every page begins with `library`, a script's text, where it is given."""
        state = None if person is None else self.signed_in(person)
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="tr-TR" if language == "tr" else "en-GB",
            timezone_id="Europe/Istanbul",
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            storage_state=state,
            base_url=self.stage.portal,
        )
        context.add_cookies([{"name": "anahtar_dil", "value": language, "url": self.stage.portal}])
        if library:
            context.add_init_script(library)
        page, wrong = context.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        self._keep(person, context)
        context.close()
        if wrong:
            raise AssertionError(f"errors of scripts: {wrong}")

    def signed_in(self, person: int) -> StorageState:
        """Return the cookies of a person who signed in through the gate, lately and once for all windows; whoever signs
        in again does so in the same browser, which keeps what else it had (a code that is shown)."""
        if time.monotonic() - self.since.get(person, -_FRESH_FOR) >= _FRESH_FOR:
            before = self.kept.get(person)
            context = self.browser.new_context(locale="tr-TR", base_url=self.stage.portal, storage_state=before)
            self.enter(context.new_page(), person, again=before is not None)
            self.kept[person], self.since[person] = context.storage_state(), time.monotonic()
            context.close()
        return self.kept[person]

    def _keep(self, person: int | None, context: BrowserContext) -> None:
        if person is not None:
            self.kept[person] = context.storage_state()

    def enter(self, page: Page, person: int, *, again: bool = False) -> None:
        """Walk from the landing page through the gate, by E-Devlet Şifresi and its SMS code."""
        who = self.stage.people[person]
        page.goto("/giris/?next=/nes/" + ("&yeniden=1" if again else ""))
        page.locator("#giris button").click()
        page.get_by_role("link", name="E-Devlet Şifresi").first.click()
        page.fill("input[name=tckn]", who["tckn"])
        page.fill("input[name=password]", who["password"])
        code = self.watch_sms(who["mobile"], r"\b\d{6}\b")
        page.locator("form:has(input[name=password]) button").first.click()
        page.fill("input[name=code]", code())
        page.locator("form:has(input[name=code]) button").first.click()
        page.wait_for_url(f"{self.stage.portal}/nes/")

    def watch_sms(self, mobile: str, pattern: str) -> Any:
        """Return what waits for the next SMS to `mobile` and gives the text that matches; older ones do not count."""
        before = len(inbox.read(self.stage.inbox))

        def read() -> str:
            deadline = time.monotonic() + _SMS_WITHIN
            while time.monotonic() < deadline:
                for message in inbox.read(self.stage.inbox)[before:]:
                    found = re.search(pattern, message.text)
                    if message.to == mobile and found:
                        return found.group()
                time.sleep(0.05)
            raise TimeoutError("no SMS arrived")

        return read


ALONE = (3, 4)
"""Two holders with nothing but a NES card: whoever signs in by hand does so as one of these, for the gate sends a
person five codes in a quarter of an hour and no more."""


@contextmanager
def house(folder: Path, first_port: int) -> Iterator[House]:
    """Yield a rehearsal in `folder` with chromium before it; raises FileNotFoundError without chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise FileNotFoundError("chromium is not installed")
    with (
        Stage(
            folder,
            readers="direct",
            seed=1,
            first_port=first_port,
            people=5,
            representatives=3,
            firms=40,
            settings=_SETTINGS,
        ) as stage,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=_SWITCHES)
        try:
            yield House(stage, browser)
        finally:
            browser.close()


def press(page: Page, selector: str) -> None:
    """Press a button that leads to another page, and wait for it."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def open_firm(page: Page, number: str = "") -> str:
    """Open the menu of the firm with this tax number, or of the first one; return its address."""
    page.goto(f"/muhur/?ara={number}")
    press(page, "#mukellefler a")
    return page.url


def open_unlock(page: Page, answer: str = "evet") -> str:
    """Open an unlock for the first card of whoever is signed in; return its code."""
    page.goto("/nes/pin/")
    page.check(f"#entered-{answer}")
    page.check("#id_duties")
    press(page, "#pin button")
    if page.locator("#devam").count():
        press(page, "#devam button")
    return page.locator("#code").inner_text()


def cancel_unlock(page: Page) -> None:
    """Give up the unlock whose page is open."""
    press(page, "#vazgec button")
