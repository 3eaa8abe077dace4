"""What is done once it is confirmed: one function for each kind of act, named as `confirming.Pending.kind` names it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from anahtar_server.certificates import holder_acts
from anahtar_server.certificates.lifecycle import Reason
from anahtar_server.config import config
from anahtar_server.people import contact_acts
from anahtar_server.portal.confirming import Do, Pending
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import Level

CONFIRMED = "confirmed"
"""Where the browser's session keeps when a web password's confirmation was given."""


def _revoke(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> str:
    holder_acts.revoke_own(
        serial=pending.facts["serial"],
        sign_in=sign_in,
        confirmed_at=now,
        freshness=config().signin,
        now=now,
        reason=Reason(int(pending.facts["reason"])),
    )
    return pending.back


def _lift(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> str:
    # Level high cannot be asked of this holder in particular: the confirmation on a line known for long takes its
    # place.
    holder_acts.lift_own(
        serial=pending.facts["serial"],
        sign_in=sign_in,
        confirmed_at=now,
        offered=Level.SUBSTANTIAL,
        freshness=config().signin,
        now=now,
    )
    return pending.back


def _add_line(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> str:
    contact_acts.add_own_line(
        holder=sign_in.holder,
        channel=pending.facts["channel"],
        address=pending.facts["address"],
        portal_url=config().portal.public_url,
        now=now,
    )
    return reverse("iletisim")


def _end_line(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> str:
    contact_acts.end_own_line(
        holder=sign_in.holder,
        line_id=int(pending.facts["line"]),
        portal_url=config().portal.public_url,
        hours=config().limits.contact_line_hours,
        now=now,
    )
    return reverse("iletisim")


def _find_card(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> str:
    holder_acts.find_own_card(
        card_serial=pending.facts["card"],
        sign_in=sign_in,
        confirmed_at=now,
        offered=Level.SUBSTANTIAL,
        freshness=config().signin,
        now=now,
    )
    return pending.back


def _web_password(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> str:
    request.session[CONFIRMED] = {"kind": pending.kind, "sign_in": str(sign_in.pk), "at": now.isoformat()}
    return reverse("web_parola")


DONE: dict[str, Do] = {
    "iptal": _revoke,
    "askidan-indir": _lift,
    "kart-bulundu": _find_card,
    "hat-ekle": _add_line,
    "hat-sil": _end_line,
    "web-parola": _web_password,
}
