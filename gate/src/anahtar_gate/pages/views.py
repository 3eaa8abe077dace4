"""Pages that belong to no flow: home, style, and what Django shows when something is wrong."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anahtar_gate.pages.render import show_message

_STYLE = Path(__file__).with_name("style.css")


@lru_cache(maxsize=1)
def style() -> tuple[str, bytes]:
    """The hash that names the style sheet, and its bytes."""
    content = _STYLE.read_bytes()
    return hashlib.sha256(content).hexdigest()[:12], content


@require_safe
def style_sheet(request: HttpRequest, version: str) -> HttpResponse:
    """The one style sheet; its name changes with its content, so it may be kept for a year."""
    response = HttpResponse(style()[1], content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What somebody sees who types the gate's address."""
    return show_message(request, "home", status=200)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its CSRF token."""
    return show_message(request, "form", status=403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    return show_message(request, "missing", status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that Django itself refuses; the session may be unusable, so no page is drawn."""
    return HttpResponse("400", content_type="text/plain", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """An error of ours; it says nothing else."""
    try:
        return show_message(request, "broken", status=500)
    except Exception:  # the page itself may be what is broken, or the database behind the session
        return HttpResponse("500", content_type="text/plain", status=500)
