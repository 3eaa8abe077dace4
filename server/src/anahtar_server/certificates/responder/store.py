"""What the responder has in hand: published bytes, read when first asked for and thrown away as soon as they change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from time import monotonic
from typing import TypeVar

from django.db import DatabaseError, close_old_connections, connection

from anahtar_server.certificates.crl.published import PublishedList, published_list
from anahtar_server.certificates.models import Answer, Authority, Feed, Publication

KEPT_ANSWERS = 100_000
BLIND_SECONDS = 10.0
"""Without the database nobody knows what was revoked: after this time no answer is served from memory any more."""
_MANY = 10_000

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Served:
    """Published bytes; `until` in seconds since 1970 (UTC), `modified` and `tag` as HTTP headers."""

    der: bytes
    until: float
    modified: str
    tag: str

    @classmethod
    def of(cls, der: bytes, this_update: datetime, next_update: datetime) -> Served:
        """Return what is to be served."""
        tag = f'"{sha256(der).hexdigest()[:32]}"'
        return cls(der, next_update.timestamp(), format_datetime(this_update, usegmt=True), tag)


class NotNow(Exception):
    """Nothing can be said at this moment: an answer is just being signed anew, or the database is out of reach."""


class Store:
    """Published answers, lists and authorities' certificates: from memory, else from the database.

    `refresh` is called by one thread again and again and throws away what has changed, so that nothing is served from
    memory for longer than one such round after the act that changed it.
    """

    def __init__(self, kept: int = KEPT_ANSWERS) -> None:
        self._kept = kept
        self._answers: dict[bytes, Served] = {}
        self._lists: dict[str, Served] = {}
        self._issuers: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._version = -1
        self._seen = float("-inf")

    @property
    def blind(self) -> bool:
        """Whether the database has been out of reach for too long."""
        return monotonic() - self._seen > BLIND_SECONDS

    def remembered(self, certid: bytes) -> Served | None:
        """Return an answer from memory, None when it has to be looked up."""
        return None if self.blind else self._answers.get(certid)

    def look(self, certid: bytes) -> Served | None:
        """Return an answer from the database, None for a certificate that we did not issue; raises NotNow."""
        before = self._version
        found = asked(lambda: Answer.objects.filter(certid=certid).first())
        if found is None:
            return None
        if not found.der or found.this_update is None or found.next_update is None:
            raise NotNow
        served = Served.of(bytes(found.der), found.this_update, found.next_update)
        with self._lock:
            # Only if no round passed since the row was read: a round may have thrown it away already.
            if before == self._version >= 0:
                self._answers[certid] = served
                if len(self._answers) > self._kept:
                    del self._answers[next(iter(self._answers))]
        return served

    def crl(self, name: str) -> Served | None:
        """Return the list named `issuing-1-0` or `issuing-1-0-delta`, None when there is none such; raises NotNow."""
        known = self._lists.get(name)
        if known is not None:
            return known  # also while blind: a list says itself until when it may be used
        before = self._version
        found = asked(lambda: _list_of(name))
        if found is None:
            return None
        served = Served.of(found.der, found.this_update, found.next_update)
        with self._lock:
            if before == self._version >= 0:
                self._lists[name] = served
        return served

    def issuer(self, name: str) -> bytes | None:
        """Return an authority's certificate (DER), None when there is none such; raises NotNow."""
        known = self._issuers.get(name)
        if known is None:
            found = asked(lambda: Authority.objects.filter(name=name).first())
            if found is None:
                return None
            known = self._issuers[name] = bytes(found.der)
        return known

    def refresh(self) -> bool:
        """Throw away what has changed since the last round; returns False when the database is out of reach."""
        try:
            close_old_connections()
            now_at = Feed.objects.filter(id=1).values_list("version", flat=True).first() or 0
            changed, lists = self._changed(now_at)
        except DatabaseError:
            connection.close()
            return False
        with self._lock:
            if len(changed) >= _MANY:
                self._answers.clear()
            for certid in changed:
                self._answers.pop(certid, None)
            if lists:
                self._lists.clear()
            self._version, self._seen = now_at, monotonic()
        return True

    def _changed(self, now_at: int) -> tuple[list[bytes], bool]:
        if now_at == self._version or self._version < 0:
            return [], False
        newer = Answer.objects.filter(version__gt=self._version).values_list("certid", flat=True)[:_MANY]
        return [bytes(certid) for certid in newer], Publication.objects.filter(version__gt=self._version).exists()


def asked(question: Callable[[], Found]) -> Found:
    """Ask the database; raises NotNow when it is out of reach."""
    try:
        close_old_connections()
        return question()
    except DatabaseError:
        connection.close()
        raise NotNow from None


def _list_of(name: str) -> PublishedList | None:
    kind = Publication.Kind.FULL
    if name.endswith("-delta"):
        name, kind = name.removesuffix("-delta"), Publication.Kind.DELTA
    authority, _, partition = name.rpartition("-")
    if not (partition.isascii() and partition.isdigit()) or len(partition) > 4:
        return None
    return published_list(authority, int(partition), kind)
