"""One unlock through the window against a real server, as a program of its own: what it needs comes in as JSON, what
it saw goes out as JSON. `reader` is "direct" or "pcsc" (a private card service, virtual cards behind it); instead of a
`code` to type there may be a `link` of the portal."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import window_stage
from anahtar_story.desk import desk

from anahtar_desktop.client import HttpServer
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.settings import read_file
from anahtar_wire import inbox


def sms_code(folder: Path, mobile: str, before: int) -> str:
    """Read the holder's telephone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for message in inbox.read(folder)[before:]:
            found = re.search(r"\b\d{8}\b", message.text)
            if message.to == mobile and found:
                return found.group()
        time.sleep(0.02)
    raise TimeoutError("no SMS arrived")


def code_of(stage: window_stage.Stage, given: dict[str, Any]) -> str:
    """Go to the code's page and return the code: the one that was given, or what a link filled in."""
    if "code" in given:
        stage.start(window_stage.Wish.UNLOCK)
        return str(given["code"])
    stage.window.take_link(given["link"])
    return stage.at(window_stage.CodePage).field.text


def walk(given: dict[str, Any]) -> dict[str, Any]:
    """Live the unlock with real widgets and keys."""
    folder = Path(given["folder"])
    settings = read_file(folder / "eimza.toml")
    pages: list[str] = []
    with desk(given["reader"], folder) as readers:
        parts = SimpleNamespace(
            readers=readers, journal=FileJournal(folder / "journal"), server=HttpServer.of(settings)
        )
        stage = window_stage.Stage(parts, rehearsal=True)  # type: ignore[arg-type]
        before = len(inbox.read(Path(given["inbox"])))
        pages.append(type(stage.at(window_stage.StartPage)).__name__)
        code = code_of(stage, given)
        for page, act, values in (
            ("CodePage", stage.code, (code,)),
            ("DutiesPage", stage.duties, ()),
            ("NewPinPage", stage.new_pin, (given["pin"], given["pin"])),
            ("MethodPage", stage.method, ()),
        ):
            act(*values)  # waits for its page, and fails without it
            pages.append(page)
        stage.confirm(sms_code(Path(given["inbox"]), given["mobile"], before))
        pages.append("ConfirmationPage")
        pages.append(type(stage.end()).__name__)
        shown = stage.text()
        stage.close()
    return {"shown": shown, "pages": pages}


if __name__ == "__main__":
    print(json.dumps(walk(json.load(sys.stdin)), ensure_ascii=False))
