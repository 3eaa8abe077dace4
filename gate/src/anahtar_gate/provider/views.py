"""The endpoints of OpenID Connect."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anahtar_gate.config import current_config
from anahtar_gate.methods.registry import levels_offered, method
from anahtar_gate.pages.render import remember_language, show_message
from anahtar_gate.provider import session
from anahtar_gate.provider.claims import person_claims
from anahtar_gate.provider.discovery import metadata
from anahtar_gate.provider.keys import load_signing_key
from anahtar_gate.provider.queries import active_client, code_behind_token
from anahtar_gate.provider.rules import Asked, RequestRefused, read_asked, session_answers, single_values
from anahtar_gate.provider.server import server


@require_safe
def discovery(request: HttpRequest) -> JsonResponse:
    """The discovery document."""
    config = current_config()
    return JsonResponse(
        metadata(issuer=config.public_url, algorithm=load_signing_key(config.signing_key_file).algorithm)
    )


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """The public keys (RFC 7517)."""
    return JsonResponse({"keys": [load_signing_key(current_config().signing_key_file).public_jwk()]})


@csrf_exempt  # a client may send its request as a form of its own page (OpenID Connect Core 1.0, section 3.1.2.1)
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Answer from the session, ask for a sign-in, or refuse.

    Without a known client and one of its redirect URIs the error is shown here, never sent (RFC 6749, 4.1.2.1).
    """
    source = request.POST if request.method == "POST" else request.GET
    parameters, refusal = single_values(source.lists())
    client = active_client(parameters.get("client_id"))
    if client is None or not client.check_redirect_uri(parameters.get("redirect_uri", "")):
        return show_message(
            request, "refused", status=400, code="invalid_client" if client is None else "invalid_request"
        )
    try:
        if refusal:
            raise refusal
        asked = read_asked(parameters)
    except RequestRefused as refused:
        return server.refuse(refused, parameters)
    remember_language(request, asked.language)
    return _answer_or_ask(request, parameters, asked, now=timezone.now())


def _answer_or_ask(request: HttpRequest, parameters: dict[str, str], asked: Asked, *, now: datetime) -> HttpResponse:
    signed_in = session.signed_in(request.session)
    if signed_in and session_answers(
        asked,
        auth_time=signed_in.auth_time,
        level=method(signed_in.method).acr,
        offered=levels_offered(),
        now=now,
    ):
        return server.answer(parameters, signed_in)
    if "none" in asked.prompt:
        return server.refuse(RequestRefused("login_required", "The person must sign in."), parameters)
    ref = session.wait(request.session, parameters, now=now)
    return HttpResponseRedirect(reverse("methods", args=[ref]))


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Trade a code for an ID token and an access token."""
    _, refusal = single_values(request.POST.lists())
    if request.GET or refusal:
        body = {"error": "invalid_request", "error_description": "Parameters belong in the body, each once."}
        return JsonResponse(body, status=400, headers={"Cache-Control": "no-store"})
    response: HttpResponse = server.create_token_response(request)
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """The claims behind an access token (OpenID Connect Core 1.0, section 5.3; RFC 6750)."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    code = code_behind_token(bearer.strip(), now=timezone.now())
    if code is None:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return JsonResponse(person_claims(code), headers={"Cache-Control": "no-store"})
