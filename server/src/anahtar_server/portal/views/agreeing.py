"""Ortak kararlar: what several representatives of a firm must want, each from their own sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anahtar_server.config import config
from anahtar_server.people import agreements
from anahtar_server.people.agreement_rules import What
from anahtar_server.people.models import Agreement, Firm, Holder
from anahtar_server.people.queries import representatives_of
from anahtar_server.people.rules import masked_name
from anahtar_server.portal.agreeing import ask
from anahtar_server.portal.guard import signed_in, signed_in_lately
from anahtar_server.portal.kept import take
from anahtar_server.portal.owner import Owner, firm_of
from anahtar_server.portal.words_agreement import STATES, WHAT
from anahtar_server.signin.models import SignIn
from anahtar_wire.problems import Problem, Refusal

_SHOWN = 20
_step_up = signed_in_lately(lambda settings: settings.step_up_minutes)


@require_GET
@signed_in
def agreements_of(request: HttpRequest, sign_in: SignIn, firm: UUID) -> HttpResponse:
    """Show a firm's agreements, the newest first, and how many must agree; raises Refusal PAGE_NOT_FOUND."""
    now = timezone.now()
    owner, theirs = _of(sign_in.holder, firm, now)
    newest = Agreement.objects.filter(firm=theirs).select_related("asked_by").order_by("-asked_at")[:_SHOWN]
    shown = {
        "owner": owner,
        "rows": [_told(one, owner, now) for one in newest],
        "chosen": take(request).get("sayi", str(theirs.representatives_needed)),
        "numbers": range(1, representatives_of(theirs, now).count() + 1),
    }
    return render(request, "portal/agreements.html", shown)


@require_POST
@_step_up
def set_needed(request: HttpRequest, sign_in: SignIn, firm: UUID) -> HttpResponse:
    """Ask for another number of representatives, which those who must agree now must agree to.

    Raises Refusal PAGE_NOT_FOUND, FORM_OLD, ACT_NOT_ALLOWED for a number that cannot be.
    """
    owner, theirs = _of(sign_in.holder, firm, timezone.now())
    number = request.POST.get("sayi", "")
    if not (number.isascii() and number.isdigit() and len(number) < 4):
        raise Refusal(Problem.FORM_OLD)
    if int(number) == theirs.representatives_needed:  # nothing to change, or sent twice
        return HttpResponseRedirect(reverse("muhur_kararlar", args=[firm]))
    shown = f"{theirs.representatives_needed} → {number}"
    return ask(sign_in, owner, What.NEEDED, about=f"firm:{firm}", guards=f"firm:{firm}", shown=shown, value=int(number))


@require_http_methods(["GET", "HEAD", "POST"])
@_step_up
def agreement(request: HttpRequest, sign_in: SignIn, firm: UUID, one: UUID) -> HttpResponse:
    """Show one agreement (GET), answer it (POST); raises Refusal PAGE_NOT_FOUND and as `agreements.answer`."""
    now = timezone.now()
    owner = firm_of(sign_in.holder, firm, now)
    found = Agreement.objects.filter(firm=owner.firm, pk=one).select_related("asked_by").first()
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    if request.method == "POST":
        yes = request.POST.get("yanit")
        if yes not in ("evet", "hayir"):
            raise Refusal(Problem.FORM_OLD)
        agreements.answer(
            agreement=found.pk,
            holder=sign_in.holder,
            sign_in=sign_in.pk,
            yes=yes == "evet",
            portal_url=config().portal.public_url,
            now=now,
        )
        return HttpResponseRedirect(reverse("muhur_karar", args=[firm, one]))
    answers = [
        {"name": _name(answer.holder.name, answer.holder_id == sign_in.holder_id), "yes": answer.yes, "at": answer.at}
        for answer in found.answers.select_related("holder").order_by("at")
    ]
    mine = found.answers.filter(holder=sign_in.holder).first()
    shown = {
        "owner": owner,
        **_told(found, owner, now),
        "answers": answers,
        "mine": mine,
        "go_on": _go_on(found, owner),
    }
    return render(request, "portal/agreement.html", shown)


def _told(one: Agreement, owner: Owner, now: datetime) -> dict[str, Any]:
    late = one.state in (Agreement.State.OPEN, Agreement.State.AGREED) and one.ends_at <= now
    state = Agreement.State.LAPSED if late else Agreement.State(one.state)
    return {
        "agreement": one,
        "what": WHAT[one.what],
        "told": STATES[state],
        "open": state is Agreement.State.OPEN,
        "asked_by_me": one.asked_by_id == owner.holder.pk,
        "asked_by": _name(one.asked_by.name, one.asked_by_id == owner.holder.pk),
        "state": state.value,
    }


def _go_on(one: Agreement, owner: Owner) -> str:
    """Where whoever asked does what was agreed to."""
    if one.asked_by_id != owner.holder.pk or one.state != Agreement.State.AGREED:
        return ""
    if one.what == What.PIN:
        return owner.pin_url
    return f"{owner.menu_url}sertifika/{one.about.removeprefix('certificate:')}/iptal/"


def _name(name: str, mine: bool) -> str:
    return name if mine else masked_name(name)


def _of(holder: Holder, name: UUID, now: datetime) -> tuple[Owner, Firm]:
    """Return the firm as an owner and itself; raises Refusal PAGE_NOT_FOUND if the holder may not act for it."""
    owner = firm_of(holder, name, now)
    assert owner.firm is not None  # that is what `firm_of` promises
    return owner, owner.firm
