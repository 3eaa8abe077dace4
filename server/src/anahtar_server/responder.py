"""The responder's process: lists and status answers for relying parties. It holds no key, and
writes nothing but files of what it serves."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import uvloop

from anahtar_server.certificates.settings import CertificateSettings

if TYPE_CHECKING:  # Django is set up before the rest is imported
    from anahtar_server.certificates.responder.connection import Connection

LAST_SECONDS = 2.0
"""How long answers that are under way may take when the process ends."""


def serve(settings: CertificateSettings) -> None:
    """Serve until SIGTERM or SIGINT, on one loop; a reverse proxy may stand before several of these. Needs Django set
    up."""
    uvloop.run(_serve(settings))


async def _serve(settings: CertificateSettings) -> None:
    from anahtar_server.certificates.responder.application import Responder
    from anahtar_server.certificates.responder.connection import Connection

    responder, connections, stop = Responder(settings), set[Connection](), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        lambda: Connection(responder.service, connections), settings.host, settings.port, backlog=1024
    )
    watch = loop.create_task(_close_idle(connections))
    await stop.wait()
    server.close()
    watch.cancel()
    await _finish(connections)
    responder.end()


async def _close_idle(connections: set[Connection]) -> None:
    while True:
        await asyncio.sleep(1.0)
        now = asyncio.get_running_loop().time()
        for one in tuple(connections):
            one.close_idle(now)


async def _finish(connections: set[Connection]) -> None:
    """Let what is under way come to its end."""
    loop = asyncio.get_running_loop()
    until = loop.time() + LAST_SECONDS
    while any(one.busy for one in connections) and loop.time() < until:
        await asyncio.sleep(0.02)
    for one in tuple(connections):
        one.drop()
