"""PIN Oluşturma/Kilit Çözme: choosing the card, the code, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anahtar_server.cards.models import Card
from anahtar_server.config import config
from anahtar_server.portal import code_cookie, rules
from anahtar_server.portal.forms import OpenUnlock
from anahtar_server.portal.guard import signed_in, signed_in_lately
from anahtar_server.portal.owner import Owner, firm_of, owner_of
from anahtar_server.portal.words import CODE_OVER, DUTIES, STEPS, UNLOCK_STATES, certificate_told
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal, table

_lately = signed_in_lately(lambda settings: settings.fresh_minutes)


@require_http_methods(["GET", "HEAD", "POST"])
@_lately
def nes_pin(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Choose an own card (GET), open its unlock (POST)."""
    return _pin(request, sign_in, Owner(sign_in.holder))


@require_http_methods(["GET", "HEAD", "POST"])
@_lately
def seal_pin(request: HttpRequest, sign_in: SignIn, firm: UUID) -> HttpResponse:
    """Choose a firm's card (GET), open its unlock (POST)."""
    return _pin(request, sign_in, firm_of(sign_in.holder, firm, timezone.now()))


def _pin(request: HttpRequest, sign_in: SignIn, owner: Owner) -> HttpResponse:
    cards = list(owner.cards())
    choosable = [card for card in cards if card.condition == Card.Condition.IN_USE]
    form = OpenUnlock(choosable, request.POST if request.method == "POST" else None)
    problem = None
    if request.method == "POST" and form.is_valid():
        card = next(card for card in choosable if card.serial == form.cleaned_data["card"])
        try:
            return _open(sign_in, card, form.cleaned_data["duties"])
        except Refusal as refusal:
            problem = refusal.problem
            if problem is Problem.UNLOCK_LIVE and (mine := _live_of(card, sign_in)) is not None:
                return HttpResponseRedirect(reverse("islem", args=[mine.name]))  # sent twice, or come back
            if problem is not Problem.DUTIES_NOT_ACCEPTED:
                raise
            form.add_error("duties", form.fields["duties"].error_messages["required"])
    return _ask(request, owner, cards, form, problem)


def _open(sign_in: SignIn, card: Card, duties: bool) -> HttpResponse:
    settings, now = config(), timezone.now()
    unlock, code = acts.open_unlock(
        card=card,
        holder=sign_in.holder,
        sign_in=sign_in,
        duties=duties,
        code_key=settings.portal.code_key_file.read(),
        limits=settings.limits,
        fresh_minutes=settings.signin.fresh_minutes,
        actor=f"holder:{sign_in.holder_id}",
        now=now,
    )
    response = HttpResponseRedirect(reverse("islem", args=[unlock.name]))
    code_cookie.put(response, unlock, code, now)
    return response


def _live_of(card: Card, sign_in: SignIn) -> Unlock | None:
    live = queries.live_for_card(card)
    return live if live is not None and live.holder_id == sign_in.holder_id else None


def _ask(
    request: HttpRequest, owner: Owner, cards: list[Card], form: OpenUnlock, problem: Problem | None
) -> HttpResponse:
    now = timezone.now()
    chosen = form["card"].value()
    rows = [
        {
            "card": card,
            "usable": card.condition == Card.Condition.IN_USE,
            "chosen": card.serial == chosen,
            "told": [certificate_told(one, now) for one in card.certificates.all()],
        }
        for card in cards
    ]
    shown = {"owner": owner, "rows": rows, "form": form, "duties": DUTIES}
    response = render(request, "portal/pin.html", shown)
    if form.is_bound:
        response.status_code = table()[problem].status if problem else 422
        response.headers["X-Problem"] = (problem or Problem.FORM_OLD).value
    return response


@require_GET
@signed_in
def unlock_page(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Show where an unlock stands; raises Refusal PAGE_NOT_FOUND, also for another person's."""
    unlock, now = queries.get(name, sign_in.holder), timezone.now()
    state = unlock.now_in
    opened = state is State.OPENED
    code = code_cookie.get(request, unlock, now) if opened else None
    response = render(request, "portal/unlock.html", {**_standing(unlock, state, now), "code": code})
    if not opened:
        code_cookie.drop(response, unlock)
    return response


def _standing(unlock: Unlock, state: State, now: datetime) -> dict[str, Any]:
    done = rules.steps_done(state, unlock.claimed_at, unlock.confirmed_at)
    late = state is State.OPENED and now >= unlock.code_expires_at
    minutes, seconds = rules.left(unlock.code_expires_at, now)
    final = rules.is_final(state, unlock.closed)
    return {
        "unlock": unlock,
        "owner": owner_of(unlock.card, unlock.holder),
        "told": CODE_OVER if late else UNLOCK_STATES[state],
        "steps": [(number, text, number <= done) for number, text in enumerate(STEPS, 1)],
        "waiting": state is State.OPENED and not late,
        "minutes": minutes,
        "seconds": seconds,
        "final": final,
        "cancellable": not final and not unlock.closed,
        "may_have_changed": state in rules.CHANGES_BEGUN,
    }


@require_POST
@signed_in
def cancel(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Give an unlock up and show what that means; raises Refusal PAGE_NOT_FOUND, UNLOCK_OVER."""
    unlock = queries.get(name, sign_in.holder)
    acts.cancel(unlock_id=unlock.pk, actor=f"holder:{sign_in.holder_id}", now=timezone.now())
    response = HttpResponseRedirect(reverse("islem", args=[unlock.name]))
    code_cookie.drop(response, unlock)
    return response
