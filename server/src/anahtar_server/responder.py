"""The responder's process: lists and status answers for relying parties. It holds no key, and
writes nothing but files of what it serves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces, Loops

from anahtar_server.certificates.settings import CertificateSettings

if TYPE_CHECKING:  # Django is set up only in the process that serves
    from anahtar_server.certificates.responder.face import Face


def serve(settings: CertificateSettings) -> None:
    """Serve until SIGTERM or SIGINT, on one loop; a reverse proxy may stand before several of these."""
    Granian(
        "anahtar_server.responder:application",
        factory=True,
        interface=Interfaces.RSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        runtime_threads=1,
        loop=Loops.uvloop,
        websockets=False,
        log_enabled=False,
    ).serve()


def application() -> Face:
    """Return what granian calls for each request, made in the process that serves."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
    import django

    django.setup()
    from anahtar_server.certificates.responder.application import Responder
    from anahtar_server.certificates.responder.face import Face
    from anahtar_server.certificates.settings import current

    responder = Responder(current())
    return Face(responder.service, responder.end)
