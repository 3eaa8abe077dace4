"""The same unlocks without HTTP: the acts called one after the other in one process, the key service's face among them.

Run with a stage's settings: python -m bench.parts.acts_script FOLDER SECONDS; prints how many unlocks it lived and how
long it took.
"""

from __future__ import annotations

import itertools
import json
import pickle
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.http import HttpRequest

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import Grant
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_desktop.program_key import ProgramKey
from anahtar_wire import messages
from bench.parts.caller import NEW_PIN, NotAsPromised
from bench.parts.seat import Seat

if TYPE_CHECKING:
    from anahtar_server.keyservice.face import Face

_CODE = re.compile(r"\b\d{8}\b")


def main() -> None:
    """Live unlocks until the time is over."""
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    django.setup()
    from anahtar_server.config import config
    from anahtar_server.keyservice.serve import face_of

    seats = pickle.loads((folder / "seats").read_bytes())  # noqa: S301  # written by our own `prepare`
    face, done, began = face_of(config()), 0, time.monotonic()
    for seat in itertools.cycle(seats):
        if time.monotonic() - began >= seconds:
            break
        _live(face, seat)
        done += 1
    print(json.dumps([done, time.monotonic() - began]))


def _live(face: Face, seat: Seat) -> None:
    from anahtar_server.notices.models import OutboxMessage

    key = ProgramKey()
    name = _open_and_claim(seat, key)
    _ask(
        face,
        key,
        name,
        "ask-confirmation",
        messages.ConfirmationRequest(method=messages.Method.SMS, card_serial=seat.serial),
    )
    told = OutboxMessage.objects.filter(key__startswith=f"confirmation:{name}:").values_list("text", flat=True)[0]
    found = _CODE.search(told)
    assert found is not None
    sms, to = messages.Method.SMS, face.seals.public
    answer = messages.ConfirmationAnswer.of(found[0], method=sms, unlock=name, program_key=key.public(), to=to)
    _ask(face, key, name, "answer-confirmation", answer)
    given = messages.GrantGiven.model_validate_json(
        _ask(face, key, name, "grant", messages.GrantRequest(card_serial=seat.serial))
    )
    card = AkisCard.open(seat.memory)
    card.power_on()

    def consent(proof: bytes) -> bytes:
        text = _ask(face, key, name, "consent", messages.ConsentRequest(challenge=proof))
        return messages.Consented.model_validate_json(text).answer

    evidence = converse(AkisDriver().unlock(Grant(given.session, given.nonce), Pin(NEW_PIN)), card, answer=consent)
    text = _ask(face, key, name, "report", messages.Report(outcome=messages.Outcome.DONE, evidence=evidence))
    if messages.Standing.model_validate_json(text).state is not messages.State.DONE:
        raise NotAsPromised(text)


def _open_and_claim(seat: Seat, key: ProgramKey) -> str:
    from django.contrib.sessions.backends.db import SessionStore

    from anahtar_server.cards.models import Card
    from anahtar_server.clock import system_clock
    from anahtar_server.config import config
    from anahtar_server.signin.queries import current
    from anahtar_server.unlock import acts

    settings, request = config(), HttpRequest()
    request.session = SessionStore(seat.session)
    sign_in = current(request)
    assert sign_in is not None
    code_key = settings.portal.code_key_file.read()
    _, code = acts.open_unlock(
        card=Card.objects.get(serial=seat.serial), holder=sign_in.holder, sign_in=sign_in, duties=True,
        code_key=code_key, limits=settings.limits, fresh_minutes=settings.signin.fresh_minutes, actor="bench",
        now=system_clock(),
    )  # fmt: skip
    program = messages.Program(name="bench", release="0", system="-", computer="-")
    claimed = acts.claim(
        request=messages.ClaimRequest(code=code.reveal(), program_key=key.public(), program=program), code=code,
        address="127.0.0.1", code_key=code_key, limits=settings.limits, now=system_clock(),
    )  # fmt: skip
    return claimed.name


def _ask(face: Face, key: ProgramKey, name: str, act: str, message: messages.Message) -> str:
    from anahtar_server.keyservice.face import ENDS
    from anahtar_server.unlock.consent import Errand

    path, body = f"/api/v1/unlock/{name}/{ENDS[act]}", message.model_dump_json().encode()
    proof = key.prove("POST", path, body)
    reply = face.answer(Errand(act=act, method="POST", path=path, body=body.hex(), proof=proof, unlock=name))
    if reply.problem:
        raise NotAsPromised(reply.problem)
    return reply.message


if __name__ == "__main__":
    main()
