"""Onay: the page on which an act of the pages is confirmed by SMS or web password, and then done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anahtar_server.confirmation.acts import Verdict
from anahtar_server.confirmation.queries import Way
from anahtar_server.portal import confirming
from anahtar_server.portal.confirming import Pending
from anahtar_server.portal.done import DONE
from anahtar_server.portal.guard import signed_in_lately
from anahtar_server.portal.words_confirming import ACTS, METHODS, way_told
from anahtar_server.signin.models import SignIn
from anahtar_wire.messages import Method
from anahtar_wire.problems import Problem, Refusal, table

_PROBLEMS = {Verdict.WRONG: Problem.CONFIRMATION_WRONG, Verdict.LATE: Problem.CONFIRMATION_EXPIRED}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_lately(lambda settings: settings.step_up_minutes)
def confirm(request: HttpRequest, sign_in: SignIn, name: str) -> HttpResponse:
    """Choose a way to confirm and confirm by it. Raises Refusal PAGE_NOT_FOUND, CONFIRMATION_OVER, and as the act."""
    pending, now = confirming.pending_of(request, sign_in, name), timezone.now()
    if request.method != "POST":
        return _page(request, pending, sign_in, now)
    if "yontem" in request.POST:
        return _ask(request, pending, sign_in, now)
    return _answer(request, pending, sign_in, now)


def _ask(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> HttpResponse:
    try:
        method = Method(request.POST["yontem"])
    except ValueError:
        return _page(request, pending, sign_in, now, problem=Problem.METHOD_NOT_SET)
    confirming.ask(request, pending, sign_in, method, now)
    return HttpResponseRedirect(request.path)


def _answer(request: HttpRequest, pending: Pending, sign_in: SignIn, now: datetime) -> HttpResponse:
    if not pending.method:
        raise Refusal(Problem.CONFIRMATION_NOT_ASKED)
    verdict, left = confirming.answer(pending, sign_in, request.POST.get("onay", "")[:200], now)
    if verdict is Verdict.RIGHT:
        confirming.drop(request, pending)
        return HttpResponseRedirect(DONE[pending.kind](request, pending, sign_in, now))
    if verdict is Verdict.SPENT:
        confirming.drop(request, pending)
        raise Refusal(Problem.CONFIRMATION_OVER)
    return _page(request, pending, sign_in, now, problem=_PROBLEMS[verdict], left=left)


def _page(
    request: HttpRequest,
    pending: Pending,
    sign_in: SignIn,
    now: datetime,
    problem: Problem | None = None,
    left: int = 0,
) -> HttpResponse:
    shown = {
        "pending": pending,
        "act": ACTS[pending.kind],
        "ways": [_way(one) for one in confirming.ways_of(sign_in, now)],
        "problem": problem,
        "left": left,
    }
    response = render(request, "portal/confirm.html", shown)
    if problem is not None:
        response.status_code = table()[problem].status
        response.headers["X-Problem"] = problem.value
    return response


def _way(way: Way) -> dict[str, Any]:
    told = way_told(way.problem, way.usable_from)
    return {"method": way.method.value, "name": METHODS[way.method], "shown": way.shown, "told": told}
