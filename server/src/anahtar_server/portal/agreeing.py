"""Asking a firm's other representatives before an act, and leading to the page of that question."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from anahtar_server.certificates.models import Certificate
from anahtar_server.config import config
from anahtar_server.people import agreements
from anahtar_server.people.agreement_rules import What
from anahtar_server.portal.owner import Owner
from anahtar_server.signin.models import SignIn
from anahtar_wire.problems import Problem, Refusal


def ask(
    sign_in: SignIn, owner: Owner, what: What, *, about: str, guards: str, shown: str, value: int = 0
) -> HttpResponse:
    """Ask for an agreement and lead to it; raises Refusal as `agreements.ask`."""
    if owner.firm is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    asked = agreements.ask(
        firm=owner.firm,
        what=what,
        about=about,
        guards=guards,
        shown=shown,
        holder=sign_in.holder,
        sign_in=sign_in.pk,
        portal_url=config().portal.public_url,
        now=timezone.now(),
        value=value,
    )
    return HttpResponseRedirect(reverse("muhur_karar", args=[owner.firm.pk, asked.pk]))


def ask_to_revoke(sign_in: SignIn, owner: Owner, certificate: Certificate) -> HttpResponse | None:
    """Ask before a revocation where representatives must agree and have not; None when it may go on."""
    if owner.firm is None:
        return None
    about = f"certificate:{certificate.serial}"
    try:
        agreements.agreed(firm=owner.firm, what=What.REVOKE, about=about, holder=sign_in.holder, now=timezone.now())
    except Refusal:
        return ask(
            sign_in,
            owner,
            What.REVOKE,
            about=about,
            guards=f"card:{certificate.card_id}",
            shown=f"…{certificate.serial[-4:]}",
        )
    return None
