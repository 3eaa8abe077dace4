"""The link `eimza://unlock?ref=…`: a reference that the program on the same computer trades for the verification code.

A reference is 128 bits of chance. It works once and for 60 s; a newer one of the same unlock ends the older. Whoever
has it has the code and nothing more: the code is still claimed by one program, once, and confirmed by the holder.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.config import Limits
from anahtar_server.limits import acts as limit
from anahtar_server.unlock.acts.moving import locked
from anahtar_server.unlock.models import Link, Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal

LASTS = timedelta(seconds=60)
BYTES = 16
MOST, MOST_SECONDS = 30, 600
"""How many links an unlock may have made in how many seconds: each press of the button makes one."""
_INFO = b"anahtar unlock link 1"


@transaction.atomic
def make_link(
    *, unlock: Unlock, code: VerificationCode, actor: str, chance: Callable[[int], bytes], now: datetime
) -> str:
    """Return a fresh reference for the code of an open unlock; the one made before it ends.

    `chance` returns so many bytes (`secrets.token_bytes` in earnest). Raises Refusal UNLOCK_NOT_READY, TOO_MANY.
    """
    unlock = locked(unlock.pk)
    if unlock.now_in is not State.OPENED or now >= unlock.code_expires_at:
        raise Refusal(Problem.UNLOCK_NOT_READY, state=unlock.state)
    limit.take(kind="link-made", key=unlock.name, most=MOST, seconds=MOST_SECONDS, now=now)
    reference = base64.urlsafe_b64encode(chance(BYTES)).decode().rstrip("=")
    Link.objects.filter(ends_at__lt=now).delete()
    Link.objects.update_or_create(
        unlock=unlock,
        defaults={
            "digest": _digest(reference),
            "sealed": _seal(reference).encrypt(code.reveal().encode()),
            "ends_at": min(now + LASTS, unlock.code_expires_at),
        },
    )
    record(actor=actor, act=Act.LINK_MADE, subject=f"unlock:{unlock.name}", now=now)
    return reference


def trade_link(*, reference: str, address: str, limits: Limits, now: datetime) -> str:
    """Return the code of a link in groups and use the link up; raises Refusal LINK_SPENT alike for unknown, used and
    old references, TOO_MANY when `address` has tried too many of them."""
    limit.check(
        kind="link", key=address, most=limits.codes_per_address, seconds=limits.codes_per_address_seconds, now=now
    )
    with transaction.atomic():
        code = _take(reference, now)
        if code is None:
            limit.count(kind="link", key=address, now=now)
    if code is None:
        raise Refusal(Problem.LINK_SPENT)
    return code


def _take(reference: str, now: datetime) -> str | None:
    found = Link.objects.filter(digest=_digest(reference), ends_at__gt=now).first()
    if found is None:
        return None
    unlock = locked(found.unlock_id)  # one at a time: of two who come together one finds the row gone
    gone, _ = Link.objects.filter(pk=found.pk, digest=found.digest).delete()
    if not gone or unlock.now_in is not State.OPENED:
        return None
    record(actor="anyone", act=Act.LINK_TRADED, subject=f"unlock:{unlock.name}", now=now)
    return _seal(reference).decrypt(bytes(found.sealed)).decode()


def _digest(reference: str) -> bytes:
    return sha256(reference.encode()).digest()


def _seal(reference: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(reference.encode())
    return Fernet(base64.urlsafe_b64encode(key))
