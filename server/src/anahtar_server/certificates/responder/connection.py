"""The status services on a connection of HTTP/1 (RFC 9112), read by llhttp, which is Node's parser too.

A server for any application spends most of its time on handing over; here what is in memory is answered in the same
breath in which it was asked (decision 0013).
"""

from __future__ import annotations

import asyncio
from collections import deque
from http import HTTPStatus
from typing import cast

import httptools
import structlog

from anahtar_server.certificates.responder.http import LONGEST_BODY, Reply, date, refused
from anahtar_server.certificates.responder.service import StatusService

LONGEST_HEAD = 16 * 1024
IDLE_SECONDS = 30.0
"""A request that has not come whole by then, or the next one that has not begun, ends the connection; one that was told
to close is closed after a tenth of it."""
MOST = 2000
"""More connections than this are not taken."""
_AHEAD = 32
"""Requests that wait on one connection for the one before them, before no more is read."""
_log = structlog.get_logger(__name__)
_STATUS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


class Asked:
    """One request (`http.Incoming`)."""

    __slots__ = ("_headers", "closes", "method", "path", "too_long", "whole")

    def __init__(self) -> None:
        self.method, self.path, self.whole = "", "", b""
        self._headers: dict[str, str] = {}
        self.too_long = False
        self.closes = ""  # the Connection header that its answer carries

    def header(self, name: str) -> str:
        """See `http.Incoming`."""
        return self._headers.get(name, "")

    def keep(self, name: str, value: str) -> None:
        """Keep a header; of several of one name the first one counts."""
        self._headers.setdefault(name, value)

    def without_offer(self) -> bytes:
        """Return the headers without the one that offers another protocol."""
        kept = (f"{name}: {value}\r\n" for name, value in self._headers.items() if name != "upgrade")
        return "".join(kept).encode("latin-1")

    async def body(self) -> bytes | None:
        """See `http.Incoming`."""
        return None if self.too_long else self.whole


