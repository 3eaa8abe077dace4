"""What an authorization request may say, and when the gate's own session answers it: pure, no framework."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from anahtar_gate.methods.registry import Level
from anahtar_gate.pages.language import choose_language

CODE_LIFE = timedelta(seconds=60)
TOKEN_LIFE = timedelta(minutes=5)
ID_TOKEN_LIFE = timedelta(minutes=5)
SESSION_LIFE = timedelta(minutes=15)

LONGEST_VALUE = 2048
# OpenID Connect Core 1.0, section 3.1.2.1. Consent and choosing an account are part of our sign-in page.
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
# Parameters of OpenID Connect Core 1.0, section 6 and 7.2.1, that we do not have, with the error each must get.
NOT_SUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
# S256 is 32 bytes in base64url without padding (RFC 7636, section 4.2).
_S256 = re.compile(r"^[A-Za-z0-9_-]{43}$")
_SECONDS = re.compile(r"^[0-9]{1,9}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class RequestRefused(Exception):
    """The request is answered with an OAuth error; ``description`` is ASCII, for the client's developer."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a valid authorization request asks of the sign-in."""

    prompt: frozenset[str]
    max_age: timedelta | None
    levels: tuple[Level, ...]
    language: str | None


def single_values(pairs: Iterable[tuple[str, list[str]]]) -> tuple[dict[str, str], RequestRefused | None]:
    """Parameters as a plain mapping; empty ones count as absent (RFC 6749, section 3.1).

    One that is repeated, overlong, or holds control characters is left out, and comes back as a refusal beside the
    mapping: whether it may be sent to the redirect URI depends on whether that one survived.
    """
    values: dict[str, str] = {}
    refusal = None
    for name, several in pairs:
        if len(several) != 1 or len(several[0]) > LONGEST_VALUE or _CONTROL.search(several[0]):
            refusal = RequestRefused(
                "invalid_request", "A parameter is repeated, too long, or holds control characters."
            )
        elif several[0]:
            values[name] = several[0]
    return values, refusal


def read_asked(parameters: Mapping[str, str]) -> Asked:
    """Check everything of an authorization request but its client and redirect URI.

    Raises RequestRefused with the error of RFC 6749, RFC 7636 or OpenID Connect Core 1.0.
    """
    _check_supported(parameters)
    _check_pkce(parameters)
    return Asked(
        prompt=_read_prompt(parameters),
        max_age=_read_max_age(parameters),
        levels=tuple(Level(value) for value in parameters.get("acr_values", "").split() if value in set(Level)),
        language=choose_language(parameters.get("ui_locales", "")),
    )


def _check_supported(parameters: Mapping[str, str]) -> None:
    if "response_type" not in parameters:
        raise RequestRefused("invalid_request", "response_type is missing.")
    if parameters["response_type"] != "code":
        raise RequestRefused("unsupported_response_type", "Only response_type=code is supported.")
    if parameters.get("response_mode", "query") != "query":
        raise RequestRefused("invalid_request", "Only response_mode=query is supported.")
    for name, error in NOT_SUPPORTED.items():
        if name in parameters:
            raise RequestRefused(error, f"The parameter {name} is not supported.")
    if "openid" not in parameters.get("scope", "").split():
        raise RequestRefused("invalid_scope", "The scope must contain openid.")


def _check_pkce(parameters: Mapping[str, str]) -> None:
    if "code_challenge" not in parameters:
        raise RequestRefused("invalid_request", "code_challenge is missing: PKCE is required.")
    if parameters.get("code_challenge_method") != "S256":
        raise RequestRefused("invalid_request", "code_challenge_method must be S256.")
    if not _S256.match(parameters["code_challenge"]):
        raise RequestRefused("invalid_request", "code_challenge is not 43 characters of base64url.")


def _read_prompt(parameters: Mapping[str, str]) -> frozenset[str]:
    prompt = frozenset(parameters.get("prompt", "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise RequestRefused("invalid_request", "prompt is not valid.")
    return prompt


def _read_max_age(parameters: Mapping[str, str]) -> timedelta | None:
    text = parameters.get("max_age")
    if text is None:
        return None
    if not _SECONDS.match(text):
        raise RequestRefused("invalid_request", "max_age must be a number of seconds.")
    return timedelta(seconds=int(text))


def session_answers(
    asked: Asked, *, auth_time: datetime, level: Level, offered: tuple[Level, ...], now: datetime
) -> bool:
    """True when a sign-in made at ``auth_time`` at ``level`` may answer without asking the person again.

    A wanted level is voluntary (OpenID Connect Core 1.0, section 5.5.1.1): the person is asked again only when a
    method that we offer would reach it.
    """
    age = now - auth_time
    if age >= SESSION_LIFE or (asked.max_age is not None and age > asked.max_age):
        return False
    if asked.prompt & {"login", "consent", "select_account"}:
        return False
    if not asked.levels or any(level.reaches(wanted) for wanted in asked.levels):
        return True
    return not any(one.reaches(wanted) for one in offered for wanted in asked.levels)
