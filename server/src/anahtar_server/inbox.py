"""The inbox page of a rehearsal: what the sinks wrote instead of sending, newest first, for eyes only."""

from __future__ import annotations

import threading
from base64 import b64encode
from datetime import datetime
from functools import partial
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

from anahtar_server.config import Config
from anahtar_wire.inbox import InboxMessage, read

HOST, PORT = "127.0.0.1", 8402
SHOWN = 100
ZONE = ZoneInfo("Europe/Istanbul")
STYLE = (
    "body{font:1.1rem/1.5 Inter,sans-serif;color:#0b2239;"
    "background:#f3f6f9;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}"
    "h1 b{background:#fff4dc;color:#8a5a00;padding:0 .5rem}article{background:#fff;padding:1rem;margin:1rem 0;"
    "border-left:.4rem solid #0b5c7a}p{white-space:pre-wrap;overflow-wrap:anywhere}small{color:#08445b}"
)
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class InboxInEarnest(Exception):
    """The inbox page was asked for outside of a rehearsal."""


def page(messages: list[InboxMessage]) -> str:
    """Return the page (HTML) that shows `messages` (oldest first) newest first, at most SHOWN of them."""
    shown = "".join(_article(message) for message in messages[: -SHOWN - 1 : -1])
    empty = "<article><p>Henüz ileti yok · No messages yet</p></article>"
    return (
        '<!doctype html><html lang="tr"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">'
        f"<title>PROVA: Gelen Kutusu · Inbox</title><style>{STYLE}</style></head><body>"
        "<h1><b>PROVA</b> Gelen Kutusu · Inbox</h1>"
        "<p>Bu prova sırasında hiçbir SMS veya e-posta gerçekten gönderilmez; hepsi buraya düşer.<br>"
        '<span lang="en">In this rehearsal no SMS or e-mail is really sent; all of them arrive here.</span></p>'
        f"<main>{shown or empty}</main></body></html>"
    )


def _article(message: InboxMessage) -> str:
    kind = "SMS" if message.channel == "sms" else "E-posta · E-mail"
    subject = f"<h3>{escape(message.subject)}</h3>" if message.subject else ""
    return (
        f"<article><h2>{kind} → {escape(message.to)}</h2>{subject}<p>{escape(message.text)}</p>"
        f"<small>{_time(message.at)} · {escape(message.sender)}</small></article>"
    )


def _time(at: datetime) -> str:
    local = at.astimezone(ZONE)
    return f'<time datetime="{local.isoformat()}">{local:%d.%m.%Y %H:%M:%S}</time>'


class _Page(BaseHTTPRequestHandler):
    """Answers `/` with the page and anything else with 404; keeps no log (numbers and codes stand in the messages)."""

    def __init__(self, *args: object, folder: Path) -> None:
        self._folder = folder
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Show the inbox."""
        if self.path != "/":
            self.send_error(404)
            return
        body = page(read(self._folder)).encode()
        self.send_response(200)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


def server(config: Config, *, port: int = PORT) -> ThreadingHTTPServer:
    """Return the page's server, bound to the loopback address and not yet serving; raises InboxInEarnest, OSError."""
    if not config.rehearsal:
        raise InboxInEarnest("the inbox page shows codes: it is for rehearsals")
    return ThreadingHTTPServer((HOST, port), partial(_Page, folder=config.notices.inbox))


def serve(config: Config, *, stop: threading.Event | None = None, port: int = PORT) -> None:
    """Serve the inbox page until `stop` is set (for ever without one); raises InboxInEarnest, OSError."""
    with server(config, port=port) as page_server:
        if stop is not None:
            threading.Thread(target=_end_when, args=(page_server, stop), daemon=True).start()
        page_server.serve_forever(poll_interval=0.2)


def _end_when(page_server: ThreadingHTTPServer, stop: threading.Event) -> None:
    stop.wait()
    page_server.shutdown()
