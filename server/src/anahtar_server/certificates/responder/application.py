"""What a server loads: settings, a store, and the thread that keeps it fresh."""

from __future__ import annotations

import threading

import structlog

from anahtar_server.certificates.publishing import metrics
from anahtar_server.certificates.responder.service import StatusService
from anahtar_server.certificates.responder.store import Store
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.certificates.signer import SignerLine
from anahtar_server.clock import system_clock

ROUND_SECONDS = 0.05
"""How long a change may be unknown to the memory."""

_log = structlog.get_logger(__name__)


def make(settings: CertificateSettings) -> StatusService:
    """Return the service; a daemon thread throws away what has changed, round after round."""
    store = Store()
    threading.Thread(target=keep_fresh, args=(store, threading.Event()), daemon=True, name="fresh").start()
    live = SignerLine(settings.signer, per_second=settings.signed_per_second) if settings.signer else None
    return StatusService(
        store,
        cache_seconds=settings.cache_seconds,
        live=live,
        nonces=settings.answer_nonces,
        metrics=lambda: metrics(now=system_clock(), settings=settings),
    )


def keep_fresh(store: Store, stop: threading.Event) -> None:
    """Refresh the store until `stop`; whatever goes wrong is logged by its type, and tried again."""
    seen = True
    while not stop.wait(ROUND_SECONDS):
        try:
            seeing = store.refresh()
        except Exception as error:
            _log.error("refreshing failed", error=type(error).__name__)
            seeing = False
        if seeing is not seen:
            _log.warning("database in reach" if seeing else "database out of reach")
            seen = seeing
