"""A holder in the portal who does what people do: comes back, cancels what hangs, opens it again."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from anahtar_story.browser import Browser
from anahtar_story.record import expect

from anahtar_wire import inbox

SIGNED_IN_FOR = 600.0
_AGAIN_AFTER = 0.2


class Visitor:
    """One person with one NES card; `serial` is the card's."""

    def __init__(self, portal: str, person: dict[str, Any], box: Path, serial: str) -> None:
        self._portal, self._person, self._box, self._serial = portal, person, box, serial
        self._browser = Browser()
        self._signed_in_at = -SIGNED_IN_FOR

    def sign_in(self) -> None:
        """Sign in through the gate unless that was lately."""
        if time.monotonic() - self._signed_in_at < SIGNED_IN_FOR:
            return
        browser = self._browser = Browser()
        browser.open(f"{self._portal}/")
        browser.click("NES PIN Oluşturma/Değiştirme")
        browser.click("E-Devlet ile Giriş")
        browser.press("E-Devlet Kapısına Git")
        before = len(inbox.read(self._box))
        browser.click("E-Devlet Şifresi")
        browser.submit_with("password", tckn=self._person["tckn"], password=self._person["password"])
        browser.submit_with("code", code=self._gate_code(before))
        expect("NES İşlemleri" in browser.text, "the menu after the sign-in")
        self._signed_in_at = time.monotonic()

    def _gate_code(self, before: int) -> str:
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline:
            for message in inbox.read(self._box)[before:]:
                found = re.search(r"\b\d{6}\b", message.text)
                if message.to == self._person["mobile"] and found:
                    return found.group()
            time.sleep(0.02)
        raise TimeoutError("the gate sent no code")

    def ask_for_code(self) -> str:
        """Press the button once and return the code, or nothing where an earlier unlock stands in the way."""
        self._browser.open(f"{self._portal}/nes/pin/")
        self._browser.press("Doğrulama Kodu Oluştur", card=self._serial, duties="on")
        return self._shown("#code")

    def cancel(self) -> None:
        """Cancel the unlock on the page, if it can be."""
        if self._shown("#vazgec button"):
            self._browser.press("İşlemden Vazgeç")

    def code(self, within: float) -> str:
        """Get a code, cancelling what is under way or waiting for its end; raises TimeoutError after `within` s."""
        deadline = time.monotonic() + within
        while True:
            found = self.ask_for_code()
            if found:
                return found
            self.cancel()
            if time.monotonic() > deadline:
                raise TimeoutError(f"an earlier unlock stands in the way: {self._browser.text[:300]}")
            time.sleep(_AGAIN_AFTER)

    def _shown(self, selector: str) -> str:
        try:
            return str(self._browser.element(selector).get_text(strip=True))
        except Exception:
            return ""
