"""Opening an unlock for a signed-in holder, and giving its code to this browser only."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from anahtar_server.cards.models import Card
from anahtar_server.config import config
from anahtar_server.portal import code_cookie
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import acts


def open_for(sign_in: SignIn, card: Card, *, duties: bool, now: datetime) -> HttpResponse:
    """Open an unlock and lead to its page, with the code in a cookie; raises Refusal as `acts.open_unlock`."""
    settings = config()
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
