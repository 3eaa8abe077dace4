"""What concerns the person: history, sign-ins, contact lines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anahtar_server.config import config
from anahtar_server.confirmation.rules import counts_from
from anahtar_server.people.contact_acts import can_end
from anahtar_server.people.models import ContactLine
from anahtar_server.people.queries import lines_of
from anahtar_server.people.rules import masked_line
from anahtar_server.portal import confirming, history
from anahtar_server.portal.forms_contact import NewLine
from anahtar_server.portal.guard import signed_in, signed_in_lately
from anahtar_server.portal.kept import take
from anahtar_server.portal.owner import owner_for
from anahtar_server.portal.words_history import method_told
from anahtar_server.signin import acts, session
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.queries import open_of
from anahtar_wire.problems import Problem, Refusal

_ROWS = 30


@require_GET
@signed_in
def acts_of(request: HttpRequest, sign_in: SignIn, firm: UUID | None = None) -> HttpResponse:
    """Show every act about the owner with its time, the newest first, a page (`sayfa`) at a time."""
    owner = owner_for(sign_in.holder, firm, timezone.now())
    page = Paginator(history.entries_of(owner), _ROWS).get_page(request.GET.get("sayfa"))
    shown = {"owner": owner, "page": page, "rows": history.told(list(page.object_list), owner)}
    return render(request, "portal/history.html", shown)


@require_GET
@signed_in
def sign_ins(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Show where the holder is signed in."""
    rows = [
        {"sign_in": one, "method": method_told(one.method), "here": one.pk == sign_in.pk}
        for one in open_of(sign_in.holder, timezone.now())
    ]
    return render(request, "portal/sign_ins.html", {"rows": rows})


@require_POST
@signed_in
def end_sign_ins(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """End one other sign-in (`giris`), or all of them everywhere, here too."""
    now, actor = timezone.now(), f"holder:{sign_in.holder_id}"
    if "giris" not in request.POST:
        acts.sign_out_everywhere(holder=sign_in.holder, actor=actor, now=now)
        session.leave(request)
        return HttpResponseRedirect(reverse("landing"))
    found = next((one for one in open_of(sign_in.holder, now) if str(one.pk) == request.POST["giris"]), None)
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    acts.sign_out(sign_in=found, actor=actor, now=now)
    return HttpResponseRedirect(reverse("oturumlar"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.step_up_minutes)
def contact(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Show the holder's lines, masked (GET); begin to add one (POST)."""
    lines = lines_of(sign_in.holder)
    form = NewLine(lines, request.POST if request.method == "POST" else None, initial=take(request))
    if form.is_bound and form.is_valid():
        channel, address = form.cleaned_data["channel"], form.cleaned_data["address"]
        facts = {"channel": channel, "address": address, "shown": masked_line(channel, address)}
        name = confirming.begin(request, sign_in, "hat-ekle", reverse("iletisim"), **facts)
        return HttpResponseRedirect(reverse("onay", args=[name]))
    shown = {"rows": [_line(one, lines) for one in lines], "form": form, "hours": config().limits.contact_line_hours}
    return render(request, "portal/contact.html", shown, status=422 if form.is_bound else 200)


def _line(line: ContactLine, lines: list[ContactLine]) -> dict[str, Any]:
    now, hours = timezone.now(), config().limits.contact_line_hours
    counts = counts_from(line.since, hours)
    return {
        "line": line,
        "shown": masked_line(line.channel, line.address),
        "counts_from": counts if counts > now else None,
        "removable": can_end(line, lines, hours, now),
    }


@require_POST
@signed_in_lately(lambda settings: settings.step_up_minutes)
def end_line(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Begin to remove a line (`hat`); raises Refusal PAGE_NOT_FOUND for a line of others."""
    lines = lines_of(sign_in.holder)
    line = next((one for one in lines if str(one.pk) == request.POST.get("hat")), None)
    if line is None or not _line(line, lines)["removable"]:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    facts = {"line": str(line.pk), "shown": masked_line(line.channel, line.address)}
    name = confirming.begin(request, sign_in, "hat-sil", reverse("iletisim"), **facts)
    return HttpResponseRedirect(reverse("onay", args=[name]))
