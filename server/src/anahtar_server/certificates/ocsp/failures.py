"""The answers that are not signed (RFC 6960 section 4.2.1, OCSPResponseStatus)."""

from __future__ import annotations

from enum import IntEnum

from anahtar_server.certificates import der


class Failure(IntEnum):
    """Why there is no status: what was asked, or the moment."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    SIG_REQUIRED = 5
    UNAUTHORIZED = 6

    @property
    def answer(self) -> bytes:
        """The whole answer (DER)."""
        return _ANSWERS[self]


_ANSWERS = {failure: der.sequence(der.integer(failure, der.ENUMERATED)) for failure in Failure}
