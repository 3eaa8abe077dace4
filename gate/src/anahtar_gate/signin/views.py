"""The first page of a sign-in, and the way out of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from anahtar_gate.methods.registry import METHODS
from anahtar_gate.pages.render import language_of
from anahtar_gate.pages.texts import Texts
from anahtar_gate.provider import session
from anahtar_gate.provider.queries import active_client
from anahtar_gate.provider.rules import RequestRefused
from anahtar_gate.provider.server import server
from anahtar_gate.provider.session import Waiting
from anahtar_gate.signin.waiting import of_waiting_request, waiting_page


@require_safe
@of_waiting_request
def methods_page(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """All five methods; those not built are no links."""
    client = active_client(waiting.parameters["client_id"])
    rows = [
        {"key": one.key, "label": one.label, "built": one.built, "address": reverse("password", args=[waiting.ref])}
        for one in METHODS
    ]
    asks = Texts(language_of(request)).fill("methods_asks", client=client.name if client else "")
    return waiting_page(request, waiting, "methods", {"methods": rows, "asks": asks}, status=200)


@require_POST
@of_waiting_request
def cancel(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """Go back to the client without signing in."""
    session.drop(request.session, waiting.ref)
    return server.refuse(RequestRefused("access_denied", "The person cancelled."), waiting.parameters)
