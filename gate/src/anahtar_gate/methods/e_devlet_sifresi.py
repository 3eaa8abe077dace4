"""The method E-Devlet Şifresi: TCKN and password, then a code by SMS."""

from __future__ import annotations

import base64
import logging
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.db.models import F, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from anahtar_gate.methods.limits import count_try, forget, take_back
from anahtar_gate.methods.models import SmsCode
from anahtar_gate.methods.rules import CODE_DIGITS, CODE_LIFE, CodeLate, CodeSpent, CodeWrong, Counted, PasswordWrong
from anahtar_gate.people.models import Person
from anahtar_gate.people.queries import person_by_tckn

_log = logging.getLogger(__name__)

# Sends the text that names the code; raises when it cannot.
Send = Callable[[Person, str], None]


@lru_cache(maxsize=1)
def nobodys_password() -> str:
    """A hash that no password has, made without work but costing as much to check as a person's own."""
    parameters = Argon2PasswordHasher().params()
    cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (22, parameters.hash_len)
    )
    return f"argon2$argon2id$v={parameters.version}${cost}${salt}${digest}"


def check_person(*, tckn: str, password: str, now: datetime) -> Person:
    """The first step: the person with this number and password.

    An unknown number costs the same work, uses up the same tries and meets the same refusal as a wrong password.
    Raises LimitReached, or PasswordWrong with the tries left.
    """
    tries_left = count_try(Counted.PASSWORD, tckn, now=now)
    person = person_by_tckn(tckn)
    right = check_password(password, person.password if person else nobodys_password())
    if person is None or not right:
        _log.info("e-devlet-sifresi : refused the first step")
        raise PasswordWrong(tries_left)
    take_back(Counted.PASSWORD, tckn, now=now)
    return person


def draw_code() -> str:
    """A fresh code of six digits, from the system's source of chance."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def _hash_code(code_id: uuid.UUID, code: str) -> str:
    """The code under a key that lies outside the database: a million guesses are no work without it."""
    return salted_hmac("anahtar_gate.sms_code", f"{code_id}:{code}", algorithm="sha256").hexdigest()


def begin_second_step(*, person: Person, send: Send, now: datetime, draw: Callable[[], str] = draw_code) -> SmsCode:
    """Send a first code; five tries and three minutes begin.

    Raises LimitReached (nothing is sent), or what ``send`` raises.
    """
    count_try(Counted.SMS, str(person.pk), now=now)
    step = SmsCode(id=uuid.uuid4(), person=person, expires_at=now + CODE_LIFE)
    code = draw()
    step.code_hash = _hash_code(step.id, code)
    step.save(force_insert=True)  # written before it is sent: a code that nobody can use must not go out
    send(person, code)
    _log.info("e-devlet-sifresi : person %s : code sent", person.pk)
    return step


def send_again(*, step_id: uuid.UUID, send: Send, now: datetime, draw: Callable[[], str] = draw_code) -> None:
    """Send a new code in place of the old one; the tries used stay used.

    Raises CodeSpent, LimitReached, or what ``send`` raises.
    """
    step = _live_step(step_id)
    count_try(Counted.SMS, str(step.person.pk), now=now)
    code = draw()
    _live(step_id).update(code_hash=_hash_code(step_id, code), expires_at=now + CODE_LIFE)
    send(step.person, code)


def check_code(*, step_id: uuid.UUID, typed: str, now: datetime) -> Person:
    """The second step: the person to whom the code was sent, once.

    Raises CodeSpent, CodeLate (no try used), LimitReached, or CodeWrong with the tries left.
    """
    step = _live_step(step_id)
    if now >= step.expires_at:
        raise CodeLate
    person_id = str(step.person.pk)
    count_try(Counted.CODE, person_id, now=now)
    # The try is used before the comparison, in one statement: tries made at once cannot share one.
    if not _live(step_id).update(tries_left=F("tries_left") - 1):
        raise CodeSpent
    step.refresh_from_db()
    if not constant_time_compare(step.code_hash, _hash_code(step_id, typed)):
        _log.info("e-devlet-sifresi : person %s : wrong code", person_id)
        raise CodeWrong(step.tries_left)
    if not SmsCode.objects.filter(pk=step_id, used_at=None).update(used_at=now):
        raise CodeSpent
    forget(Counted.CODE, person_id)
    forget(Counted.PASSWORD, step.person.tckn)
    _log.info("e-devlet-sifresi : person %s : signed in", person_id)
    return step.person


def _live(step_id: uuid.UUID) -> QuerySet[SmsCode]:
    return SmsCode.objects.filter(pk=step_id, used_at=None, tries_left__gt=0)


def _live_step(step_id: uuid.UUID) -> SmsCode:
    step = _live(step_id).select_related("person").first()
    if step is None:
        raise CodeSpent
    return step
