"""The program beside the page: its real assistant, with a virtual card in the reader."""

from __future__ import annotations

from collections.abc import Callable

from anahtar_story.desk import desk
from anahtar_story.guide import fresh_pin

from anahtar_desktop.assistant import Assistant
from anahtar_desktop.ending import Outcome
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.scripted import ScriptedView
from anahtar_pages.house import House


def unlock(
    here: House, code: str, *, person: int = 0, new_pin: str = "", meanwhile: Callable[[], None] = lambda: None
) -> Outcome:
    """Run the program with this code to its end, confirmed by SMS on the person's own line; `meanwhile` happens while
    it waits for that code. Raises TimeoutError when no SMS comes."""
    read = here.watch_sms(here.stage.people[person]["mobile"], r"\b\d{8}\b")

    def confirmation() -> str:
        meanwhile()
        return str(read())

    view = ScriptedView(code=code, new_pin=new_pin or fresh_pin(), method="sms", confirmation=confirmation)
    journal = FileJournal(here.stage.folder / "journal")
    with desk("direct", here.stage.folder) as readers:
        return Assistant(view, here.stage.server(), readers, journal).unlock().outcome
