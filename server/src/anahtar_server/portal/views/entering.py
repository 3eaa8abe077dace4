"""Signing in and out: to the provider, back from it, and away."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anahtar_server.config import config
from anahtar_server.limits import acts as limit
from anahtar_server.portal import rules
from anahtar_server.signin import acts, session
from anahtar_server.signin.oidc import provider
from anahtar_server.signin.port import Identity
from anahtar_server.signin.queries import current
from anahtar_server.signin.rules import AnswerWrong, Asked
from anahtar_wire.problems import Problem, Refusal

GATE = "gate"
_KIND = "sign-in"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Explain the way to the gate (GET) and go there (POST). Raises Refusal SIGN_IN_REFUSED if nobody
    is there, TOO_MANY."""
    said = request.POST if request.method == "POST" else request.GET
    going_to, again = rules.going_to(said.get("next")), said.get("yeniden") == "1"
    if request.method == "POST":
        return _go(request, going_to, again)
    if current(request) is not None and not again:
        return HttpResponseRedirect(going_to)
    return render(request, "portal/enter.html", {"going_to": going_to, "again": again})


def _go(request: HttpRequest, going_to: str, again: bool) -> HttpResponse:
    now, address = timezone.now(), request.META["REMOTE_ADDR"]
    limit.check(kind=_KIND, key=address, most=rules.SIGN_INS, seconds=rules.SIGN_INS_SECONDS, now=now)
    limit.count(kind=_KIND, key=address, now=now)
    age = timedelta(minutes=config().signin.fresh_minutes)
    asked = Asked(again=True, max_age=age) if again else Asked()
    try:
        url, kept = provider().begin(asked, now=now, language=(get_language() or "tr")[:2])
    except AnswerWrong:
        raise Refusal(Problem.SIGN_IN_REFUSED) from None
    session.remember(request, session.Begun(kept, going_to), now)
    return HttpResponseRedirect(url)


@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer, sign the person in and lead on. Raises Refusal SIGN_IN_REFUSED, NOT_A_HOLDER."""
    begun = session.take(request, request.GET.get("state", ""))
    if begun is None:
        if current(request) is not None:  # the back button: nothing is asked of the answer, so nothing can go wrong
            return HttpResponseRedirect(reverse("landing"))
        raise Refusal(Problem.SIGN_IN_REFUSED)
    identity = _believed(request, begun)
    address = request.META["REMOTE_ADDR"]
    entered = acts.sign_in(identity=identity, address=address, actor=GATE, now=timezone.now())
    session.enter(request, entered)
    return HttpResponseRedirect(begun.going_to)


def _believed(request: HttpRequest, begun: session.Begun) -> Identity:
    now = timezone.now()
    params = {name: ",".join(values) for name, values in request.GET.lists()}  # a repeated one matches nothing
    try:
        return provider().finish(params, begun.kept, now=now)
    except AnswerWrong as wrong:
        acts.refuse(reason=wrong.reason, actor=GATE, now=now)
        raise Refusal(Problem.SIGN_IN_REFUSED) from None


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the sign-in of this browser."""
    found = current(request)
    if found is not None:
        acts.sign_out(sign_in=found, actor=f"holder:{found.holder_id}", now=timezone.now())
    session.leave(request)
    return HttpResponseRedirect(reverse("landing"))
