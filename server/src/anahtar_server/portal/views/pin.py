"""PIN Oluşturma/Kilit Çözme: whose wrong PINs they were, choosing the card, the duties."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anahtar_server.cards.models import HSM, Card
from anahtar_server.certificates.models import Certificate
from anahtar_server.people.agreement_rules import What
from anahtar_server.portal.agreeing import ask
from anahtar_server.portal.forms import OpenUnlock
from anahtar_server.portal.guard import signed_in_lately
from anahtar_server.portal.kept import take
from anahtar_server.portal.opening import open_for
from anahtar_server.portal.owner import Owner, firm_of, with_certificates
from anahtar_server.portal.words import DUTIES, certificate_told
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import queries
from anahtar_server.unlock.models import Unlock
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
    now, cards = timezone.now(), list(owner.cards())
    choosable = [card for card in cards if _has_pin(card)]
    form = OpenUnlock(choosable, request.POST if request.method == "POST" else None, initial=take(request))
    problem = None
    if request.method == "POST" and form.is_valid():
        card = next(card for card in choosable if card.serial == form.cleaned_data["card"])
        if form.cleaned_data["duties"] and form.in_doubt and (open_ones := _suspendable(card, now)):
            return _offer_suspending(request, owner, card, open_ones, form)
        try:
            return open_for(sign_in, card, duties=form.cleaned_data["duties"], now=now)
        except Refusal as refusal:
            problem = refusal.problem
            if problem is Problem.AGREEMENT_NEEDED:
                about = f"card:{card.pk}"
                return ask(sign_in, owner, What.PIN, about=about, guards=about, shown=f"…{card.serial[-4:]}")
            if problem is Problem.UNLOCK_LIVE and (mine := _live_of(card, sign_in)) is not None:
                return HttpResponseRedirect(reverse("islem", args=[mine.name]))  # sent twice, or come back
            if problem is not Problem.DUTIES_NOT_ACCEPTED:
                raise
            form.add_error("duties", form.fields["duties"].error_messages["required"])
    return _ask(request, owner, cards, form, problem, now)


def _has_pin(card: Card) -> bool:
    return card.condition == Card.Condition.IN_USE and card.family != HSM


def _suspendable(card: Card, now: datetime) -> list[Certificate]:
    certificates = with_certificates([card])[0].certificates.all()
    return [one for one in certificates if one.state == Certificate.State.VALID and now < one.not_after]


def _offer_suspending(
    request: HttpRequest, owner: Owner, card: Card, certificates: list[Certificate], form: OpenUnlock
) -> HttpResponse:
    """Whoever did not enter the wrong PINs, or does not know, is offered to suspend first."""
    shown = {"owner": owner, "card": card, "certificates": certificates, "entered": form.cleaned_data["entered"]}
    return render(request, "portal/pin_doubt.html", shown)


def _live_of(card: Card, sign_in: SignIn) -> Unlock | None:
    live = queries.live_for_card(card)
    return live if live is not None and live.holder_id == sign_in.holder_id else None


def _ask(
    request: HttpRequest, owner: Owner, cards: list[Card], form: OpenUnlock, problem: Problem | None, now: datetime
) -> HttpResponse:
    chosen = form["card"].value()
    rows = [
        {
            "card": card,
            "usable": _has_pin(card),
            "on_hsm": card.family == HSM,
            "chosen": card.serial == chosen,
            "told": [certificate_told(one, now) for one in card.certificates.all()],
        }
        for card in with_certificates(cards)
    ]
    choosable = any(row["usable"] for row in rows)
    shown = {"owner": owner, "rows": rows, "choosable": choosable, "form": form, "duties": DUTIES}
    response = render(request, "portal/pin.html", shown)
    if form.is_bound:
        response.status_code = table()[problem].status if problem else 422
        response.headers["X-Problem"] = (problem or Problem.FORM_OLD).value
    return response
