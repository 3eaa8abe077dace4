"""Kartım Kayıp and Kartımı Buldum: each a page that says what it does, then does it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anahtar_server.cards.models import Card
from anahtar_server.certificates import holder_acts
from anahtar_server.config import config
from anahtar_server.portal import confirming
from anahtar_server.portal.guard import signed_in_lately
from anahtar_server.portal.owner import Owner, owner_for
from anahtar_server.portal.words import CARD_CONDITIONS
from anahtar_server.signin.models import SignIn
from anahtar_wire.problems import Problem, Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.fresh_minutes)
def lost(request: HttpRequest, sign_in: SignIn, serial: str, firm: UUID | None = None) -> HttpResponse:
    """Say what reporting a card lost does (GET), report it (POST); raises Refusal PAGE_NOT_FOUND and as the act."""
    now = timezone.now()
    owner = owner_for(sign_in.holder, firm, now)
    card = _card(owner, serial)
    if request.method == "POST":
        holder_acts.lose_own_card(card_serial=card.serial, sign_in=sign_in, freshness=config().signin, now=now)
        return HttpResponseRedirect(owner.menu_url)
    return _page(request, "portal/card_lost.html", owner, card)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.step_up_minutes)
def found(request: HttpRequest, sign_in: SignIn, serial: str, firm: UUID | None = None) -> HttpResponse:
    """Say what finding does (GET), ask for its confirmation (POST); raises Refusal PAGE_NOT_FOUND."""
    owner = owner_for(sign_in.holder, firm, timezone.now())
    card = _card(owner, serial)
    if request.method == "POST" and card.condition == Card.Condition.LOST:
        name = confirming.begin(request, sign_in, "kart-bulundu", owner.menu_url, card=card.serial, shown=card.serial)
        return HttpResponseRedirect(reverse("onay", args=[name]))
    return _page(request, "portal/card_found.html", owner, card)


def _card(owner: Owner, serial: str) -> Card:
    card = owner.cards().filter(serial=serial[:32]).first()
    if card is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    return card


def _page(request: HttpRequest, template: str, owner: Owner, card: Card) -> HttpResponse:
    told = CARD_CONDITIONS[Card.Condition(card.condition)]
    return render(request, template, {"owner": owner, "card": card, "told": told})
