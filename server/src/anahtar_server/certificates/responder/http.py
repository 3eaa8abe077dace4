"""Requests and replies of the status services as HTTP has them; pure."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import Protocol
from urllib.parse import unquote_to_bytes

LONGEST_BODY = 8 * 1024
LONGEST_PATH = 4 * 1024
OCSP_REQUEST, OCSP_RESPONSE = "application/ocsp-request", "application/ocsp-response"
CRL, CERTIFICATE, TEXT = "application/pkix-crl", "application/pkix-cert", "text/plain; charset=utf-8"

Header = tuple[str, str]


class Incoming(Protocol):
    """A request, whatever server took it; `path` without the query, percent signs read or not; `whole` is the body as
    far as it has come."""

    method: str
    path: str
    whole: bytes

    def header(self, name: str) -> str:
        """Return a header's value by its name in lower case, empty without it."""

    async def body(self) -> bytes | None:
        """Return the body, None when it is longer than LONGEST_BODY."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, headers and a body."""

    status: int
    body: bytes = b""
    headers: list[Header] = field(default_factory=list)


_WORDS = {
    400: b"That is no HTTP/1.\n",
    404: b"Nothing is published here.\n",
    405: b"This address is asked in another way.\n",
    413: b"That is more than a status request.\n",
    414: b"That is more than a status request; send it by POST.\n",
    415: b"A status request is application/ocsp-request.\n",
    431: b"Those are more headers than a status request needs.\n",
    503: b"Not now; please ask again.\n",
}


def refused(status: int, *more: Header) -> Reply:
    """Return a refusal in plain words, which nobody keeps."""
    headers = [("content-type", TEXT), ("cache-control", "no-store"), *more]
    return Reply(status, _WORDS[status], headers)


@lru_cache(maxsize=64)
def date(at: int) -> str:
    """Return a moment (seconds since 1970) as HTTP dates it; asked for the same second thousands of times."""
    return formatdate(at, usegmt=True)


def from_path(path: str) -> bytes | None:
    """Return the request in the path of a GET (RFC 6960 appendix A.1): base64, percent-encoded or not; "//" is base64
    like any other. None when it is none."""
    try:
        return base64.b64decode(unquote_to_bytes(path), validate=True)
    except binascii.Error:
        return None
