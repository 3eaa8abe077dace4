"""The publisher's process: signs answers and lists when they are due, and what cannot be signed in advance. Beside the
key service it is the only one that uses keys, and it uses the authority's alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anahtar_server.certificates.ocsp.live import answer
from anahtar_server.certificates.publishing import publish_due
from anahtar_server.certificates.settings import CertificateSettings, of
from anahtar_server.certificates.signer import SignerServer
from anahtar_server.clock import system_clock
from anahtar_server.config import Config
from anahtar_server.custody.opening import open_custody
from anahtar_server.custody.port import Custody
from anahtar_server.worker import INTERVAL, Job, work

ACTOR = "publisher"


def run(config: Config, stop: threading.Event) -> None:
    """Publish until `stop` is set; SIGTERM and SIGINT set it in the main thread."""
    custody, settings = open_custody(config), of(config)
    due = Job("publish", INTERVAL, lambda now: publish_due(custody=custody, now=now, settings=settings, actor=ACTOR))
    with _signer(settings.signer, custody, settings):
        work("publisher", [due], stop)
    custody.close()


@contextmanager
def _signer(path: Path | None, custody: Custody, settings: CertificateSettings) -> Iterator[None]:
    if path is None:
        yield
        return
    server = SignerServer(
        path, lambda asked: answer(asked, custody=custody, now=system_clock(), settings=settings, actor=ACTOR)
    )
    threading.Thread(target=server.serve_forever, daemon=True, name="signer").start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        path.unlink(missing_ok=True)
