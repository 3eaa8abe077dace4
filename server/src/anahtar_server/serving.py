"""Serving portal and API with granian over WSGI, on loopback; a reverse proxy stands before it in earnest."""

from __future__ import annotations

from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from anahtar_server.config import Config


def serve(config: Config) -> None:
    """Serve until SIGTERM or SIGINT."""
    Granian(
        "anahtar_server.wsgi:application",
        address=config.portal.host,
        port=config.portal.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_enabled=False,
        static_path_route=["/static"],
        static_path_mount=[Path(__file__).parent / "portal" / "static"],
    ).serve()
