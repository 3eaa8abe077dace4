""" "This was not me": codes by which a holder stops what a notice told of, without signing in.

A code is 10 characters without look-alikes in two groups (50 bits). It is told in the notice, as a link in an e-mail
and as an address and a code in an SMS, and kept as an scrypt digest, so that a stolen database objects to nothing.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.people.models import Holder, Objection
from anahtar_server.prepared import insert
from anahtar_wire.code import ALPHABET

GROUP, GROUPS = 5, 2
LASTS = timedelta(days=7)
_SALT = b"anahtar objection 1"
_COST = 2**10  # 2 ms: one is made in every unlock, and who finds one can suspend, which the holder lifts again
_DROPPED = str.maketrans("", "", " -\u2010\u2011\u2013\u2014\u00a0\t")


def make_objection(
    *, holder: Holder, subject: str, about: str, choose: Callable[[Sequence[str]], str], now: datetime
) -> str:
    """Return a fresh code `ABCDE-FGHJK` by which `holder` may object to `about` for seven days.

    `subject` is what it stops: `card:<pk>` its certificates, `holder:<pk>` all of the holder's own, `firm:<pk>` all
    seals of a firm. `choose` picks one character (`secrets.choice` in earnest).
    """
    plain = "".join(choose(ALPHABET) for _ in range(GROUP * GROUPS))
    digest = _digest(plain)
    insert(Objection(digest=digest, holder=holder, subject=subject, about=about, made_at=now, ends_at=now + LASTS))
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))


@transaction.atomic
def take_objection(*, code: str, now: datetime) -> Objection | None:
    """Return what a code objects to and use it up; None alike for unknown, used and late codes."""
    plain = unicodedata.normalize("NFKC", code[:60]).translate(_DROPPED).upper()
    digest = _digest(plain)  # always: an answer takes as long for rubbish as for a code
    found = Objection.objects.select_for_update().filter(digest=digest, used_at=None, ends_at__gt=now).first()
    if found is None:
        return None
    found.used_at = now
    found.save(update_fields=["used_at"])
    record(actor="anyone", act=Act.OBJECTED, subject=found.subject, now=now, about=found.about)
    return found


def _digest(plain: str) -> bytes:
    return hashlib.scrypt(plain.encode(), salt=_SALT, n=_COST, r=8, p=1, dklen=32)
