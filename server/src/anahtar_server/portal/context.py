"""What every page knows: whether this is a rehearsal, in which language, who is signed in and where help is."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from anahtar_server.config import config
from anahtar_server.portal.rules import local_path
from anahtar_server.signin.queries import current

_SHOWN_BY = {
    **dict.fromkeys(("islem_vazgec", "islem_yenile", "islem_canli", "islem_baglanti"), "islem"),
    **dict.fromkeys(("cikis", "giris_donus", "dil"), "landing"),
    "muhur_karar_sayisi": "muhur_kararlar",
    "oturum_kapat": "oturumlar",
    "iletisim_kaldir": "iletisim",
}
"""Addresses that cannot be opened again, or would act, and the page on which their forms stand."""

_TABS = {
    "": "landing",
    "online-islemler": "landing",
    "giris": "landing",
    "yardim": "yardim",
    "nes": "nes",
    "muhur": "muhur",
}
"""Which tab the pages under an address belong to."""


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the values for every template; the sign-in is looked up only if a template asks."""
    settings = config()
    return {
        "rehearsal": settings.rehearsal,
        "site_name": settings.portal.name,
        "support": settings.notices.email_from,
        "language": (get_language() or "tr")[:2],
        "here": here(request),
        "edition": edition(),
        **tab(request),
        "sign_in": SimpleLazyObject(lambda: current(request)),
    }


def tab(request: HttpRequest) -> dict[str, Any]:
    """Return which tab of the header a page belongs to (`tab`), and whether it is the tab's own page (`exact_tab`)."""
    head = _TABS.get(request.path_info.split("/")[1], "")
    return {"tab": head, "exact_tab": bool(head) and request.path_info == reverse(head)}


@cache
def edition() -> str:
    """Return what changes with style sheet and script, so that no browser keeps old ones."""
    folder = Path(__file__).parent / "static" / "portal"
    return sha256(b"".join((folder / name).read_bytes() for name in ("portal.css", "portal.js"))).hexdigest()[:10]


def here(request: HttpRequest) -> str:
    """Return the address that shows this page again; for a form's own address, that of the page with the form."""
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return "/"
    page = _SHOWN_BY.get(found.url_name or "")
    return reverse(page, args=found.args, kwargs=found.kwargs) if page else local_path(request.get_full_path())
