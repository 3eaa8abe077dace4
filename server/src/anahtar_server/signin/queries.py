"""Reading sign-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from anahtar_server.people.models import Holder
from anahtar_server.prepared import Prepared
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import SIGNED_IN_FOR
from anahtar_server.signin.session import SIGN_IN

_NAMED = Prepared(
    lambda sign_in, since: SignIn.objects.select_related("holder").filter(
        pk=sign_in, ended_at__isnull=True, signed_in_at__gt=since
    )
)


def current(request: HttpRequest) -> SignIn | None:
    """Return the sign-in of this browser, if it has one that was not ended and is not too old; asked once a request."""
    if not hasattr(request, "_anahtar_sign_in"):
        name = request.session.get(SIGN_IN) if hasattr(request, "session") else None
        found = _NAMED.first(sign_in=UUID(name), since=timezone.now() - SIGNED_IN_FOR) if name else None
        request._anahtar_sign_in = found  # type: ignore[attr-defined]  # Django's own way of keeping it for a request
    kept: SignIn | None = request._anahtar_sign_in  # type: ignore[attr-defined]
    return kept


def open_of(holder: Holder, now: datetime) -> QuerySet[SignIn]:
    """Return the sign-ins of a holder that still count, the newest first."""
    return _open(now).filter(holder=holder).order_by("-signed_in_at")


def _open(now: datetime) -> QuerySet[SignIn]:
    since = now - SIGNED_IN_FOR
    return SignIn.objects.select_related("holder").filter(ended_at=None, signed_in_at__gt=since)
