"""Asking for a confirmation, checking it, setting a web password."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.config import Limits
from anahtar_server.confirmation import rules
from anahtar_server.confirmation.models import Question, WebPassword
from anahtar_server.confirmation.queries import Way, password_of
from anahtar_server.people.models import Holder
from anahtar_server.prepared import Prepared, insert, rewrite
from anahtar_wire.messages import Method
from anahtar_wire.problems import Problem, Refusal

_LOCKED = Prepared(lambda about: Question.objects.select_for_update().filter(about=about))
_OPEN = Prepared(
    lambda about, method: Question.objects.select_for_update().filter(
        about=about, method=method, answered_at__isnull=True
    )
)


class Verdict(StrEnum):
    """What became of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"  # wrong, and it was the last try
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was put; `code` is the fresh SMS code (None for the web password), to be told and then forgotten;
    `message` counts the messages about this question."""

    expires_at: datetime
    tries_left: int
    code: str | None
    message: int

    def __repr__(self) -> str:
        return "<Asked>"


@transaction.atomic(savepoint=False)
def ask(*, about: str, holder: Holder, way: Way, code_key: bytes, limits: Limits, actor: str, now: datetime) -> Asked:
    """Put (or put again) the question that confirms `about`. Raises Refusal: TOO_MANY, the way is not usable."""
    way.refuse_if_unusable()
    insert(Question(about=about, holder=holder, method=way.method.value, expires_at=now), unless="about")
    question = _LOCKED.one(about=about)
    code = None
    question.method = way.method.value
    question.expires_at = now + timedelta(seconds=limits.consent_seconds)
    if way.method is Method.SMS:
        if question.messages_sent >= limits.sms_per_unlock:
            raise Refusal(Problem.TOO_MANY, minutes=limits.unlock_seconds // 60)
        code = rules.sms_code(limits.sms_code_digits, secrets.choice)
        question.code_mac = rules.code_mac(code_key, about, code)
        question.messages_sent += 1
        question.expires_at = now + timedelta(seconds=limits.sms_code_seconds)
    rewrite(question)
    record(actor=actor, act=Act.CONFIRMATION_ASKED, subject=about, now=now, method=way.method.value)
    return Asked(question.expires_at, limits.confirmation_tries - question.tries_used, code, question.messages_sent)


@transaction.atomic(savepoint=False)
def answer(
    *, about: str, method: Method, text: str, code_key: bytes, limits: Limits, actor: str, now: datetime
) -> tuple[Verdict, int]:
    """Compare an answer and return the verdict with the tries left; a wrong one stays counted.

    Raises Refusal CONFIRMATION_NOT_ASKED when no question of this method is open.
    """
    question = _OPEN.first(about=about, method=method.value)
    if question is None:
        raise Refusal(Problem.CONFIRMATION_NOT_ASKED)
    left = limits.confirmation_tries - question.tries_used
    if left <= 0:
        return Verdict.SPENT, 0
    if not _in_time(question, limits, now):
        return Verdict.LATE, left
    if _matches(question, method, text, code_key):
        question.answered_at = now
        question.code_mac = b""
        rewrite(question, "answered_at", "code_mac")
        return Verdict.RIGHT, left
    question.tries_used += 1
    rewrite(question, "tries_used")
    record(actor=actor, act=Act.CONFIRMATION_WRONG, subject=about, now=now, method=method.value, left=left - 1)
    return (Verdict.WRONG if left > 1 else Verdict.SPENT), left - 1


def _in_time(question: Question, limits: Limits, now: datetime) -> bool:
    """Tell whether an answer comes before the question's end, and not before the question by a clock set back."""
    seconds = limits.sms_code_seconds if question.method == Method.SMS else limits.consent_seconds
    return question.expires_at - timedelta(seconds=seconds) - rules.SKEW <= now < question.expires_at


def _matches(question: Question, method: Method, text: str, code_key: bytes) -> bool:
    if method is Method.WEB:
        password = password_of(question.holder)
        return password is not None and check_password(text, password.encoded)
    expected = bytes(question.code_mac)
    given = rules.code_mac(code_key, question.about, rules.cleaned(text))
    return len(expected) == len(given) and hmac.compare_digest(expected, given)


@transaction.atomic
def set_web_password(*, holder: Holder, password: str, actor: str, now: datetime) -> None:
    """Set or replace a holder's web password; it confirms nothing for the first hours of the setting.

    Raises Refusal PASSWORD_RULE.
    """
    if not rules.password_fits(password):
        raise Refusal(Problem.PASSWORD_RULE)
    encoded = make_password(password)
    WebPassword.objects.update_or_create(holder=holder, defaults={"encoded": encoded, "set_at": now})
    record(actor=actor, act=Act.WEB_PASSWORD_SET, subject=f"holder:{holder.pk}", now=now)
