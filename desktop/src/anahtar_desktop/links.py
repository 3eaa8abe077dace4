"""The link `eimza://unlock?ref=…` from the portal: what it may look like. Everything else is foreign and does nothing.

A link names no server and carries no code: `ref` is traded, over TLS, with the server of the settings, works once and
for 60 s, and what comes back fills a field that a person still has to submit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the window loads this before it shows
    from anahtar_desktop.ports import Server
    from anahtar_wire.problems import Refusal

SCHEME = "eimza"
LONGEST = 200
OURS = re.compile(r"eimza://unlock/?\?ref=([A-Za-z0-9_-]{16,64})", re.ASCII)


class ForeignLink(Exception):
    """The link is not one of ours. `shown` is the head of it as it may be shown, without what could steer anything."""

    def __init__(self, link: str) -> None:
        super().__init__("foreign link")
        self.shown = "".join(one for one in link[:60] if one.isprintable())


def reference_in(link: str) -> str:
    """Return the reference in a link; raises ForeignLink."""
    found = OURS.fullmatch(link) if len(link) <= LONGEST else None
    if found is None:
        raise ForeignLink(link)
    return found[1]


def code_for(reference: str, server: Server) -> str | Refusal:
    """Return the code that the settings' server gives for a reference, as it is typed, or why there is none."""
    from anahtar_wire.code import NotACode
    from anahtar_wire.problems import Problem, Refusal

    try:
        return server.code_of_link(reference).reveal()
    except Refusal as refusal:
        return refusal
    except NotACode:
        return Refusal(Problem.SERVER_RUBBISH)
