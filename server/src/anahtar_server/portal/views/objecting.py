"""Bu ben değildim: stopping what a notice told of, without signing in. The button acts, opening the page does not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anahtar_server.cards.models import Card
from anahtar_server.certificates.card_acts import suspend_all
from anahtar_server.config import config
from anahtar_server.limits import acts as limit
from anahtar_server.people import agreements
from anahtar_server.people.models import Objection
from anahtar_server.people.objections import take_objection
from anahtar_server.portal import rules
from anahtar_server.signin.acts import sign_out_everywhere
from anahtar_server.unlock.acts import cancel
from anahtar_server.unlock.queries import live_for_card

PORTAL = "portal"
_KIND = "objection"
_WHOSE = {"card": "pk", "holder": "holder_id", "firm": "firm_id"}
"""How the cards of an objection's subject are found."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a notice (GET), stop what it told of (POST). Raises Refusal TOO_MANY."""
    if request.method != "POST":
        return render(request, "portal/objection.html", {"code": request.GET.get("kod", "")[:20]})
    cards = _object(request.POST.get("kod", ""), request.META["REMOTE_ADDR"], timezone.now())
    if cards is None:
        shown = {"code": request.POST.get("kod", "")[:20], "wrong": True}
        return render(request, "portal/objection.html", shown, status=422)
    return render(request, "portal/objection_done.html", {"cards": cards})


def _object(code: str, address: str, now: datetime) -> list[str] | None:
    """Return the ends of the serial numbers of the cards that are stopped now; None for no such code."""
    limit.check(kind=_KIND, key=address, most=rules.OBJECTIONS, seconds=rules.OBJECTIONS_SECONDS, now=now)
    with transaction.atomic():
        objection = take_objection(code=code, now=now)
        if objection is not None:
            sign_out_everywhere(holder=objection.holder, actor=PORTAL, now=now)
            _stop_agreement(objection, now)
            return [_stop(card, objection, now) for card in _cards(objection)]
    limit.count(kind=_KIND, key=address, now=now)
    return None


def _stop_agreement(objection: Objection, now: datetime) -> None:
    kind, _, name = objection.about.partition(":")
    if kind == "agreement":
        agreements.stop(agreement=UUID(name), portal_url=config().portal.public_url, now=now)


def _cards(objection: Objection) -> list[Card]:
    kind, _, name = objection.subject.partition(":")
    return list(Card.objects.filter(**{_WHOSE[kind]: name}).order_by("serial"))


def _stop(card: Card, objection: Objection, now: datetime) -> str:
    """Suspend a card's certificates in the holder's name, so that the holder may lift it; end what is under way."""
    suspend_all(card=card, actor=PORTAL, asked_by=f"holder:{objection.holder_id}", now=now)
    live = live_for_card(card)
    if live is not None:
        cancel(unlock_id=live.pk, actor=PORTAL, now=now)
    return card.serial[-4:]
