"""Where a browser's own session remembers its sign-in, and the sign-ins it has begun at the provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from anahtar_server.signin.models import SignIn
from anahtar_server.signin.port import Kept
from anahtar_server.signin.rules import BEGUN_FOR

SIGN_IN = "sign_in"
HOLDER = "holder"
"""Whose session this was last, also when the sign-in has ended."""
_BEGUN = "sign_ins_begun"
_MOST_BEGUN = 5


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in begun in this browser: what was kept, and the page the person was going to."""

    kept: Kept
    going_to: str


def enter(request: HttpRequest, sign_in: SignIn) -> None:
    """Put the sign-in into the browser's session under a new key; nothing of another person's session is taken over."""
    if request.session.get(HOLDER) not in (None, str(sign_in.holder_id)):
        request.session.flush()
    request.session.cycle_key()
    rotate_token(request)
    request.session[SIGN_IN] = str(sign_in.pk)
    request.session[HOLDER] = str(sign_in.holder_id)


def leave(request: HttpRequest) -> None:
    """Forget everything that the browser's session knows."""
    request.session.flush()


def remember(request: HttpRequest, begun: Begun, now: datetime) -> None:
    """Remember a sign-in that begins; several windows may each begin one."""
    begun_so_far: dict[str, Any] = request.session.get(_BEGUN, {})
    late = (now - BEGUN_FOR).isoformat()
    kept = {state: one for state, one in begun_so_far.items() if one["kept"]["begun_at"] >= late}
    newest = dict(list(kept.items())[-_MOST_BEGUN + 1 :])
    newest[begun.kept.state] = {"kept": begun.kept.stored(), "going_to": begun.going_to}
    request.session[_BEGUN] = newest


def take(request: HttpRequest, state: str) -> Begun | None:
    """Return what was remembered for `state`, once."""
    begun: dict[str, Any] = request.session.get(_BEGUN, {})
    found = begun.pop(state, None)
    if found is None:
        return None
    request.session[_BEGUN] = begun
    return Begun(Kept.from_stored(found["kept"]), found["going_to"])
