"""Acts of the pages that a holder confirms by SMS Onay or WEB Parola: begun, asked, answered, and only then done.

What waits for its confirmation is kept in the browser's own session; the question itself is a row like any other.
These acts never touch a card, so their SMS codes are kept under a key of the web's own, not the key service's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from anahtar_server.config import config
from anahtar_server.confirmation import acts
from anahtar_server.confirmation.acts import Verdict
from anahtar_server.confirmation.queries import Way, ways
from anahtar_server.notices.acts import tell
from anahtar_server.portal.texts import confirmation
from anahtar_server.signin.models import SignIn
from anahtar_wire.messages import Method
from anahtar_wire.problems import Problem, Refusal

_KEPT = "to_confirm"
_MOST = 4
_INFO = b"anahtar portal confirmation codes 1"


@dataclass(frozen=True, slots=True)
class Pending:
    """An act that waits: `kind` names what is done once it is confirmed, `facts` with what; `back` leads away from it.

    `method` is empty until the holder has chosen a way, `shown` says where a code went.
    """

    name: str
    kind: str
    holder: str
    back: str
    facts: Mapping[str, str] = field(default_factory=dict)
    method: str = ""
    shown: str = ""

    @property
    def about(self) -> str:
        """What the question is about, as confirmation and audit name it."""
        return f"page:{self.name}"


Do = Callable[[HttpRequest, Pending, SignIn, datetime], str]
"""Does a confirmed act and returns the address that shows its result."""


def begin(request: HttpRequest, sign_in: SignIn, kind: str, back: str, **facts: str) -> str:
    """Keep an act until it is confirmed and return the name of its confirmation."""
    pending = Pending(secrets.token_hex(8), kind, str(sign_in.holder_id), back, facts)
    _keep(request, pending)
    return pending.name


def pending_of(request: HttpRequest, sign_in: SignIn, name: str) -> Pending:
    """Return what waits under `name`; raises Refusal PAGE_NOT_FOUND when nothing does, or another person's."""
    kept = request.session.get(_KEPT, {}).get(name)
    if kept is None or kept["holder"] != str(sign_in.holder_id):
        raise Refusal(Problem.PAGE_NOT_FOUND)
    return Pending(**kept)


def drop(request: HttpRequest, pending: Pending) -> None:
    """Forget an act: it was done or given up."""
    request.session[_KEPT] = {n: one for n, one in request.session.get(_KEPT, {}).items() if n != pending.name}


def ways_of(sign_in: SignIn, now: datetime) -> list[Way]:
    """Return the holder's ways of confirming, each with what speaks against it now."""
    return ways(sign_in.holder, config().limits, now)


@transaction.atomic
def ask(request: HttpRequest, pending: Pending, sign_in: SignIn, method: Method, now: datetime) -> None:
    """Ask by SMS or for the web password; raises Refusal METHOD_NOT_SET, METHOD_TOO_NEW, TOO_MANY."""
    way = next(one for one in ways_of(sign_in, now) if one.method is method)
    actor = f"holder:{sign_in.holder_id}"
    asked = acts.ask(
        about=pending.about,
        holder=sign_in.holder,
        way=way,
        code_key=_code_key(),
        limits=config().limits,
        actor=actor,
        now=now,
    )
    if asked.code is not None and way.to is not None:
        tell(
            channel="sms",
            address=way.to,
            text=confirmation(sign_in.holder.language, pending.kind, asked.code),
            subject=None,
            about=pending.about,
            actor=actor,
            now=now,
            not_after=asked.expires_at,
            key=f"{pending.about}:{asked.message}",
            secret=True,
        )
    _keep(request, Pending(**{**asdict(pending), "method": method.value, "shown": way.shown or ""}))


def answer(pending: Pending, sign_in: SignIn, text: str, now: datetime) -> tuple[Verdict, int]:
    """Compare what was typed and return the verdict with the tries left; raises Refusal CONFIRMATION_NOT_ASKED."""
    return acts.answer(
        about=pending.about,
        method=Method(pending.method),
        text=text,
        code_key=_code_key(),
        limits=config().limits,
        actor=f"holder:{sign_in.holder_id}",
        now=now,
    )


def _keep(request: HttpRequest, pending: Pending) -> None:
    kept = {**request.session.get(_KEPT, {}), pending.name: asdict(pending)}
    request.session[_KEPT] = dict(list(kept.items())[-_MOST:])


def _code_key() -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(settings.SECRET_KEY.encode())
