"""A browser for the story: it follows links, redirects and forms as a person would, and sees no more than the page."""

from __future__ import annotations

import re
from typing import Any

import mechanicalsoup
from bs4 import Tag

from anahtar_story.record import expect


class Browser:
    """One person's browser with its cookies."""

    def __init__(self, language: str = "tr") -> None:
        self._browser = mechanicalsoup.StatefulBrowser(raise_on_404=False, user_agent="anahtar-story")
        self._browser.session.headers["Accept-Language"] = language

    @property
    def text(self) -> str:
        """The page's words."""
        return str(self._browser.page.get_text(" ", strip=True))

    @property
    def html(self) -> str:
        """The page as it came."""
        return str(self._browser.page)

    @property
    def url(self) -> str:
        """The page's address."""
        return str(self._browser.url)

    @property
    def session(self) -> Any:
        """What carries the cookies, for requests that a page would not make."""
        return self._browser.session

    def open(self, url: str) -> None:
        """Go to an address."""
        self._check(self._browser.open(url))

    def click(self, text: str) -> None:
        """Follow the link that reads `text`."""
        link = self._browser.page.find("a", string=re.compile(rf"^\s*{re.escape(text)}\s*$"))
        expect(link is not None, f"a link {text!r} on {self.url}")
        self._check(self._browser.follow_link(link))

    def press(self, text: str, **fields: str) -> None:
        """Fill in the form that has the button `text`, and press it."""
        button = next((one for one in self._browser.page.find_all("button") if one.get_text(strip=True) == text), None)
        expect(button is not None, f"a button {text!r} on {self.url}")
        assert isinstance(button, Tag)
        self._submit(button, button.find_parent("form"), fields)

    def submit_with(self, field: str, **fields: str) -> None:
        """Fill in the form that has an input named `field`, and submit it by its first button."""
        found = self.element(f"input[name={field}]")
        form = found.find_parent("form")
        assert isinstance(form, Tag)
        button = form.find("button")
        assert isinstance(button, Tag)
        self._submit(button, form, fields)

    def _submit(self, button: Tag, form: Tag | None, fields: dict[str, str]) -> None:
        selected = self._browser.select_form(form)
        for name, value in fields.items():
            selected.set(name, value)
        self._check(self._browser.submit_selected(btnName=button if button.get("name") else None))

    def element(self, selector: str) -> Tag:
        """Return the element at a CSS selector; raises NotAsPromised when it is not there."""
        found = self._browser.page.select_one(selector)
        expect(found is not None, f"{selector} on {self.url}")
        assert isinstance(found, Tag)
        return found

    def values(self, name: str) -> list[str]:
        """Return the values that the page offers for a field."""
        return [str(one.get("value")) for one in self._browser.page.find_all("input", {"name": name})]

    def _check(self, response: object) -> None:
        status = getattr(response, "status_code", 0)
        expect(status == 200, f"{self.url} answered {status}: {self.text[:300] if self._browser.page else ''}")
