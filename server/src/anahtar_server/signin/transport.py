"""HTTP towards a provider, bounded in time and size: a slow or endless answer must not hold a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

TIMEOUT_SECONDS = 3.0
LARGEST_ANSWER = 256 * 1024
_CHUNK = 8192


class Bounded(HTTPAdapter):
    """Reads an answer of at most 256 KiB within three seconds in all; raises requests.RequestException."""

    clock: Callable[[], float] = staticmethod(time.monotonic)

    @classmethod
    def mount_on(cls, session: requests.Session, issuer: str) -> Self:
        """Make `session` use this adapter for everything.

        Plain http is only met in rehearsal, on the loopback: a proxy of the environment must not carry that.
        """
        adapter = cls()
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.trust_env = issuer.startswith("https://")
        return adapter

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send, and read the whole answer within the limits."""
        end = self.clock() + TIMEOUT_SECONDS
        answer = super().send(request, stream=True, timeout=TIMEOUT_SECONDS, verify=verify, cert=cert, proxies=proxies)
        self._read(answer, end)
        return answer

    def _read(self, answer: requests.Response, end: float) -> None:
        found = bytearray()
        # read1 returns what is there: a read of a whole piece would wait as long as bytes trickle in.
        while part := self._part(answer):
            found += part
            if len(found) > LARGEST_ANSWER or self.clock() > end:
                answer.close()
                raise requests.ConnectionError("the answer is too long or too slow")
        answer.close()
        keep: Any = answer
        keep._content = bytes(found)

    @staticmethod
    def _part(answer: requests.Response) -> bytes:
        try:
            return bytes(answer.raw.read1(_CHUNK, decode_content=True))
        except (HTTPError, OSError) as error:
            raise requests.ConnectionError("the answer broke off") from error
