"""What a sign-in must satisfy: pure checks of a provider's answer, of its claims and of their age."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEEWAY = timedelta(seconds=60)
"""How far a provider's clock may be from ours."""

BEGUN_FOR = timedelta(minutes=20)
"""How long a person may stay at the provider."""

SIGNED_IN_FOR = timedelta(hours=1)
"""How long a sign-in counts in a browser, used or not: whoever leaves a shared computer is signed out."""

LONGEST_PARAMETER = 2048


class Level(StrEnum):
    """How sure a sign-in is, as `acr` says it; the names are those of eIDAS (Regulation 910/2014, article 8)."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"

    def satisfies(self, asked: Level) -> bool:
        """Tell whether this level is at least `asked`."""
        order = list(Level)
        return order.index(self) >= order.index(asked)


class Reason(StrEnum):
    """Why an answer of the provider was not believed; kept in the audit, never shown to people."""

    PARAMETERS = "parameters"
    STATE = "state"
    GIVEN_UP = "given-up"
    PROVIDER_ERROR = "provider-error"
    PROVIDER_GONE = "provider-gone"
    METADATA = "metadata"
    TOKEN = "token"  # noqa: S105 - a reason's name
    KEY_UNKNOWN = "key-unknown"
    ISSUER_PARAMETER = "issuer-parameter"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    NONCE = "nonce"
    TIME = "time"
    SUBJECT = "subject"
    TCKN = "tckn"
    PERSON = "person"
    LEVEL = "level"
    AUTH_TIME = "auth-time"
    ACCESS_TOKEN = "access-token"  # noqa: S105 - a reason's name


class AnswerWrong(Exception):
    """An answer of the provider that is not believed; says which check failed, never what stood there."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a sign-in was asked to be: a level at least, made now (`again`), or not older than `max_age`."""

    level: Level | None = None
    again: bool = False
    max_age: timedelta | None = None


def is_fresh(authenticated_at: datetime, now: datetime, minutes: int) -> bool:
    """Tell whether somebody proved who they are at most `minutes` ago; a time in the future is not fresh."""
    return now - timedelta(minutes=minutes) <= authenticated_at <= now + LEEWAY


def check_response(params: Mapping[str, str], *, state: str, issuer: str) -> str:
    """Return the authorization code of the provider's redirect; raises AnswerWrong.

    The state binds it to our own beginning (RFC 6749 section 10.12), `iss` names who answers (RFC 9207 section 2.4):
    without it an answer of another provider could be slipped in.
    """
    if any(len(value) > LONGEST_PARAMETER for value in params.values()):
        raise AnswerWrong(Reason.PARAMETERS)
    if not hmac.compare_digest(params.get("state", "").encode(), state.encode()):
        raise AnswerWrong(Reason.STATE)
    if params.get("iss") != issuer:
        raise AnswerWrong(Reason.ISSUER_PARAMETER)
    if "error" in params:
        raise AnswerWrong(Reason.GIVEN_UP if params["error"] == "access_denied" else Reason.PROVIDER_ERROR)
    if not params.get("code"):
        raise AnswerWrong(Reason.PARAMETERS)
    return params["code"]


def check_addressee(claims: Mapping[str, object], *, issuer: str, client_id: str, nonce: str) -> None:
    """Check that the token is the issuer's, for us alone and for this beginning; raises AnswerWrong.

    OpenID Connect Core 1.0 section 3.1.3.7, points 2 to 5 and 11; no audience but ourselves is trusted.
    """
    if claims.get("iss") != issuer:
        raise AnswerWrong(Reason.ISSUER)
    if claims.get("aud") not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise AnswerWrong(Reason.AUDIENCE)
    said = claims.get("nonce")
    if not isinstance(said, str) or not nonce or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise AnswerWrong(Reason.NONCE)


def check_times(issued_at: datetime, expires_at: datetime, now: datetime, kept: timedelta = timedelta(0)) -> None:
    """Check `iat` and `exp` with a leeway of a minute; raises AnswerWrong.

    `kept`: how long after its end a stored token still counts as a record of what the provider said.
    """
    if issued_at > now + LEEWAY or expires_at <= issued_at or now >= expires_at + LEEWAY + kept:
        raise AnswerWrong(Reason.TIME)


def check_access_token(said: object, algorithm: str, access_token: str) -> None:
    """Check that an ID token came with this access token, if it says which; raises AnswerWrong.

    `at_hash` is the left half of the hash that the signature's algorithm uses (OpenID Connect Core 1.0 sections 3.1.3.6
    and 3.1.3.8); a provider may leave it out.
    """
    if said is None:
        return
    digest = hashlib.new("sha384" if algorithm.endswith("384") else "sha256", access_token.encode()).digest()
    expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), expected):
        raise AnswerWrong(Reason.ACCESS_TOKEN)


def check_asked(asked: Asked, *, level: Level, authenticated_at: datetime, begun_at: datetime, now: datetime) -> None:
    """Check that the sign-in is what was asked: providers may answer with less (OpenID Connect Core 1.0 sections
    3.1.2.1 and 5.5.1.1). Raises AnswerWrong."""
    if asked.level is not None and not level.satisfies(asked.level):
        raise AnswerWrong(Reason.LEVEL)
    if authenticated_at > now + LEEWAY:
        raise AnswerWrong(Reason.AUTH_TIME)
    if asked.again and authenticated_at < begun_at - LEEWAY:
        raise AnswerWrong(Reason.AUTH_TIME)
    if asked.max_age is not None and authenticated_at < now - asked.max_age - LEEWAY:
        raise AnswerWrong(Reason.AUTH_TIME)
