"""Every change to a person."""

from __future__ import annotations

import logging
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from anahtar_gate.people.models import Person
from anahtar_gate.people.rules import PersonRecord, check_password_shape

_log = logging.getLogger(__name__)


def record_person(*, actor: str, record: PersonRecord, password: str, rehearsal: bool, now: datetime) -> Person:
    """After it, the register holds this person exactly as told; a person known by the TCKN is corrected.

    actor: who does it (a plain identifier, kept in the log). password: clear text, hashed with argon2 here.
    rehearsal: the person is made up; a gate in earnest will not serve beside such a one.
    Raises PersonWrong("password") for one that is too short.
    """
    check_password_shape(password)
    told = {
        "given_name": record.given_name.strip(),
        "family_name": record.family_name.strip(),
        "birth_date": record.birth_date,
        "mobile": record.mobile,
        "password": make_password(password),
        "recorded_at": now,
        "rehearsal": rehearsal,
    }
    with transaction.atomic():
        person, is_new = Person.objects.update_or_create(tckn=record.tckn, defaults=told)
    _log.info("%s : person %s : %s", actor, person.pk, "recorded" if is_new else "corrected")
    return person
