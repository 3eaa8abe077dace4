"""What `eimza status` writes: lines for people, JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anahtar_desktop.failures import problem_of
from anahtar_desktop.ports import masked
from anahtar_desktop.texts import Text, say
from anahtar_desktop.words import state_of
from anahtar_wire.problems import explain

if TYPE_CHECKING:
    from anahtar_desktop.assistant import Overview
    from anahtar_desktop.ports import Seen

VERSION = 1


def as_lines(overview: Overview, language: str) -> list[str]:
    """Return a line for each reader, or the problem's lines: what happened, what it cost, what to do, its code."""
    if overview.problem is None:
        return [state_of(seen, language) for seen in overview.seen]
    paragraph = explain(overview.problem, language)
    code = say(Text.CODE_LINE, language, code=overview.problem.value)
    return [paragraph.happened, paragraph.cost, paragraph.do, code]


def as_json(overview: Overview) -> str:
    """Return `{"version", "problem", "readers": [{"reader", "problem", "card"}], "open"}`; serials are masked."""
    import json

    document = {
        "version": VERSION,
        "problem": overview.problem,
        "readers": [_reader(seen) for seen in overview.seen],
        "open": [
            {"act": entry.act, "card": masked(entry.card), "at": entry.at, "pin": entry.learned or "unknown"}
            for entry in overview.open_entries
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _reader(seen: Seen) -> dict[str, Any]:
    card = seen.look and {
        "serial": masked(seen.look.serial),
        "family": seen.look.family,
        "can_unlock": seen.can_unlock,
        "pin": seen.look.pin,
        "pin_tries": seen.look.pin_tries,
        "puk_tries": seen.look.puk_tries,
        "holder": seen.holder and seen.holder.name,
    }
    return {"reader": seen.reader, "problem": seen.trouble and problem_of(seen.trouble)[0], "card": card}
