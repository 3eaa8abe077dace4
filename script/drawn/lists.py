"""Lists of names: problem codes with their paragraphs, and the acts that leave a row in the audit."""

from __future__ import annotations

import re
from pathlib import Path

from anahtar_server.audit.names import ALARMING, Act
from anahtar_wire.problem_page import Language, page
from drawn.part import code, table

SERVER = "server/src/anahtar_server"


def problems(language: Language) -> str:
    """Return the page of problem codes."""
    return page(language)


def audit_acts(root: Path) -> str:
    """Return every act with the rooms whose code records it."""
    rooms = _rooms(root / SERVER)
    rows = [(code(act.value), _by(rooms.get(act.name)), "alarm" if act in ALARMING else "") for act in Act]
    return table(("act", "recorded by the room", "in the log"), rows)


def _by(rooms: set[str] | None) -> str:
    return ", ".join(sorted(rooms)) if rooms else "nothing yet"


def _rooms(server: Path) -> dict[str, set[str]]:
    """Return the rooms (folders of the server) in whose sources an act is named."""
    found: dict[str, set[str]] = {}
    for file in sorted(server.rglob("*.py")):
        if file.name == "names.py" and file.parent.name == "audit":
            continue
        for name in re.findall(r"\bAct\.([A-Z_]+)\b", file.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(file.relative_to(server).parts[0].removesuffix(".py"))
    return found
