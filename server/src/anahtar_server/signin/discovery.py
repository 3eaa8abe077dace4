"""What a provider publishes of itself: its addresses and its public keys, fetched with limits and kept for a while.

OpenID Connect Discovery 1.0, section 4.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from anahtar_server.signin.rules import AnswerWrong, Reason
from anahtar_server.signin.transport import Bounded

KEPT_SECONDS = 300.0
ASKED_AGAIN_SECONDS = 10.0
"""An unknown key makes us look again, but not more often than this: tokens come from outside."""

_MOST_KEYS = 20
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The addresses of a provider, all on the issuer's scheme."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass
class Discovery:
    """One provider's metadata and keys. `clock` counts seconds and never goes back."""

    issuer: str
    clock: Callable[[], float] = time.monotonic
    _metadata: tuple[float, Metadata] | None = field(default=None, init=False)
    _keys: tuple[float, KeySet] | None = field(default=None, init=False)

    def metadata(self) -> Metadata:
        """Return the provider's addresses, at most five minutes old; raises AnswerWrong."""
        if self._metadata is None or self.clock() - self._metadata[0] >= KEPT_SECONDS:
            raw = fetch_json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", self.issuer)
            self._metadata = self.clock(), _read_metadata(raw, self.issuer)
        return self._metadata[1]

    def keys(self, *, again: bool = False) -> KeySet:
        """Return the provider's public keys, at most five minutes old, or with `again` ten seconds; raises
        AnswerWrong."""
        oldest = ASKED_AGAIN_SECONDS if again else KEPT_SECONDS
        if self._keys is None or self.clock() - self._keys[0] >= oldest:
            self._keys = self.clock(), _read_keys(fetch_json(self.metadata().jwks_uri, self.issuer))
        return self._keys[1]


@cache
def discovery(issuer: str) -> Discovery:
    """Return this process's knowledge of `issuer`."""
    return Discovery(issuer)


def fetch_keys(issuer: str, *, again: bool = False) -> KeySet:
    """Return the public keys of `issuer`, kept for five minutes; `again` looks for new ones. Raises AnswerWrong."""
    return discovery(issuer).keys(again=again)


def fetch_json(url: str, issuer: str) -> dict[str, Any]:
    """Return the JSON object at `url`: no redirect, three seconds, 256 KiB; raises AnswerWrong."""
    try:
        with requests.Session() as session:
            Bounded.mount_on(session, issuer)
            answer = session.get(url, allow_redirects=False, headers={"Accept": "application/json"})
    except requests.RequestException:
        raise AnswerWrong(Reason.PROVIDER_GONE) from None
    try:
        found = answer.json() if answer.status_code == 200 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise AnswerWrong(Reason.METADATA)
    return found


def _read_metadata(raw: dict[str, Any], issuer: str) -> Metadata:
    # The issuer must name itself exactly as we know it (OpenID Connect Discovery 1.0 section 4.3).
    addresses = [raw.get(name) for name in _ENDPOINTS]
    scheme = issuer.split("://")[0] + "://"
    if raw.get("issuer") != issuer or not all(isinstance(one, str) and one.startswith(scheme) for one in addresses):
        raise AnswerWrong(Reason.METADATA)
    return Metadata(*(str(address) for address in addresses))


def _read_keys(raw: dict[str, Any]) -> KeySet:
    listed = raw.get("keys")
    if not isinstance(listed, list):
        raise AnswerWrong(Reason.METADATA)
    usable = [
        key
        for key in listed[:_MOST_KEYS]
        if isinstance(key, dict) and key.get("kty") in ("EC", "RSA") and key.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError):
        raise AnswerWrong(Reason.METADATA) from None
