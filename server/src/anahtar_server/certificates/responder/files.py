"""Answers as files, which a web server before the responder gives by itself (deploy/nginx/status.conf).

A file is named as a GET asks for it (RFC 6960 appendix A.1), its request as RFC 5019 section 2.1 writes it. It lies
there as long as the responder itself would give the answer, and not a round longer.
"""

from __future__ import annotations

import base64
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from django.db import DatabaseError

from anahtar_server.certificates import der
from anahtar_server.certificates.models import Answer, Feed
from anahtar_server.certificates.responder.store import BLIND_SECONDS

STEP = 500
"""How many files of those that were there before are written in one round, so that changes never wait long."""
SWEEPS = 48
"""An answer's life is this many sweeps; one whose end is nearer than two of them is not kept as a file."""


def name_of(certid: bytes) -> str:
    """Return the path by which a request about one certificate (CertID, DER) is sent by GET."""
    request = der.sequence(der.sequence(der.sequence(der.sequence(certid))))
    return base64.b64encode(request).decode()


class Files:
    """The folder `ocsp` in a folder of the responder's own; `life` is how long an answer may be used.

    `round` is called by one thread again and again. What lay there before is removed first, for nobody kept it fresh.
    """

    def __init__(self, folder: Path, *, life: timedelta) -> None:
        self._root, self._life = folder / "ocsp", life
        self._new, self._gone = folder / ".new", folder / ".gone"
        self.clear()

    def clear(self) -> None:
        """Take all files away at once; the next rounds write them anew."""
        self._root.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._gone, ignore_errors=True)
        with suppress(FileNotFoundError):
            self._root.rename(self._gone)
        shutil.rmtree(self._gone, ignore_errors=True)
        self._version: int | None = None
        self._written, self._seen, self._swept = 0, monotonic(), datetime.min.replace(tzinfo=UTC)

    def round(self, now: datetime) -> None:
        """Take away and write what has changed, then some of what was there before."""
        try:
            self._follow(now)
            self._go_on(now)
        except DatabaseError:
            if monotonic() - self._seen > BLIND_SECONDS and self._version is not None:
                self.clear()  # nobody knows what was revoked meanwhile
            return
        self._seen = monotonic()
        if now - self._swept >= self._life / SWEEPS:
            self._sweep(now)
            self._swept = now

    def _follow(self, now: datetime) -> None:
        at = Feed.objects.filter(id=1).values_list("version", flat=True).first() or 0
        if self._version is not None and at != self._version:
            for answer in Answer.objects.filter(version__gt=self._version).order_by("version").iterator():
                self._keep(answer, now)
        self._version = at

    def _go_on(self, now: datetime) -> None:
        for answer in Answer.objects.filter(pk__gt=self._written).order_by("pk")[:STEP]:
            self._keep(answer, now)
            self._written = answer.pk

    def _keep(self, answer: Answer, now: datetime) -> None:
        file, at = self._root / name_of(bytes(answer.certid)), answer.this_update
        if answer.der and at is not None and self._may_lie(at.timestamp(), now):
            self._write(file, bytes(answer.der), at.timestamp())
        else:
            _remove(file)

    def _write(self, file: Path, content: bytes, modified: float) -> None:
        self._new.write_bytes(content)
        os.utime(self._new, (modified, modified))  # a web server's Last-Modified is thisUpdate (RFC 5019 section 6.2)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._new.replace(file)

    def _sweep(self, now: datetime) -> None:
        for folder, _, names in os.walk(self._root):
            for name in names:
                file = Path(folder, name)
                if not self._may_lie(file.stat().st_mtime, now):
                    _remove(file)

    def _may_lie(self, this_update: float, now: datetime) -> bool:
        """Tell whether an answer of this second may be given until the sweep after the next."""
        return now.timestamp() - this_update < (self._life - 2 * self._life / SWEEPS).total_seconds()


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    with suppress(OSError):
        file.parent.rmdir()  # only an empty one goes
