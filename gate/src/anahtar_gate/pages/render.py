"""Shows a page: language, host, rehearsal and policy are the same on every one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anahtar_gate.config import current_config
from anahtar_gate.pages.language import LANGUAGES, choose_language
from anahtar_gate.pages.texts import Texts

_NAMES = {"tr": "Türkçe", "en": "English"}
_KEPT = "language"


def remember_language(request: HttpRequest, language: str | None) -> None:
    """Keep the wanted language for this browser; None changes nothing."""
    if language and request.session.get(_KEPT) != language:
        request.session[_KEPT] = language


def language_of(request: HttpRequest) -> str:
    """The language of this page: the address's ``ui_locales`` (kept from then on), the one kept, or Turkish."""
    remember_language(request, choose_language(request.GET.get("ui_locales", "")))
    kept: str = request.session.get(_KEPT, LANGUAGES[0])
    return kept


def _switches(request: HttpRequest, language: str) -> list[dict[str, str]]:
    """Links to this same place in the other languages."""
    others = (one for one in LANGUAGES if one != language)
    return [
        {"tag": one, "name": _NAMES[one], "address": f"{request.path}?{urlencode({'ui_locales': one})}"}
        for one in others
    ]


def show(
    request: HttpRequest,
    page: str,
    facts: dict[str, Any] | None = None,
    *,
    status: int = 200,
    form_target: str | None = None,
) -> HttpResponse:
    """Render a page of ours, never stored by caches.

    page: name of a template. form_target: the origin to which an answered form may redirect besides our own;
    browsers apply form-action to redirects too (CSP 3, section 6.4.1).
    """
    language = language_of(request)
    config = current_config()
    texts = Texts(language)
    always = {
        "t": texts,
        "language": language,
        "switches": _switches(request, language),
        "rehearsal": config.rehearsal,
        "not_the_real_one": texts.fill("not_the_real_one", host=config.address.netloc),
    }
    response = render(request, f"kapi/{page}.html", {**always, **(facts or {})}, status=status)
    response["Cache-Control"] = "no-store"
    if form_target:
        csp_update({"form-action": (form_target,)})(lambda request: response)(request)  # marks the response
    return response


def show_message(request: HttpRequest, name: str, *, status: int, code: str = "") -> HttpResponse:
    """A page with a title and one text, both from the table: ``<name>_title`` and ``<name>_text``."""
    texts = Texts(language_of(request))
    facts = {"title": texts[f"{name}_title"], "text": texts[f"{name}_text"], "code": code}
    return show(request, "message", facts, status=status)
