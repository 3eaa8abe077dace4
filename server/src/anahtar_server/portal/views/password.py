"""WEB Parola: the second way to confirm. It is set at level high, or after a confirmation on a line known for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anahtar_server.config import config
from anahtar_server.confirmation.acts import set_web_password
from anahtar_server.confirmation.queries import web_way
from anahtar_server.people.models import Holder
from anahtar_server.people.queries import lines_of
from anahtar_server.people.telling import tell_lines
from anahtar_server.people.texts import News
from anahtar_server.portal import confirming
from anahtar_server.portal.done import CONFIRMED
from anahtar_server.portal.forms import WebPassword
from anahtar_server.portal.guard import signed_in_lately
from anahtar_server.signin.models import SignIn
from anahtar_wire.problems import Problem, table

KIND = "web-parola"


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.step_up_minutes)
def web_password(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Show whether a web password is set (GET); ask for a confirmation, then set it (POST)."""
    now, limits = timezone.now(), config().limits
    may_set = _confirmed(request, sign_in, now)
    if request.method == "POST" and not may_set:
        name = confirming.begin(request, sign_in, KIND, reverse("web_parola"))
        return HttpResponseRedirect(reverse("onay", args=[name]))
    form = WebPassword(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _set(sign_in.holder, form.cleaned_data["password"], now)
        request.session.pop(CONFIRMED, None)
        return HttpResponseRedirect(reverse("web_parola"))
    way = web_way(sign_in.holder, limits, now)
    shown = {"form": form, "may_set": may_set, "way": way, "hours": limits.web_password_hours}
    response = render(request, "portal/web_password.html", shown)
    if form.is_bound:
        response.status_code = table()[Problem.PASSWORD_RULE].status
        response.headers["X-Problem"] = Problem.PASSWORD_RULE.value
    return response


def _confirmed(request: HttpRequest, sign_in: SignIn, now: datetime) -> bool:
    """Tell whether this sign-in confirmed it just now. One of level high must too: it may have been reached with the
    very card that the web password would then unlock."""
    kept = request.session.get(CONFIRMED)
    if kept is None or kept["kind"] != KIND or kept["sign_in"] != str(sign_in.pk):
        return False
    given = datetime.fromisoformat(kept["at"])
    return given <= now < given + timedelta(minutes=config().signin.step_up_minutes)


@transaction.atomic
def _set(holder: Holder, password: str, now: datetime) -> None:
    """Set it and tell it on every line."""
    set_web_password(holder=holder, password=password, actor=f"holder:{holder.pk}", now=now)
    tell_lines(
        holder=holder,
        lines=lines_of(holder),
        news=News.WEB_PASSWORD_SET,
        of="",
        key=f"{now.timestamp():.6f}",
        portal_url=config().portal.public_url,
        now=now,
    )
