"""Reading sign-ins."""

from __future__ import annotations

from django.http import HttpRequest

from anahtar_server.signin.models import SignIn
from anahtar_server.signin.session import SIGN_IN


def current(request: HttpRequest) -> SignIn | None:
    """Return the sign-in of this browser, if it has one that was not ended; asked once a request."""
    if not hasattr(request, "_anahtar_sign_in"):
        name = request.session.get(SIGN_IN) if hasattr(request, "session") else None
        found = SignIn.objects.select_related("holder").filter(pk=name, ended_at=None).first() if name else None
        request._anahtar_sign_in = found  # type: ignore[attr-defined]  # Django's own way of keeping it for a request
    kept: SignIn | None = request._anahtar_sign_in  # type: ignore[attr-defined]
    return kept
