"""The page of one unlock: the code, what is done so far, live, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anahtar_server.config import config
from anahtar_server.people.queries import lines_of
from anahtar_server.people.rules import masked_line
from anahtar_server.portal import code_cookie, rules
from anahtar_server.portal.downloads import downloads
from anahtar_server.portal.guard import signed_in, signed_in_lately
from anahtar_server.portal.opening import open_for
from anahtar_server.portal.owner import owner_of
from anahtar_server.portal.words import CODE_OVER, STEPS, UNLOCK_STATES, time_left
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock import rules as life
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal


@require_GET
@signed_in
def unlock_page(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Show where an unlock stands; raises Refusal PAGE_NOT_FOUND, also for another person's."""
    return _shown(request, sign_in, name, "portal/unlock.html")


@require_GET
@signed_in
def unlock_live(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Show the part of the page that moves, for the page's script; raises Refusal as `unlock_page`."""
    return _shown(request, sign_in, name, "portal/unlock_live.html")


def _shown(request: HttpRequest, sign_in: SignIn, name: str, template: str) -> HttpResponse:
    unlock, now = queries.get(name, sign_in.holder), timezone.now()
    opened = unlock.now_in is State.OPENED
    code = code_cookie.get(request, unlock, now) if opened else None
    response = render(request, template, {**_standing(unlock, now), **_code(code)})
    if not opened:
        code_cookie.drop(response, unlock)
    return response


def _code(code: str | None) -> dict[str, Any]:
    groups = code.split("-") if code else []
    return {"code": code, "groups": groups, "spoken_groups": [", ".join(group) for group in groups]}


def _standing(unlock: Unlock, now: datetime) -> dict[str, Any]:
    state = unlock.now_in
    done = rules.steps_done(state, unlock.claimed_at, unlock.confirmed_at)
    late = state is State.OPENED and now >= unlock.code_expires_at
    final = rules.is_final(state, unlock.closed)
    return {
        "unlock": unlock,
        "owner": owner_of(unlock.card, unlock.holder),
        "version": f"{state.value}.{unlock.closed:d}.{unlock.claimed_again_at is not None:d}.{late:d}",
        "told": CODE_OVER if late else UNLOCK_STATES[state],
        "steps": [(number, text, number <= done) for number, text in enumerate(STEPS, 1)],
        "current_step": done + 1,
        "waiting": state is State.OPENED and not late,
        "renewable": state is State.OPENED,
        "ending": final,
        "final": final,
        "cancellable": not final and not unlock.closed,
        "may_have_changed": state in rules.CHANGES_BEGUN,
        **_times(unlock, now),
        **(_end(unlock) if final else {"downloads": downloads()}),
    }


def _times(unlock: Unlock, now: datetime) -> dict[str, Any]:
    left = max(0, int((unlock.code_expires_at - now).total_seconds()))
    ends_at = life.ends_at(
        unlock.now_in, unlock.opened_at, unlock.code_expires_at, unlock.confirmed_at, config().limits
    )
    return {"seconds_left": left, "time_left": time_left(left), "ends_at": ends_at if ends_at > now else None}


def _end(unlock: Unlock) -> dict[str, Any]:
    lines = lines_of(unlock.holder) if unlock.now_in is State.DONE else []
    return {"told_lines": [masked_line(line.channel, line.address) for line in lines]}


@require_POST
@signed_in
def cancel(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Give an unlock up and show what that means; raises Refusal PAGE_NOT_FOUND, UNLOCK_OVER."""
    unlock = queries.get(name, sign_in.holder)
    acts.cancel(unlock_id=unlock.pk, actor=f"holder:{sign_in.holder_id}", now=timezone.now())
    response = HttpResponseRedirect(reverse("islem", args=[unlock.name]))
    code_cookie.drop(response, unlock)
    return response


@require_POST
@signed_in_lately(lambda settings: settings.fresh_minutes)
def renew(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Open a new unlock with a new code in place of one whose code nobody has taken yet.

    Raises Refusal PAGE_NOT_FOUND, UNLOCK_NOT_READY when a program has taken the code, and as `open_unlock`; then the
    old code still counts.
    """
    unlock, now = queries.get(name, sign_in.holder), timezone.now()
    if unlock.now_in is not State.OPENED:
        raise Refusal(Problem.UNLOCK_NOT_READY, state=unlock.state)
    with transaction.atomic():  # no new code, no end of the old one
        acts.cancel(unlock_id=unlock.pk, actor=f"holder:{sign_in.holder_id}", now=now)
        return open_for(sign_in, unlock.card, duties=True, now=now)
