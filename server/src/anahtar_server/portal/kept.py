"""What a holder typed into a form that came after the sign-in had ended: kept in the browser's own session until the
page is opened again, without secrets. Another person's sign-in in the same browser drops it with the session."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

from anahtar_server.portal.context import here
from anahtar_server.signin.session import HOLDER

_KEPT = "typed"
_FIELDS = ("card", "entered", "duties", "reason", "last_four", "channel", "address", "sayi")
_LONGEST = 200


def keep(request: HttpRequest) -> None:
    """Keep what was typed, if this browser's last sign-in is known."""
    typed = {name: request.POST[name][:_LONGEST] for name in _FIELDS if name in request.POST}
    if typed and request.session.get(HOLDER):
        request.session[_KEPT] = {"path": urlsplit(here(request)).path, "typed": typed}


def take(request: HttpRequest) -> dict[str, str]:
    """Return what was typed on this page before, once."""
    kept = request.session.get(_KEPT)
    if kept is None or kept["path"] != request.path or request.method != "GET":
        return {}
    del request.session[_KEPT]
    return dict(kept["typed"])
