"""The counted faults and attacks on the card: by chance and many, where the other files try each kind once. A failing
case prints the number it grew from."""

from __future__ import annotations

import contextlib
import copy
import functools
import random
from collections.abc import Callable
from typing import Any

from akis_authority import DRIVER, ISSUER, NEW_PIN, OLD_PIN, WRONG_PIN, Authority, mac, sw, verify
from cryptography.hazmat.primitives.asymmetric import ec

from anahtar_card.errors import CardError, CardGone
from anahtar_card.families.akis import example, names
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.secrets_held import pin_of
from anahtar_card.families.akis.virtual import ACTS, AkisCard
from anahtar_card.family import Statement
from anahtar_card.flow import Transmits, converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory, tear
from anahtar_card.virtual_reader import VirtualReader

Counted = Callable[..., Any]
STARTS = [(OLD_PIN, 3), (OLD_PIN, 2), (OLD_PIN, 1), (OLD_PIN, 0), (None, 0)]
PARAMETERS = [0x00, 0x01, 0x02, 0x04, 0x08, 0x0C, 0x80, 0x81, 0x82, 0x83, 0x9A, 0x9E, 0xA1, 0xC3]
COUNTERS = ("pin_tries", "puk_tries", "reset_key_tries")
SECRETS = ("pin", "puk", "reset_key", "card_key", "signing_key", "files", "serial", "life_cycle", "key_version")


@functools.cache
def _made(pin: str | None, tries: int) -> Memory:
    memory = Memory()
    example_card(memory, key=ec.generate_private_key(ec.SECP384R1()), pin=pin, pin_tries=tries)
    return memory


def fresh(chance: random.Random) -> tuple[Memory, str | None, int]:
    """A finished card in one of the states in which people have them."""
    pin, tries = chance.choice(STARTS)
    return copy.deepcopy(_made(pin, tries)), pin, tries


def unlock(card: Transmits) -> object:
    return Authority().unlock(card)


def change(card: Transmits) -> object:
    return converse(DRIVER.change(Pin(OLD_PIN), Pin(NEW_PIN)), card)


def mistype(card: Transmits) -> object:
    return converse(DRIVER.verify(Pin(WRONG_PIN)), card)


class Cut:
    """A wire that is cut before or after its n-th command."""

    def __init__(self, card: Transmits, number: int, *, sent: bool) -> None:
        self._card, self._left, self._sent = card, number, sent

    def transmit(self, command: bytes) -> bytes:
        self._left -= 1
        if self._left == 0 and not self._sent:
            raise CardGone
        response = self._card.transmit(command)
        if self._left == 0:
            raise CardGone
        return response


def torn(chance: random.Random) -> bool:
    """Live one act, torn at a write or a command by chance; return whether the tear happened, the card found well."""
    memory, pin, tries = fresh(chance)
    connection = VirtualReader("r", AkisCard.open(memory)).connect()
    act, moment = chance.choice([unlock, change, mistype]), chance.choice(["before", "after"])
    card: Transmits = connection
    if chance.randrange(2):
        memory.on_write = tear(moment, chance.randrange(1, 7))
    else:
        card = Cut(connection, chance.randrange(1, 9), sent=moment == "after")
    happened = False
    try:
        act(card)
    except CardGone:
        happened = True
    except CardError:
        happened = False
    connection.close()
    memory.on_write = None
    well(memory, pin, tries)
    return happened


def well(memory: Memory, had: str | None, tries: int) -> None:
    """The card has its old PIN or the new one, no card is lost, and the next unlock works."""
    held = pin_of(memory)
    assert memory.read("life_cycle") == names.OPERATION
    assert memory.read("reset_key_tries") >= names.RESET_KEY_TRIES - 1
    assert memory.read("puk_tries") == names.PUK_TRIES
    assert (
        not held.exists
        if had is None and not held.exists
        else held.matches(OLD_PIN.encode()) or held.matches(NEW_PIN.encode())
    )
    assert tries == 0 or held.exists
    card = AkisCard.open(memory)
    Authority().unlock(card, "603817")
    assert sw(card, verify("603817")) == 0x9000


def test_a_card_torn_anywhere_is_the_old_or_the_new_one_and_can_be_unlocked(counted: Counted) -> None:
    row = counted("card torn at every command and memory write", small=3_000, large=50_000)
    done = number = 0
    while row.goes_on(done):
        try:
            done += torn(random.Random(number))
        except AssertionError as error:
            raise AssertionError(f"case {number}") from error
        number += 1
    row.did(done)


