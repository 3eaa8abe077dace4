"""The responder's process: lists and status answers for relying parties. It holds no key and writes nothing."""

from __future__ import annotations

import os

import django
import uvicorn

from anahtar_server.certificates.settings import CertificateSettings


def serve(settings: CertificateSettings) -> None:
    """Serve until SIGTERM or SIGINT, on one loop; a reverse proxy may stand before several of these."""
    uvicorn.run(
        "anahtar_server.responder:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=1024,
        timeout_keep_alive=30,
    )


def application() -> object:
    """Return the ASGI application; what uvicorn (or any other ASGI server, as a factory) loads."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
    django.setup()
    from anahtar_server.certificates.responder.application import make
    from anahtar_server.certificates.settings import current

    return make(current())
