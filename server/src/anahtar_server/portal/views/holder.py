"""NES İşlemleri and Mali Mühür İşlemleri: the menus, and choosing the firm."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anahtar_server.cards.models import Card
from anahtar_server.people.agreements import open_of, waiting_firms
from anahtar_server.people.models import Firm, Holder
from anahtar_server.people.queries import firms_of, representations_of
from anahtar_server.people.rules import masked_name
from anahtar_server.portal.guard import signed_in
from anahtar_server.portal.owner import Owner, firm_of, with_certificates
from anahtar_server.portal.rules import matches
from anahtar_server.portal.words import CARD_CONDITIONS, certificate_told, profile_told
from anahtar_server.portal.words_agreement import WHAT
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock.queries import of_holder

SEARCHED_FROM = 8
"""With so many firms the page offers a search."""


@require_GET
@signed_in
def nes(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Show the holder's own menu and cards."""
    return _menu(request, Owner(sign_in.holder))


@require_GET
@signed_in
def seals(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Let a representative choose the firm, by searching (`ara`) where there are many; one firm is shown as well."""
    query, now = request.GET.get("ara", "").strip()[:100], timezone.now()
    firms = list(firms_of(sign_in.holder, now))
    found = [firm for firm in firms if matches(query, firm.title_folded, firm.tax_number)]
    shown = {
        "holder": sign_in.holder,
        "firms": found,
        "waiting": waiting_firms(found, now),
        "query": query,
        "searchable": len(firms) >= SEARCHED_FROM,
    }
    return render(request, "portal/firms.html", shown)


@require_GET
@signed_in
def seal(request: HttpRequest, sign_in: SignIn, firm: UUID) -> HttpResponse:
    """Show a firm's menu and cards; raises Refusal PAGE_NOT_FOUND for a firm of others."""
    return _menu(request, firm_of(sign_in.holder, firm, timezone.now()))


def _menu(request: HttpRequest, owner: Owner) -> HttpResponse:
    now = timezone.now()
    shown = {
        "owner": owner,
        "cards": [_shown(card, now) for card in with_certificates(owner.cards())],
        "live": of_holder(owner.holder).filter(live=True, card__firm=owner.firm),
        "waiting": _waiting(owner.firm, now) if owner.firm else [],
        "representatives": _representatives(owner.firm, owner.holder, now) if owner.firm else [],
    }
    return render(request, "portal/menu.html", shown)


def _waiting(firm: Firm, now: datetime) -> list[dict[str, Any]]:
    return [{"what": WHAT[one.what], "pk": one.pk} for one in open_of(firm, now)]


def _shown(card: Card, now: datetime) -> dict[str, Any]:
    certificates = [
        {"certificate": one, "told": certificate_told(one, now), "profile": profile_told(one)}
        for one in card.certificates.all()
    ]
    told = CARD_CONDITIONS[Card.Condition(card.condition)]
    return {"card": card, "told": told, "certificates": certificates}


def _representatives(firm: Firm, me: Holder, now: datetime) -> list[dict[str, Any]]:
    """Return who may act for a firm and since when; the others by the first letters of their names."""
    return [
        {
            "name": one.holder.name if one.holder_id == me.pk else masked_name(one.holder.name),
            "since": one.since,
            "until": one.until,
            "me": one.holder_id == me.pk,
        }
        for one in representations_of(firm, now)
    ]
