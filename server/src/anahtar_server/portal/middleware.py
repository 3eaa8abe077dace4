"""Whatever goes wrong on a page is told as a page: what happened, what it cost, what to do, its code."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language

from anahtar_server.config import config
from anahtar_server.portal.context import here
from anahtar_server.portal.guard import entrance
from anahtar_server.portal.rules import is_foreign, problem_of_status
from anahtar_wire.problems import Problem, Refusal, explain, table

_log = structlog.get_logger("portal")
_OTHER_FACES = ("/api/", "/static/")
_HEADERS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What no page of ours needs, and that no other site may load it."""


class FriendlyProblems:
    """Turns refusals and failures of the pages into pages; the API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse changes that another site sent, and replace a bare answer of the framework (an unknown address, a
        method that a page has not)."""
        response = self._answer(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if _is_foreign(request):
            return form_old(request)
        response = self.get_response(request)
        if request.path_info.startswith(_OTHER_FACES) or response.headers.get("X-Problem"):
            return response
        problem = problem_of_status(response.status_code, request.method or "GET")
        return tell(request, problem) if problem else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an exception of a view; what nobody foresaw says "internal" and nothing else."""
        if request.path_info.startswith(_OTHER_FACES):
            return None
        if isinstance(error, Refusal):
            _log.info("refused", problem=error.problem.value, page=_page_name(request))
            return tell(request, error.problem, **error.facts)
        if isinstance(error, SuspiciousOperation):
            return tell(request, problem_of_status(400, request.method or "GET") or Problem.INTERNAL)
        if isinstance(error, Http404 | PermissionDenied):
            return tell(request, Problem.PAGE_NOT_FOUND)
        # The error's own text may hold what a person typed: only its kind and place are written down.
        _log.error("internal", error=type(error).__name__, at=_places(error), page=_page_name(request))
        return tell(request, Problem.INTERNAL)


def tell(request: HttpRequest, problem: Problem, **facts: int | str) -> HttpResponse:
    """Return the page of a problem with the status of its table."""
    shown = {
        "problem": problem.value,
        "paragraph": explain(problem, get_language() or "tr", **facts),
        "sign_in_url": _way_in(request, problem),
    }
    try:
        text = render_to_string("portal/problem.html", shown, request)
    except Exception as error:  # the last line of defence: without a database a page must still be had
        _log.error("internal", error=type(error).__name__, at=_places(error), page="problem")
        text = render_to_string("portal/problem_bare.html", {**shown, "language": (get_language() or "tr")[:2]})
    response = HttpResponse(text, status=table()[problem].status or 500)
    response.headers["X-Problem"] = problem.value
    add_never_cache_headers(response)
    return response


def form_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token did not match (CSRF_FAILURE_VIEW)."""
    _log.info("refused", problem=Problem.FORM_OLD.value, page=_page_name(request))
    return tell(request, Problem.FORM_OLD)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what outer layers refused (handler400)."""
    return tell(request, problem_of_status(400, request.method or "GET") or Problem.INTERNAL)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address without a page (handler403, handler404)."""
    return tell(request, Problem.PAGE_NOT_FOUND)


def internal(request: HttpRequest) -> HttpResponse:
    """Answer a failure of outer layers (handler500)."""
    return tell(request, Problem.INTERNAL)


def _is_foreign(request: HttpRequest) -> bool:
    if request.method in ("GET", "HEAD", "OPTIONS") or request.path_info.startswith(_OTHER_FACES):
        return False
    own = frozenset({_own_origin(), f"{request.scheme}://{request.get_host()}"})
    return is_foreign(request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"), own)


@cache
def _own_origin() -> str:
    parts = urlsplit(config().portal.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _way_in(request: HttpRequest, problem: Problem) -> str | None:
    match problem:
        case Problem.SIGN_IN_NEEDED:
            return entrance(here(request))
        case Problem.SIGN_IN_STALE:
            return entrance(here(request), again=True)
        case Problem.SIGN_IN_REFUSED:
            return entrance("/")
        case _:
            return None


def _page_name(request: HttpRequest) -> str:
    """The name of the page, never its address: that may name a certificate or an unlock."""
    match = request.resolver_match
    return (match.url_name or "") if match else ""


def _places(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
