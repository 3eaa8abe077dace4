"""Pages for everybody: the two doors, help, the language."""

from __future__ import annotations

import string

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from anahtar_server.portal.guard import entrance
from anahtar_server.portal.rules import local_path
from anahtar_server.signin.queries import current
from anahtar_wire.problems import Explained, Paragraph, Problem, Refusal, explain, table

_YEAR_SECONDS = 365 * 24 * 3600


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """Show the two doors."""
    return render(request, "portal/landing.html")


@require_GET
def online(request: HttpRequest) -> HttpResponse:
    """Show Online İşlemler; whoever is signed in is led on to the door's menu."""
    door = "muhur" if request.GET.get("hedef") == "muhur" else "nes"
    target = reverse(door)
    if current(request) is not None:
        return HttpResponseRedirect(target)
    return render(request, "portal/online.html", {"door": door, "entrance": entrance(target)})


@require_GET
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and show the same place again."""
    response = HttpResponseRedirect(local_path(request.GET.get("next")))
    chosen = request.GET.get("to", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=_YEAR_SECONDS,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    """Show the topics and every problem code."""
    codes = [(problem.value, _paragraph(problem).title) for problem in Problem]
    return render(request, "portal/help.html", {"codes": codes})


@require_GET
def help_problem(request: HttpRequest, code: str) -> HttpResponse:
    """Show a problem code's paragraph; raises Refusal PAGE_NOT_FOUND for a code that none has."""
    try:
        problem = Problem(code)
    except ValueError:
        raise Refusal(Problem.PAGE_NOT_FOUND) from None
    return render(request, "portal/help_problem.html", {"code": code, "paragraph": _paragraph(problem)})


def _paragraph(problem: Problem) -> Paragraph:
    """Return the paragraph in the reader's language; what only a real case knows is shown as "…"."""
    return explain(problem, get_language() or "tr", **dict.fromkeys(_facts(table()[problem]), "…"))


def _facts(explained: Explained) -> set[str]:
    texts = [part for said in (explained.tr, explained.en) for part in (said.title, said.happened, said.cost, said.do)]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
