"""When the server's TLS certificate ends, asked over a connection of its own; only for the check page."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

PATIENCE = 5.0


def ends(address: str) -> datetime | None:
    """Return the end of the certificate's validity, None for plain http; raises OSError (ssl.SSLError is one)."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        return None
    with (
        socket.create_connection((parts.hostname, parts.port or 443), timeout=PATIENCE) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname) as secured,
    ):
        certificate = secured.getpeercert()
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
