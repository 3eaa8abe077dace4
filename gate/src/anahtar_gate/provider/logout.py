"""Leaving the gate at a client's wish (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from joserfc import jwt
from joserfc.errors import JoseError

from anahtar_gate.config import current_config
from anahtar_gate.pages.render import show, show_message
from anahtar_gate.provider import session
from anahtar_gate.provider.keys import load_signing_key
from anahtar_gate.provider.queries import active_client
from anahtar_gate.provider.rules import single_values


def read_hint(hint: str) -> dict[str, Any] | None:
    """The claims of an ID token of ours, however old, or None (section 2: an expired one is accepted)."""
    signing = load_signing_key(current_config().signing_key_file)
    try:
        claims = jwt.decode(hint, signing.key, [signing.algorithm]).claims
    except (JoseError, ValueError):
        return None
    return claims if claims.get("iss") == current_config().public_url else None


@csrf_exempt  # a client may post here; without a hint that names this very session nothing ends
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """End the session that the hint names and go back; without such a hint the person is asked."""
    parameters, _ = single_values((request.POST if request.method == "POST" else request.GET).lists())
    claims = read_hint(parameters.get("id_token_hint", "")) or {}
    signed_in = session.signed_in(request.session)
    if signed_in and claims.get("sid") != signed_in.sid:
        return show(request, "logout", {"leave_address": reverse("leave")})
    session.end(request.session)
    back = _way_back(parameters, claims)
    return HttpResponseRedirect(back) if back else show_message(request, "signed_out", status=200)


def _way_back(parameters: dict[str, str], claims: dict[str, Any]) -> str | None:
    """The client's registered address with its state, or None."""
    client = active_client(claims.get("aud"))
    uri = parameters.get("post_logout_redirect_uri")
    if client is None or uri is None or uri not in client.post_logout_redirect_uris:
        return None
    state = parameters.get("state")
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}" if state else uri


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The person said yes."""
    session.end(request.session)
    return show_message(request, "signed_out", status=200)
