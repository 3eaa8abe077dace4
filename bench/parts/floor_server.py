"""The limit: the same web server, answering without any work. Run: python -m bench.parts.floor_server PORT."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from granian import Granian
from granian.constants import Interfaces

PAGE, MESSAGE = b"p" * 6000, b"m" * 300


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a page to GET and a message to POST."""
    body = PAGE if environ["REQUEST_METHOD"] == "GET" else MESSAGE
    environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    Granian(
        "bench.parts.floor_server:application",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_enabled=False,
    ).serve()
