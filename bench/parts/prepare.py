"""Run in a process of its own with a stage's settings: people, NES cards and signed-in browsers, all through acts.

Usage: python -m bench.parts.prepare FOLDER SEATS. Only the browser's session row is written as Django itself writes it,
for signing in is not what is measured. The cards' memories are pickled: whoever loads has them in memory, not on disk.
"""

from __future__ import annotations

import json
import pickle
import secrets
import string
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import django

from anahtar_card.virtual import Memory
from bench.parts.seat import Seat

if TYPE_CHECKING:
    from anahtar_server.signin.stand_in import Signer


def main() -> None:
    """Make the seats and pickle them."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    django.setup()
    from django.core.management import call_command

    from anahtar_server.certificates.workshop import KEY_VERSION
    from anahtar_server.clock import system_clock
    from anahtar_server.config import config
    from anahtar_server.custody.opening import open_custody
    from anahtar_server.rehearsal.people import prepare_keys
    from anahtar_server.signin.stand_in import Signer

    call_command("migrate", verbosity=0, interactive=False)
    custody, now = open_custody(config()), system_clock()
    custody.make_master(KEY_VERSION)
    authority = prepare_keys(custody, now)
    signin = config().signin
    provider = Signer(issuer=signin.issuer, client_id=signin.client_id, rehearsal=True)
    (folder / "provider-keys.json").write_text(json.dumps(provider.public_keys.as_dict()), encoding="utf-8")
    seats = [_seat(number, provider, authority, custody, now) for number in range(count)]
    (folder / "seats").write_bytes(pickle.dumps(seats))
    custody.close()


def _seat(number: int, provider: Signer, authority: object, custody: object, now: datetime) -> Seat:
    from anahtar_server.audit.traces import REHEARSAL
    from anahtar_server.certificates.models import Authority
    from anahtar_server.certificates.workshop import make_virtual_card
    from anahtar_server.people import acts as people
    from anahtar_server.rehearsal.people import KNOWN_FOR, make_person

    assert isinstance(authority, Authority)
    person, known = make_person(1000 + number, with_firm=False), now - KNOWN_FOR
    holder = people.register_holder(
        tckn=person.tckn, given_name=person.given_name, family_name=person.family_name,
        birth_date=date.fromisoformat(person.birth_date), language="tr", actor=REHEARSAL, now=known,
    )  # fmt: skip
    people.add_contact_line(holder=holder, channel="sms", address=person.mobile, actor=REHEARSAL, now=known)
    people.add_contact_line(holder=holder, channel="email", address=person.email, actor=REHEARSAL, now=known)
    memory = Memory()
    card = make_virtual_card(
        memory=memory, owner=holder, authority=authority, custody=custody, actor=REHEARSAL, now=now  # type: ignore[arg-type]
    )  # fmt: skip
    csrf = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
    return Seat(card.serial, person.mobile, memory, _browser(holder, provider, person.tckn, now), csrf)


def _browser(holder: object, provider: Signer, tckn: str, now: datetime) -> str:
    """Sign a holder in through the act and return the session's key."""
    from django.contrib.sessions.backends.db import SessionStore

    from anahtar_server.people.models import Holder
    from anahtar_server.signin.acts import sign_in
    from anahtar_server.signin.port import Identity
    from anahtar_server.signin.rules import Level

    assert isinstance(holder, Holder)
    nonce = secrets.token_urlsafe(16)
    claims = provider.claims(tckn=tckn, nonce=nonce, now=now)
    entered = sign_in(
        identity=Identity(
            tckn=tckn, given_name="", family_name="", birth_date=None, issuer=provider.issuer,
            method="e-devlet-sifresi", level=Level.SUBSTANTIAL,
            authenticated_at=now, assertion=provider.sign(claims), nonce=nonce,
        ),
        address="127.0.0.1", actor="bench", now=now,
    )  # fmt: skip
    session = SessionStore()
    session["sign_in"], session["holder"] = str(entered.pk), str(holder.pk)
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main()
