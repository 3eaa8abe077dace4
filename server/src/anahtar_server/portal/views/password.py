"""WEB Parola: the second way to confirm."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anahtar_server.config import config
from anahtar_server.confirmation.acts import set_web_password
from anahtar_server.confirmation.queries import web_way
from anahtar_server.portal.forms import WebPassword
from anahtar_server.portal.guard import signed_in_lately
from anahtar_server.signin.models import SignIn
from anahtar_wire.problems import Problem, table


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.step_up_minutes)
def web_password(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Show whether a web password is set (GET), set it (POST)."""
    now, holder, limits = timezone.now(), sign_in.holder, config().limits
    form = WebPassword(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actor = f"holder:{holder.pk}"
        set_web_password(holder=holder, password=form.cleaned_data["password"], actor=actor, now=now)
        return HttpResponseRedirect(reverse("web_parola"))
    shown = {"form": form, "way": web_way(holder, limits, now), "hours": limits.web_password_hours}
    response = render(request, "portal/web_password.html", shown)
    if form.is_bound:
        response.status_code = table()[Problem.PASSWORD_RULE].status
        response.headers["X-Problem"] = Problem.PASSWORD_RULE.value
    return response
