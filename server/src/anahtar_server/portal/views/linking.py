"""Programda Aç: a link that brings the code into E-İmza Uygulaması on this computer."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from anahtar_server.portal import code_cookie
from anahtar_server.portal.guard import signed_in
from anahtar_server.portal.owner import owner_of
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import links, queries
from anahtar_wire.code import VerificationCode


@require_POST
@signed_in
def make(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Show a fresh link for the code that this browser has; without it, the unlock's page says what to do.

    Raises Refusal PAGE_NOT_FOUND, also for another person's unlock, UNLOCK_NOT_READY, TOO_MANY.
    """
    unlock, now = queries.get(name, sign_in.holder), timezone.now()
    code = code_cookie.get(request, unlock, now)
    if code is None:
        return HttpResponseRedirect(reverse("islem", args=[unlock.name]))
    reference = links.make_link(
        unlock=unlock,
        code=VerificationCode.parse(code),
        actor=f"holder:{sign_in.holder_id}",
        chance=secrets.token_bytes,
        now=now,
    )
    shown = {
        "unlock": unlock,
        "owner": owner_of(unlock.card, unlock.holder),
        "link": "eimza://unlock?" + urlencode({"ref": reference}),
        "seconds": int(links.LASTS.total_seconds()),
        "groups": code.split("-"),
    }
    return render(request, "portal/unlock_link.html", shown)
