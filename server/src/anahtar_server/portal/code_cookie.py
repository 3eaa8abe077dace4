"""How a browser keeps the verification code while its page is open: the server keeps only its HMAC.

The code goes into a cookie that only this server can read, for one unlock and for as long as the code counts.
"""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from anahtar_server.unlock.models import Unlock
from anahtar_wire.code import VerificationCode

_INFO = b"anahtar portal code cookie 1"


def name() -> str:
    """Return the cookie's name; its path is the unlock's page, so `__Host-` is not to be had."""
    return ("__Secure-" if settings.SESSION_COOKIE_SECURE else "") + "anahtar_kod"


def put(response: HttpResponse, unlock: Unlock, code: VerificationCode, now: datetime) -> None:
    """Give the browser the code of `unlock`, for its page only."""
    sealed = _fernet().encrypt_at_time(f"{unlock.name} {code.reveal()}".encode(), int(now.timestamp()))
    response.set_cookie(
        name(),
        sealed.decode(),
        max_age=int((unlock.code_expires_at - now).total_seconds()),
        path=_path(unlock),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def get(request: HttpRequest, unlock: Unlock, now: datetime) -> str | None:
    """Return the code in groups, if this browser has that of `unlock` and it still counts."""
    sealed = request.COOKIES.get(name())
    if sealed is None or now >= unlock.code_expires_at:
        return None
    try:
        # It ends with the code, not later: the code's own end was checked above.
        plain = _fernet().decrypt_at_time(sealed, 3600, int(now.timestamp())).decode()
    except InvalidToken:
        return None
    of, _, code = plain.partition(" ")
    return code if of == unlock.name else None


def drop(response: HttpResponse, unlock: Unlock) -> None:
    """Let the browser forget the code."""
    response.delete_cookie(name(), path=_path(unlock), samesite="Strict")


def _path(unlock: Unlock) -> str:
    return reverse("islem", args=[unlock.name])


def _fernet() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
