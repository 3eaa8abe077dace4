"""Askıya Al, Askıdan İndir, Sertifikamı İptal Et: each a page that says what it does, then does it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anahtar_server.certificates import holder_acts
from anahtar_server.config import config
from anahtar_server.portal import confirming, life
from anahtar_server.portal.agreeing import ask_to_revoke
from anahtar_server.portal.forms_certificates import Revoke
from anahtar_server.portal.guard import signed_in_lately
from anahtar_server.portal.kept import take
from anahtar_server.portal.owner import owner_for
from anahtar_server.portal.words import certificate_told, profile_told
from anahtar_server.signin.models import SignIn


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.fresh_minutes)
def suspend(request: HttpRequest, sign_in: SignIn, serial: str, firm: UUID | None = None) -> HttpResponse:
    """Say what suspending does (GET), suspend (POST); raises Refusal PAGE_NOT_FOUND and as `suspend_own`."""
    now = timezone.now()
    owner = owner_for(sign_in.holder, firm, now)
    found = owner.certificate(serial, now)
    if request.method == "POST":
        holder_acts.suspend_own(serial=found.serial, sign_in=sign_in, freshness=config().signin, now=now)
        return HttpResponseRedirect(owner.certificate_url(found))
    shown = {"owner": owner, "certificate": found, "told": certificate_told(found, now), "may": life.may(found, now)}
    return render(request, "portal/suspend.html", {**shown, "profile": profile_told(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.step_up_minutes)
def lift(request: HttpRequest, sign_in: SignIn, serial: str, firm: UUID | None = None) -> HttpResponse:
    """Say what lifting does (GET), ask for its confirmation (POST); raises Refusal PAGE_NOT_FOUND."""
    now = timezone.now()
    owner = owner_for(sign_in.holder, firm, now)
    found = owner.certificate(serial, now)
    may = life.may(found, now)
    if request.method == "POST" and may.lift:
        name = confirming.begin(request, sign_in, "askidan-indir", owner.certificate_url(found), serial=found.serial)
        return HttpResponseRedirect(reverse("onay", args=[name]))
    shown = {"owner": owner, "certificate": found, "told": certificate_told(found, now), "may": may}
    return render(request, "portal/lift.html", {**shown, "profile": profile_told(found)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.step_up_minutes)
def revoke(request: HttpRequest, sign_in: SignIn, serial: str, firm: UUID | None = None) -> HttpResponse:
    """Say what revoking costs (GET), take the typed confirmation and ask for the other (POST).

    Raises Refusal PAGE_NOT_FOUND.
    """
    now = timezone.now()
    owner = owner_for(sign_in.holder, firm, now)
    found = owner.certificate(serial, now)
    may = life.may(found, now)
    form = Revoke(found.serial, request.POST if request.method == "POST" else None, initial=take(request))
    if request.method == "POST" and may.revoke and form.is_valid():
        if (asked := ask_to_revoke(sign_in, owner, found)) is not None:
            return asked
        reason = str(int(form.cleaned_data["reason"] or 0))
        back = owner.certificate_url(found)
        name = confirming.begin(request, sign_in, "iptal", back, serial=found.serial, reason=reason)
        return HttpResponseRedirect(reverse("onay", args=[name]))
    shown = {"owner": owner, "certificate": found, "told": certificate_told(found, now), "may": may, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "portal/revoke.html", {**shown, "profile": profile_told(found)}, status=status)
