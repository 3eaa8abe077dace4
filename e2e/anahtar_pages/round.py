"""Every page and state in the looks in which they are seen, for whoever wants to do something on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Page

from anahtar_desktop.ending import Outcome
from anahtar_pages import tour
from anahtar_pages.faults import AXE
from anahtar_pages.house import ALONE, House, open_unlock
from anahtar_pages.program import unlock

Each = Callable[[Page, str], object]
"""What is done on a page that has this name."""


@dataclass(frozen=True, slots=True)
class Look:
    """A language in light or dark colours; `ask` is what a firm's representatives agree to on the way."""

    name: str
    language: str
    dark: bool
    ask: str

    def page(self, here: House, person: int | None = None) -> AbstractContextManager[Page]:
        """Open a window with this look."""
        return here.page(language=self.language, dark=self.dark, library=AXE, person=person)


LOOKS = (Look("tr", "tr", False, "pin"), Look("en-dark", "en", True, "revoke"))
"""Each language with one kind of colours: a page's words and its colours do not depend on each other."""


def everybody(here: House, look: Look, each: Each) -> None:
    """The pages that everybody may open."""
    with look.page(here) as page:
        _all(page, tour.public(page), each)


def holder(here: House, look: Look, each: Each) -> None:
    """The pages of a holder."""
    with look.page(here, 0) as page:
        _all(page, tour.signed_in(page), each)


def firm(here: House, look: Look, each: Each) -> None:
    """The pages of a firm with two representatives who must agree."""
    number = here.stage.people[1]["vkn"]
    first, last = partial(tour.of_firm, number=number, ask=look.ask), partial(tour.undo, number=number)
    for person, walk in ((1, first), (0, tour.to_agree), (1, last)):
        with look.page(here, person) as page:
            _all(page, walk(page), each)


def gate(here: House, look: Look, each: Each) -> None:
    """The pages of the gate."""
    who = here.stage.people[ALONE[1]]
    with look.page(here) as page:
        _all(page, tour.gate(page, who["tckn"], who["password"]), each)


def program(here: House, look: Look, each: Each) -> None:
    """The page while the program waits for the confirmation, and at the end."""
    with look.page(here, 0) as page:
        code = open_unlock(page)
        assert unlock(here, code, meanwhile=lambda: _at(page, "confirming", each)) is Outcome.DONE
        _at(page, "done", each)


ROUNDS = (everybody, holder, firm, gate, program)


def _at(page: Page, state: str, each: Each) -> None:
    page.wait_for_selector(f"#state[data-state={state}]")
    each(page, state)


def _all(page: Page, names: Iterator[str], each: Each) -> None:
    for name in names:
        each(page, name)
