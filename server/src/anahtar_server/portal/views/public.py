"""Pages for everybody: the two doors, help, the language."""

from __future__ import annotations

from datetime import UTC, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from anahtar_server.config import config
from anahtar_server.portal import topics
from anahtar_server.portal.guard import entrance
from anahtar_server.portal.rules import local_path
from anahtar_server.signin.queries import current
from anahtar_wire.problems import Problem, Refusal

_YEAR_SECONDS = 365 * 24 * 3600
_SECURITY_TXT_FOR = timedelta(days=180)


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
    """Show the topics and every problem code, or what a search (`ara`) finds among them."""
    query = request.GET.get("ara", "").strip()[: topics.LONGEST_QUERY]
    listed = [topic for topic in topics.TOPICS if topic.listed]
    shown = {"topics": listed, "codes": topics.codes(_language()), "query": query}
    found = topics.search(query, _language()) if query else None
    return render(request, "portal/help.html", {**shown, "found": found})


@require_GET
def help_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a topic of help; raises Refusal PAGE_NOT_FOUND for one that there is not."""
    topic = topics.BY_SLUG.get(slug)
    if topic is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    shown = {"topic": topic, "text": topics.template_of(topic, _language()), "steps": topics.steps(topic, _language())}
    return render(request, "portal/help_topic.html", shown)


@require_GET
def help_problem(request: HttpRequest, code: str) -> HttpResponse:
    """Show a problem code's paragraph; raises Refusal PAGE_NOT_FOUND for a code that none has."""
    try:
        problem = Problem(code)
    except ValueError:
        raise Refusal(Problem.PAGE_NOT_FOUND) from None
    shown = {"code": code, "paragraph": topics.paragraph(problem, _language())}
    return render(request, "portal/help_problem.html", shown)


@require_GET
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where a weakness is reported (RFC 9116)."""
    ours = config()
    address = ours.portal.public_url.rstrip("/") + reverse("security_txt")
    ends = timezone.now().replace(microsecond=0) + _SECURITY_TXT_FOR
    lines = [
        f"Contact: mailto:{ours.notices.email_from}",
        f"Expires: {ends.astimezone(UTC).isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: tr, en",
        f"Canonical: {address}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _language() -> str:
    return "en" if (get_language() or "tr").startswith("en") else "tr"
