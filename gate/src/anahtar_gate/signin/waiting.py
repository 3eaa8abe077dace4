"""What every page of a sign-in shares: it belongs to a waiting request, and it ends by answering it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from anahtar_gate.methods.registry import Method
from anahtar_gate.pages.render import show, show_message
from anahtar_gate.people.models import Person
from anahtar_gate.provider import session
from anahtar_gate.provider.server import server
from anahtar_gate.provider.session import Waiting
from anahtar_gate.tidy import forget_old


def of_waiting_request(
    step: Callable[[HttpRequest, Waiting], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view the waiting request of this browser; a page says so when there is none."""

    @wraps(step)
    def view(request: HttpRequest, ref: str) -> HttpResponse:
        found = session.waiting(request.session, ref, now=timezone.now())
        return step(request, found) if found else show_message(request, "gone", status=410)

    return view


def waiting_page(
    request: HttpRequest, waiting: Waiting, name: str, facts: dict[str, Any], *, status: int
) -> HttpResponse:
    """A page of this sign-in; its forms may lead back to the client."""
    back = urlsplit(waiting.parameters["redirect_uri"])
    with_cancel = {"errors": {}, "cancel_address": reverse("cancel", args=[waiting.ref]), **facts}
    return show(request, name, with_cancel, status=status, form_target=f"{back.scheme}://{back.netloc}")


def answer(request: HttpRequest, waiting: Waiting, person: Person, *, method: Method, now: datetime) -> HttpResponse:
    """Remember the sign-in and send the client its code."""
    session.drop(request.session, waiting.ref)
    signed_in = session.begin(request.session, person_id=person.pk, method=method.key, now=now)
    forget_old(now=now)
    return server.answer(waiting.parameters, signed_in)