class Connection(asyncio.Protocol):
    """One connection; `others` holds all that are open."""

    def __init__(self, service: StatusService, others: set[Connection]) -> None:
        self._service, self._others = service, others
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Asked] = deque()
        self._task: asyncio.Task[None] | None = None
        self._asked, self._url, self._head = Asked(), b"", 0
        self._ended = self._heard_all = False
        self._moved, self._unsent = self._loop.time(), 0

    # --- what the loop calls ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        if len(self._others) >= MOST:
            self._transport.abort()
        else:
            self._others.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget it."""
        self._others.discard(self)
        if self._task is not None:
            self._task.cancel()

    def eof_received(self) -> bool:
        """The other side has asked all that it will; stay until it has its answers."""
        self._heard_all = True
        return self._task is not None

    def data_received(self, data: bytes) -> None:
        """Read on; what is no HTTP/1 is told so once."""
        if self._ended:
            return  # told to close: what still comes is not read
        self._head += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(400)
        if self._head > LONGEST_HEAD and not self._ended:
            self._refuse(431)

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as other:
                if not self._is_offered:  # CONNECT: what follows is not ours to read
                    self._ended = True
                    return
                data = self._head_again() + data[other.args[0] :]
                self._parser = httptools.HttpRequestParser(self)

    @property
    def _is_offered(self) -> bool:
        """Whether another protocol is offered with this request (RFC 9110 section 7.8); Java's client does with each.
        It is declined by reading the request again without the offer, for llhttp passes over the body of such a one."""
        return self._parser.should_upgrade() and self._parser.get_method() != b"CONNECT"

    def _head_again(self) -> bytes:
        version = self._parser.get_http_version().encode("ascii")
        return b"%s %s HTTP/%s\r\n%s\r\n" % (self._parser.get_method(), self._url, version, self._asked.without_offer())

    def close_idle(self, now: float) -> None:
        """Close it when nothing moves any more; called now and then with the loop's time."""
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._moved = unsent, now
        if now - self._moved > (IDLE_SECONDS / 10 if self._ended else IDLE_SECONDS):
            self._transport.abort()

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return self._task is not None or self._transport.get_write_buffer_size() > 0

    def drop(self) -> None:
        """Close it, whatever is under way."""
        self._transport.abort()

    # --- what the parser calls ----------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._asked, self._url = Asked(), b""
        self._moved = self._loop.time()

    def on_url(self, part: bytes) -> None:
        """Take a part of the address."""
        self._url += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._asked.keep(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """Look at the head: who states a body longer than any request need not send it."""
        if self._is_offered:
            return
        asked, self._head = self._asked, 0
        asked.method = self._parser.get_method().decode("latin-1")
        asked.path = _path(self._url)
        stated = asked.header("content-length")
        asked.too_long = stated.isascii() and stated.isdigit() and int(stated[:12]) > LONGEST_BODY
        if asked.too_long:
            self._give_up(asked)
        elif asked.header("expect").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, part: bytes) -> None:
        """Take a part of the body, as far as a request may be long."""
        asked, self._head = self._asked, 0
        if self._ended:
            return
        asked.whole += part
        if len(asked.whole) > LONGEST_BODY and not asked.too_long:
            asked.too_long = True
            self._give_up(asked)

    def on_message_complete(self) -> None:
        """Answer, or wait for the answers before."""
        self._head, self._moved = 0, self._loop.time()
        if self._ended or self._is_offered:
            return
        asked = self._asked
        if not self._parser.should_keep_alive():
            asked.closes = "close"
        elif self._parser.get_http_version() == "1.0":
            asked.closes = "keep-alive"
        self._take(asked)

    # --- answering ----------------------------------------------------------------------------------------------------

    def _give_up(self, asked: Asked) -> None:
        """Answer before the body has come, and read no more."""
        asked.closes = "close"
        self._take(asked)
        self._ended = True

    def _take(self, asked: Asked) -> None:
        reply = self._service.at_once(asked) if self._task is None and not asked.too_long else None
        if reply is not None:
            self._send(asked, reply)
            return
        self._waiting.append(asked)
        if len(self._waiting) > _AHEAD:
            self._transport.pause_reading()
        if self._task is None:
            self._task = self._loop.create_task(self._answer_waiting())

    async def _answer_waiting(self) -> None:
        try:
            while self._waiting:
                asked = self._waiting.popleft()
                self._send(asked, await self._service.reply(asked))
        except Exception as error:  # a fault of ours; the asker may ask again
            _log.error("not answered", error=type(error).__name__)
            self._transport.abort()
        self._task = None
        if self._heard_all:
            self._transport.close()
        elif not self._transport.is_closing():
            self._transport.resume_reading()

    def _send(self, asked: Asked, reply: Reply) -> None:
        head = [_STATUS[reply.status], "date: ", date(self._service.now()), "\r\n"]
        for name, value in reply.headers:
            head += (name, ": ", value, "\r\n")
        if reply.status != HTTPStatus.NOT_MODIFIED:
            head.append(f"content-length: {len(reply.body)}\r\n")
        if asked.closes:
            head += ("connection: ", asked.closes, "\r\n")
        head.append("\r\n")
        # Apart: a list may be large, and is not copied for each who reads it.
        self._transport.writelines(("".join(head).encode("latin-1"), b"" if asked.method == "HEAD" else reply.body))
        if asked.closes == "close":
            self._end()

    def _refuse(self, status: int) -> None:
        """Say what is wrong with these bytes; if an answer is under way, this would come out of turn."""
        if self._task is None:
            asked = Asked()
            asked.closes = "close"
            self._send(asked, refused(status))
        else:
            self._transport.abort()

    def _end(self) -> None:
        """Send what is to be sent and read no more; the other side closes, or is idle soon."""
        self._ended = True
        if not self._transport.is_closing():
            self._transport.write_eof()


def _path(url: bytes) -> str:
    """Return the path of an address, whole (RFC 9112 section 3.2.2) or not, without the query."""
    if not url.startswith(b"/"):
        url = b"/" + url.partition(b"://")[2].partition(b"/")[2]
    return url.partition(b"?")[0].decode("latin-1")
