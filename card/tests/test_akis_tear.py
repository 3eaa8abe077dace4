"""Power lost at any command and at any write of the memory: the card has its old PIN or its new one, and lives."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from akis_authority import DRIVER, NEW_PIN, OLD_PIN, Authority, sw, verify
from cryptography.hazmat.primitives.asymmetric import ec

from anahtar_card.errors import CardGone
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.flow import Transmits, converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory, PowerLost, tear
from anahtar_card.virtual_reader import VirtualReader

KEY = ec.generate_private_key(ec.SECP384R1())
Act = Callable[[Transmits], object]


def unlock(card: Transmits) -> object:
    return Authority().unlock(card)


def change(card: Transmits) -> object:
    return converse(DRIVER.change(Pin(OLD_PIN), Pin(NEW_PIN)), card)


def check(card: Transmits) -> object:
    return converse(DRIVER.verify(Pin(OLD_PIN)), card)


STARTS: list[tuple[Act, str | None, int]] = [
    (unlock, OLD_PIN, 0),
    (unlock, OLD_PIN, 3),
    (unlock, OLD_PIN, 1),
    (unlock, None, 0),
    (change, OLD_PIN, 3),
    (change, OLD_PIN, 2),
    (check, OLD_PIN, 2),
]

WRITES: dict[Act, int] = {unlock: 5, change: 3, check: 2}
COMMANDS: dict[Act, int] = {unlock: 7, change: 2, check: 2}


class CutAfter:
    """A wire that is cut before or after the n-th command."""

    def __init__(self, card: Transmits, number: int, *, sent: bool) -> None:
        self._card = card
        self._left = number
        self._sent = sent

    def transmit(self, command: bytes) -> bytes:
        self._left -= 1
        if self._left == 0 and not self._sent:
            raise CardGone
        response = self._card.transmit(command)
        if self._left == 0:
            raise CardGone
        return response


def works(memory: Memory, pin: str) -> bool:
    """Try a PIN on a copy of the card, for a wrong one would use its last try up."""
    return sw(AkisCard.open(copy.deepcopy(memory)), verify(pin)) == 0x9000


def settle(memory: Memory, had_pin: str | None, tries: int) -> None:
    """Check a card after the tear: it is one of the two cards that it may be, and an unlock always helps."""
    memory.on_write = None
    assert memory.read("puk_tries") == 3
    assert memory.read("reset_key_tries") >= 4
    as_it_was = had_pin is None or tries == 0  # without a PIN, or locked
    if memory.read("pin_tries") or not as_it_was:
        assert [works(memory, pin) for pin in (OLD_PIN, NEW_PIN)].count(True) == 1
    card = AkisCard.open(memory)
    Authority().unlock(card, "603817")
    assert sw(card, verify("603817")) == 0x9000


@pytest.mark.parametrize(("act", "pin", "tries"), STARTS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_tear_at_any_write_leaves_the_old_or_the_new(act: Act, pin: str | None, tries: int, moment: str) -> None:
    torn = 0
    for write in range(1, 20):
        memory = Memory()
        reader = VirtualReader("r", example_card(memory, key=KEY, pin=pin, pin_tries=tries))
        memory.on_write = tear(moment, write)
        try:
            act(reader.connect())
        except CardGone:
            torn += 1
            settle(memory, pin, tries)
        else:
            break
    assert torn == WRITES[act]


@pytest.mark.parametrize(("act", "pin", "tries"), STARTS)
@pytest.mark.parametrize("sent", [False, True])
def test_a_tear_at_any_command_leaves_the_old_or_the_new(act: Act, pin: str | None, tries: int, sent: bool) -> None:
    torn = 0
    for number in range(1, 20):
        memory = Memory()
        reader = VirtualReader("r", example_card(memory, key=KEY, pin=pin, pin_tries=tries))
        connection = reader.connect()
        try:
            act(CutAfter(connection, number, sent=sent))
        except CardGone:
            torn += 1
            connection.close()
            settle(memory, pin, tries)
        else:
            break
    assert torn == COMMANDS[act]


def test_a_try_is_written_before_the_comparison() -> None:
    memory = Memory()
    card = example_card(memory, key=KEY, pin=OLD_PIN)
    memory.on_write = tear("after")
    with pytest.raises(PowerLost):
        card.transmit(bytes.fromhex(verify(OLD_PIN)))
    assert memory.read("pin_tries") == 2


def test_a_try_of_the_reset_key_is_written_before_the_comparison() -> None:
    memory = Memory()
    card = example_card(memory, key=KEY, pin=OLD_PIN)
    memory.on_write = tear("after")
    with pytest.raises(PowerLost):
        Authority().unlock(card)
    assert memory.read("reset_key_tries") == 4


def test_pin_and_tries_change_in_one_write() -> None:
    memory = Memory()
    card = example_card(memory, key=KEY, pin=OLD_PIN, pin_tries=0)
    states = []
    memory.on_write = lambda moment: states.append((memory.read("pin"), memory.read("pin_tries")))
    before = memory.read("pin")
    Authority().unlock(card)
    assert (before, 3) not in states
    assert {tries for pin, tries in states if pin == before} == {0}
