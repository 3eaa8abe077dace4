"""More holders' cards on one stage, and a whole unlock of each, for tests in which many work at the same time."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from unlock_stage import AProgram, Stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.messages import context
from anahtar_card.families.akis.names import CARD_KEY, RESET_KEY
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import CardRecord, Grant
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory
from anahtar_server.cards.acts import register_card
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import (
    ConfirmationRequest,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Method,
    Outcome,
    Report,
)


def another_card(stage: Stage, number: int) -> Stage:
    """The same holder with one more card, locked, and a program of its own."""
    serial = bytes([number]) * 12
    record = CardRecord(serial.hex().upper(), 1, 0x81)
    memory = Memory()
    example_card(memory, serial=serial, pin="271828", pin_tries=0)
    wrapped = [
        stage.custody.wrap_card_key(key_version=1, label=label, context=context(record), transport_key=bytes(16))
        for label in (RESET_KEY, CARD_KEY)
    ]
    memory.write(reset_key=aes_key_unwrap(bytes(16), wrapped[0]), card_key=aes_key_unwrap(bytes(16), wrapped[1]))
    plastic = AkisCard.open(memory)
    plastic.power_on()
    card = register_card(
        serial=record.serial, family="akis", key_version=1, pin_reference=0x81, owner=stage.holder, actor="rehearsal",
        now=stage.clock(),
    )  # fmt: skip
    return replace(stage, card=card, memory=memory, plastic=plastic, program=AProgram())


def confirm(stage: Stage, unlock: Unlock) -> None:
    """Ask for the SMS and answer it."""
    request = ConfirmationRequest(method=Method.SMS, card_serial=stage.card.serial)
    stage.ask("ask-confirmation", "confirmation", request, unlock)
    message = OutboxMessage.objects.filter(about=f"unlock:{unlock.name}", secret=True).order_by("-pk").first()
    found = re.search(r"\b\d{8}\b", message.text if message else "")
    assert found is not None
    stage.answer(found.group(), unlock)


def grant_for(stage: Stage, unlock: Unlock) -> Grant:
    """Session and nonce from the key service."""
    given = GrantGiven.model_validate_json(
        stage.ask("grant", "grant", GrantRequest(card_serial=stage.card.serial), unlock)
    )
    return Grant(given.session, given.nonce)


def set_pin(stage: Stage, unlock: Unlock, pin: str) -> bytes:
    """The card's side, the authority answering; returns the evidence."""

    def consent(challenge: bytes) -> bytes:
        text = stage.ask("consent", "consent", ConsentRequest(challenge=challenge), unlock)
        return bytes.fromhex(json.loads(text)["answer"])

    stage.plastic.power_off()
    stage.plastic.power_on()
    return converse(AkisDriver().unlock(grant_for(stage, unlock), Pin(pin)), stage.plastic, answer=consent)


def whole_unlock(stage: Stage, pin: str = "482916") -> str:
    """Live one unlock from the button to the report; returns the state at its end."""
    _, code = stage.open()
    unlock = stage.claim(code, address=f"10.1.1.{stage.card.serial[:2]}")
    confirm(stage, unlock)
    report = Report(outcome=Outcome.DONE, evidence=set_pin(stage, unlock, pin))
    return str(json.loads(stage.ask("report", "report", report, unlock))["state"])
