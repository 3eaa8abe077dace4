"""NES İşlemleri and Mali Mühür İşlemleri: menus, cards, certificates."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anahtar_server.cards.models import Card
from anahtar_server.people.queries import firms_of
from anahtar_server.portal.guard import signed_in
from anahtar_server.portal.owner import Owner, firm_of
from anahtar_server.portal.words import CARD_CONDITIONS, certificate_told, profile_told
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock.queries import of_holder
from anahtar_wire.problems import Problem, Refusal


@require_GET
@signed_in
def nes(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Show the holder's own menu and cards."""
    return _menu(request, Owner(sign_in.holder))


@require_GET
@signed_in
def seals(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Let a representative choose the firm; one firm is shown as well."""
    return render(request, "portal/firms.html", {"firms": firms_of(sign_in.holder, timezone.now())})


@require_GET
@signed_in
def seal(request: HttpRequest, sign_in: SignIn, firm: UUID) -> HttpResponse:
    """Show a firm's menu and cards; raises Refusal PAGE_NOT_FOUND for a firm of others."""
    return _menu(request, firm_of(sign_in.holder, firm, timezone.now()))


@require_GET
@signed_in
def nes_certificate(request: HttpRequest, sign_in: SignIn, serial: str) -> HttpResponse:
    """Show one of the holder's certificates; raises Refusal PAGE_NOT_FOUND, also for another's."""
    return _certificate(request, Owner(sign_in.holder), serial)


@require_GET
@signed_in
def seal_certificate(request: HttpRequest, sign_in: SignIn, firm: UUID, serial: str) -> HttpResponse:
    """Show one of a firm's certificates; raises Refusal PAGE_NOT_FOUND, also for another's."""
    return _certificate(request, firm_of(sign_in.holder, firm, timezone.now()), serial)


def _menu(request: HttpRequest, owner: Owner) -> HttpResponse:
    now = timezone.now()
    live = of_holder(owner.holder).filter(live=True, card__firm=owner.firm)
    cards = [_shown(card, now) for card in owner.cards()]
    return render(request, "portal/menu.html", {"owner": owner, "cards": cards, "live": live})


def _shown(card: Card, now: datetime) -> dict[str, Any]:
    certificates = [
        {"certificate": one, "told": certificate_told(one, now), "profile": profile_told(one)}
        for one in card.certificates.all()
    ]
    told = CARD_CONDITIONS[Card.Condition(card.condition)]
    return {"card": card, "told": told, "certificates": certificates}


def _certificate(request: HttpRequest, owner: Owner, serial: str) -> HttpResponse:
    if len(serial) > 40:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    now = timezone.now()
    certificate = owner.certificate(serial, now)
    shown = {
        "owner": owner,
        "certificate": certificate,
        "told": certificate_told(certificate, now),
        "profile": profile_told(certificate),
        "fingerprint": sha256(certificate.der).hexdigest().upper(),
    }
    return render(request, "portal/certificate.html", shown)
