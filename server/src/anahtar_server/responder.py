"""The responder's process: lists and status answers for relying parties. It holds no key and writes nothing."""

from __future__ import annotations

import django
from granian import Granian
from granian.constants import Interfaces

from anahtar_server.certificates.settings import CertificateSettings


def serve(settings: CertificateSettings) -> None:
    """Serve until SIGTERM or SIGINT, on one worker."""
    Granian(
        "anahtar_server.responder:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        workers=1,
        log_enabled=False,
    ).serve()


def application() -> object:
    """Return the ASGI application; what granian (or any other ASGI server, as a factory) loads."""
    django.setup()
    from anahtar_server.certificates.responder.application import make
    from anahtar_server.certificates.settings import current

    return make(current())
