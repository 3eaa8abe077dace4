"""What the pages decide by themselves: which steps of an unlock are done, and where a link may lead. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from anahtar_server.people.rules import fold
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem

FINAL = frozenset({State.DONE, State.REFUSED, State.EXPIRED, State.CANCELLED, State.UNSETTLED})
"""Nothing happens to an unlock after these, so its page stands still."""

STEPS = 5

STEPS_DONE = {
    State.OPENED: 0,
    State.CLAIMED: 2,
    State.CONFIRMING: 3,
    State.CONFIRMED: 4,
    State.RELEASED: 4,
    State.UNCERTAIN: 4,
    State.NOT_DONE: 4,
    State.UNSETTLED: 4,
    State.DONE: 5,
}
"""How many of the five steps on the page are done; the other states follow from what was reached before."""

CHANGES_BEGUN = frozenset({State.RELEASED, State.UNCERTAIN, State.NOT_DONE})
"""From here on the card may have changed: giving up ends further tries, the outcome is still settled."""

SIGN_INS, SIGN_INS_SECONDS = 200, 600
"""How many sign-ins one address may begin in how many seconds: many people may sit behind one."""

OBJECTIONS, OBJECTIONS_SECONDS = 10, 600
"""How many wrong codes of "this was not me" one address may type in how many seconds."""

BARE = {404: Problem.PAGE_NOT_FOUND, 405: Problem.PAGE_NOT_FOUND, 403: Problem.PAGE_NOT_FOUND, 500: Problem.INTERNAL}
"""Which problem explains a bare answer of the framework."""

_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")
_NOWHERE = ("/giris/", "/cikis/", "/dil/", "/api/")


def steps_done(state: State, claimed_at: datetime | None, confirmed_at: datetime | None) -> int:
    """Return how many steps are done in `state`, for ended unlocks by how far they came."""
    if state in STEPS_DONE:
        return STEPS_DONE[state]
    if confirmed_at is not None:
        return STEPS_DONE[State.CONFIRMED]
    return STEPS_DONE[State.CLAIMED] if claimed_at is not None else 0


def is_final(state: State, closed: bool) -> bool:
    """Tell whether nothing more can happen, so that the page need not ask again."""
    return state in FINAL or (state is State.NOT_DONE and closed)


def local_path(text: str | None, otherwise: str = "/") -> str:
    """Return `text` if it is a path on this site that a person may be sent to, else `otherwise`.

    A second slash or a backslash would name another host to a browser.
    """
    if text is None or len(text) > 500 or not _LOCAL.fullmatch(text):
        return otherwise
    return text


def going_to(text: str | None) -> str:
    """Return where a sign-in may lead: a path on this site, and not to signing in or out again."""
    path = local_path(text)
    return "/" if path.startswith(_NOWHERE) else path


def matches(query: str, folded: str, number: str) -> bool:
    """Tell whether every word of a search stands in a folded title, or begins a tax number."""
    return all(word in folded or number.startswith(word) for word in fold(query).split())


def left(until: datetime, now: datetime) -> tuple[int, int]:
    """Return the whole minutes and seconds that are left, never less than none."""
    return divmod(max(0, int((until - now).total_seconds())), 60)


def is_foreign(site: str | None, origin: str | None, own: frozenset[str]) -> bool:
    """Tell whether a change was sent by another site's page.

    `site` is Sec-Fetch-Site (W3C Fetch Metadata), `origin` the header Origin (RFC 6454); old browsers send neither, for
    them the form's token counts alone.
    """
    if site is not None and site not in ("same-origin", "none"):
        return True
    return origin is not None and origin not in own


def problem_of_status(status: int, method: str) -> Problem | None:
    """Return the problem that explains a bare status, if it needs explaining; a form that was not understood is old."""
    if status == 400:
        return Problem.FORM_OLD if method == "POST" else Problem.PAGE_NOT_FOUND
    return BARE.get(status)
