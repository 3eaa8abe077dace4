"""What a server loads: settings, a store, and the thread that keeps it fresh."""

from __future__ import annotations

import threading
from datetime import timedelta

import structlog

from anahtar_server.certificates.publishing import metrics
from anahtar_server.certificates.responder.files import Files
from anahtar_server.certificates.responder.service import StatusService
from anahtar_server.certificates.responder.store import Store
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.certificates.signer import SignerLine
from anahtar_server.clock import system_clock

ROUND_SECONDS = 0.05
"""How long a change may be unknown to the memory."""

_log = structlog.get_logger(__name__)


class Responder:
    """The service, and the thread that keeps fresh what it has in hand."""

    def __init__(self, settings: CertificateSettings) -> None:
        store = Store()
        files = (
            Files(settings.answers_folder, life=timedelta(hours=settings.answer_hours))
            if settings.answers_folder
            else None
        )
        self._stop = threading.Event()
        self._fresh = threading.Thread(target=keep_fresh, args=(store, files, self._stop), daemon=True, name="fresh")
        self._fresh.start()
        self.service = StatusService(
            store,
            cache_seconds=settings.cache_seconds,
            live=SignerLine(settings.signer, per_second=settings.signed_per_second) if settings.signer else None,
            nonces=settings.answer_nonces,
            metrics=lambda: metrics(now=system_clock(), settings=settings),
        )

    def end(self) -> None:
        """Leave nothing behind that nobody keeps fresh."""
        self._stop.set()
        self._fresh.join()


def keep_fresh(store: Store, files: Files | None, stop: threading.Event) -> None:
    """Refresh store and files until `stop`, then take the files away; whatever goes wrong is logged by its type, and
    tried again."""
    seen = True
    while not stop.wait(ROUND_SECONDS):
        try:
            seeing = store.refresh()
            if files is not None:
                files.round(system_clock())
        except Exception as error:
            _log.error("refreshing failed", error=type(error).__name__)
            seeing = False
        if seeing is not seen:
            _log.warning("database in reach" if seeing else "database out of reach")
            seen = seeing
    if files is not None:
        files.clear()