def hostile_command(chance: random.Random) -> bytes:
    """A command that somebody might send who knows the card's commands and none of its secrets."""
    if chance.random() < 0.2:
        return chance.randbytes(chance.randrange(30))
    head = bytes(chance.choice([*ACTS, (0x00, 0xC0), (0x10, 0x2A), (0x10, 0xA4)]))
    parameters = bytes(
        chance.choice([0, 1, 2, 4, 8, 0x0C, 0x80, 0x81, 0x82, 0x83, 0x9A, 0x9E, 0xA1, 0xC3]) for _ in "12"
    )
    data = chance.randbytes(chance.choice([0, 1, 6, 8, 14, 16, 32, 40]))
    return head + parameters + chance.choice([b"", bytes([len(data)]) + data, bytes([len(data)]) + data + b"\0", data])


def test_hostile_commands_change_nothing_and_only_spend_tries(counted: Counted) -> None:
    row = counted("hostile commands to the virtual cards", small=10_000, large=1_000_000)
    done = 0
    while row.goes_on(done):
        seed, chance = done, random.Random(done)
        memory, _, _ = fresh(chance)
        card = AkisCard.open(memory)
        before = {name: memory.read(name) for name in SECRETS}
        tries = {name: memory.read(name) for name in COUNTERS}
        for _ in range(40):
            answer = card.transmit(hostile_command(chance))
            assert answer[-2] & 0xF0 in (0x60, 0x90), seed
            now = {name: memory.read(name) for name in COUNTERS}
            assert all(0 <= now[name] <= tries[name] for name in COUNTERS), seed
            assert sum(tries.values()) - sum(now.values()) <= 1, seed
            tries = now
            done += 1
        assert {name: memory.read(name) for name in SECRETS if name != "life_cycle"} == {
            name: value for name, value in before.items() if name != "life_cycle"
        }, seed
        assert memory.read("life_cycle") == before["life_cycle"] or 0 in tries.values(), seed
    row.did(done)


class Desk:
    """The server's rules about consents: 3 proved tries or more, and after a failed cryptogram a day of nothing."""

    def __init__(self) -> None:
        self.hours, self.failed_at = 0.0, -24.0

    def answer(self, authority: Authority, challenge: bytes) -> bytes:
        statement: Statement = ISSUER.read_proof(authority.record, authority.grant, challenge, mac)
        if statement.key_tries < names.LEAST_RESET_KEY_TRIES or self.hours - self.failed_at < 24:
            raise NoConsent
        authority.proof = statement
        return authority.answer(challenge)


class NoConsent(Exception):
    """The server refuses; the card is sent nothing more."""


class BadWire:
    """A wire that may spoil a cryptogram, lose its answer, or break."""

    def __init__(self, card: Transmits, chance: random.Random) -> None:
        self._card, self._chance = card, chance

    def transmit(self, command: bytes) -> bytes:
        fate = self._chance.random()
        if command[1] == 0x82 and fate < 0.6:
            spoiled = bytearray(command)
            spoiled[5 + self._chance.randrange(16)] ^= 1 << self._chance.randrange(8)
            return self._card.transmit(bytes(spoiled))
        if fate < 0.05:
            raise CardGone
        response = self._card.transmit(command)
        if fate > 0.95:
            raise CardGone
        return response


def attempts(chance: random.Random) -> None:
    """Unlock one card again and again, over a wire that spoils much, as often as anyone likes."""
    memory, _, _ = fresh(chance)
    desk = Desk()
    for _ in range(10):
        desk.hours += chance.choice([0.0, 0.1, 5.0, 30.0, 100.0])
        before = memory.read("reset_key_tries")
        card = AkisCard.open(memory)
        authority = Authority(chance.randbytes(16))
        with contextlib.suppress(CardError, NoConsent):
            converse(
                DRIVER.unlock(authority.grant, Pin(NEW_PIN)),
                BadWire(card, chance),
                answer=lambda challenge, authority=authority: desk.answer(authority, challenge),
            )
        if memory.read("reset_key_tries") < before:
            desk.failed_at = desk.hours
        assert memory.read("reset_key_tries") >= names.LEAST_RESET_KEY_TRIES - 1
        assert memory.read("life_cycle") == names.OPERATION


def test_the_administration_keys_tries_outlast_whatever_our_program_lives_through(counted: Counted) -> None:
    """Our driver with the server's rules, on a wire that spoils cryptograms: what happens when the program is not ours
    and sends cryptograms of its own, no protocol of this kind can prevent (docs/threats)."""
    row = counted("administration key's tries under arbitrary behaviour of the program", small=2_000, large=100_000)
    for number in row.rounds():
        try:
            attempts(random.Random(number))
        except AssertionError as error:
            raise AssertionError(f"case {number}") from error
        row.did(1)
    assert example.RECORD.pin_reference == names.PIN_REFERENCE
