"""PIN and PUK on the family's card: what is compared, what it costs, what kills the card."""

from __future__ import annotations

import pytest
from akis_authority import DRIVER, NEW_PIN, OLD_PIN, WRONG_PIN, Authority, sw, verify

from anahtar_card.errors import (
    CardDead,
    MalformedResponse,
    NoPinYet,
    PinLocked,
    PinRefused,
    StatusError,
    UnknownCard,
    WrongPin,
)
from anahtar_card.families.akis import basics, example
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import Look, PinState
from anahtar_card.flow import Conversation, Send, converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory

WRONG_PUK = "0020008208" + "39" * 8


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def card(memory: Memory) -> AkisCard:
    return example_card(memory, pin=OLD_PIN)


def test_a_look_tells_serial_state_tries_and_bounds_and_uses_no_try(card: AkisCard, memory: Memory) -> None:
    written = memory.writes
    expected = Look("akis", example.SERIAL.hex().upper(), PinState.ACTIVE, 3, 3, 6, 8)
    assert converse(DRIVER.look(), card) == expected
    assert memory.writes == written


def test_a_look_counts_down_to_locked(card: AkisCard) -> None:
    for tries, state in ((2, PinState.ACTIVE), (1, PinState.ACTIVE), (0, PinState.LOCKED)):
        assert sw(card, verify(WRONG_PIN)) == 0x63C0 + tries
        look = converse(DRIVER.look(), card)
        assert (look.pin, look.pin_tries) == (state, tries)


def test_a_verified_card_does_not_tell_its_tries(card: AkisCard) -> None:
    converse(DRIVER.verify(Pin(OLD_PIN)), card)
    look = converse(DRIVER.look(), card)
    assert (look.pin, look.pin_tries) == (PinState.ACTIVE, None)
    card.power_off()
    assert converse(DRIVER.look(), card).pin_tries == 3


def test_three_wrong_pins_lock_the_pin_even_for_the_right_one(card: AkisCard) -> None:
    for left in (2, 1, 0):
        with pytest.raises(WrongPin) as refused:
            converse(DRIVER.verify(Pin(WRONG_PIN)), card)
        assert refused.value.tries_left == left
    with pytest.raises(PinLocked):
        converse(DRIVER.verify(Pin(OLD_PIN)), card)


def test_the_right_pin_gives_the_tries_back(card: AkisCard, memory: Memory) -> None:
    sw(card, verify(WRONG_PIN))
    sw(card, verify(WRONG_PIN))
    assert memory.read("pin_tries") == 1
    assert sw(card, verify(OLD_PIN)) == 0x9000
    assert memory.read("pin_tries") == 3


def test_a_card_without_a_pin_says_so() -> None:
    card = example_card(Memory())
    with pytest.raises(NoPinYet):
        converse(DRIVER.verify(Pin(OLD_PIN)), card)
    with pytest.raises(NoPinYet):
        converse(DRIVER.change(Pin(OLD_PIN), Pin(NEW_PIN)), card)


def test_a_known_pin_is_changed(card: AkisCard) -> None:
    converse(DRIVER.change(Pin(OLD_PIN), Pin(NEW_PIN)), card)
    assert sw(card, verify(OLD_PIN)) == 0x63C2
    assert sw(card, verify(NEW_PIN)) == 0x9000


def test_a_change_with_a_wrong_old_pin_costs_a_try_and_changes_nothing(card: AkisCard) -> None:
    with pytest.raises(WrongPin) as refused:
        converse(DRIVER.change(Pin(WRONG_PIN), Pin(NEW_PIN)), card)
    assert refused.value.tries_left == 2
    assert sw(card, verify(OLD_PIN)) == 0x9000


@pytest.mark.parametrize("new", ["12345", "1234567", "55555555", "7654321", "123456789", "12345a"])
def test_a_change_to_a_pin_against_the_rule_costs_no_try(card: AkisCard, memory: Memory, new: str) -> None:
    written = memory.writes
    with pytest.raises(PinRefused):
        converse(DRIVER.change(Pin(OLD_PIN), Pin(new)), card)
    assert memory.writes == written


@pytest.mark.parametrize("data", ["", "06", "06373339", "06373339313530", "0637333931353006", "00" + "06" + "31" * 6])
def test_a_change_cut_short_costs_no_try(card: AkisCard, memory: Memory, data: str) -> None:
    written = memory.writes
    assert sw(card, "00240201" + (f"{len(data) // 2:02X}{data}" if data else "")) == 0x6700
    assert memory.writes == written


@pytest.mark.parametrize("block", ["31" * 3, "31" * 17])
def test_a_pin_of_impossible_length_costs_no_try(card: AkisCard, memory: Memory, block: str) -> None:
    written = memory.writes
    assert sw(card, f"00200081{len(block) // 2:02X}{block}") == 0x6700
    assert memory.writes == written


def test_only_commands_after_which_the_pin_may_be_another_are_marked(card: AkisCard) -> None:
    changing = []
    converse(
        DRIVER.change(Pin(OLD_PIN), Pin(NEW_PIN)), card, before_change=lambda command: changing.append(command.header)
    )
    converse(DRIVER.verify(Pin(NEW_PIN)), card, before_change=lambda command: changing.append(command.header))
    assert [header.hex() for header in changing] == ["00240201"]


def test_three_wrong_puks_kill_the_card(card: AkisCard, memory: Memory) -> None:
    assert sw(card, "00200082") == 0x63C3
    for left in (2, 1, 0):
        assert sw(card, WRONG_PUK) == 0x63C0 + left
    look = converse(DRIVER.look(), card)
    assert (look.pin, look.pin_tries, look.puk_tries) == (PinState.CARD_DEAD, None, 0)
    with pytest.raises(CardDead):
        converse(DRIVER.verify(Pin(OLD_PIN)), card)
    with pytest.raises(CardDead):
        converse(DRIVER.change(Pin(OLD_PIN), Pin(NEW_PIN)), card)
    with pytest.raises(StatusError):
        Authority().unlock(card)


def test_puks_count_in_whatever_command_they_come(card: AkisCard, memory: Memory) -> None:
    reset_with_puk = "002C00810E" + "39" * 8 + NEW_PIN.encode().hex()
    for command, left in ((reset_with_puk, 2), (WRONG_PUK, 1), (reset_with_puk, 0)):
        assert sw(card, command) == 0x63C0 + left
    assert card.life_cycle == 0xAA


def test_a_dead_card_still_tells_who_it_was(card: AkisCard, memory: Memory) -> None:
    memory.write(puk_tries=0)
    assert converse(DRIVER.look(), card).serial == example.SERIAL.hex().upper()
    assert converse(DRIVER.certificate(), card)


def test_the_cards_own_puk_sets_a_pin_but_nobody_knows_it(memory: Memory) -> None:
    card = example_card(memory, pin=OLD_PIN, pin_tries=0, chance=lambda length: bytes(length))
    assert sw(card, "002C00810E" + "30" * 8 + NEW_PIN.encode().hex()) == 0x9000  # the draw of a card without chance
    assert sw(card, verify(NEW_PIN)) == 0x9000
    assert "PUK" not in repr(card)


def test_no_conversation_of_ours_sends_a_puk() -> None:
    pin, authority = Pin(OLD_PIN), Authority()
    talks: list[Conversation[object]] = [
        DRIVER.look(), DRIVER.verify(pin), DRIVER.change(pin, Pin(NEW_PIN)), DRIVER.prove(authority.grant),
        DRIVER.unlock(authority.grant, Pin(NEW_PIN)), DRIVER.certificate(), DRIVER.sign(pin, bytes(32)),
    ]  # fmt: skip
    for talk in talks:
        card = example_card(Memory(), pin=OLD_PIN)

        class Watching:
            def __init__(self, card: AkisCard) -> None:
                self._card = card

            def transmit(self, command: bytes) -> bytes:
                assert not (command[1] == 0x20 and command[3] == 0x82)
                assert not (command[1] == 0x2C and command[2] != 0x02)
                return self._card.transmit(command)

        converse(talk, Watching(card), answer=authority.answer)


def test_a_card_without_our_application_is_unknown() -> None:
    class Other:
        def transmit(self, command: bytes) -> bytes:
            return b"\x6a\x82"

    for talk in (DRIVER.look(), DRIVER.verify(Pin(OLD_PIN)), DRIVER.unlock(Authority().grant, Pin(NEW_PIN))):
        with pytest.raises(UnknownCard):
            converse(talk, Other())


def test_an_unknown_answer_to_the_question_for_tries_is_no_wrong_pin(card: AkisCard) -> None:
    class Odd:
        def transmit(self, command: bytes) -> bytes:
            return b"\x6d\x00"

    with pytest.raises(StatusError):
        converse(basics.read_pin_state(0x81), Odd())


def test_a_pin_is_not_in_the_memory_nor_in_what_prints(card: AkisCard, memory: Memory) -> None:
    held = b"".join(value for name in ("pin", "puk") for value in [memory.read(name)])
    assert OLD_PIN.encode() not in held
    step = next(DRIVER.unlock(Authority().grant, Pin(NEW_PIN)))
    assert isinstance(step, Send)
    assert NEW_PIN not in repr(step) + repr(card) + repr(Pin(NEW_PIN))


@pytest.mark.parametrize(
    ("control", "piece"),
    [
        ("6F05800300FFFF", b""),  # longer than READ BINARY can reach
        ("6F048002" + "0010", b"\x00" * 15),
        ("6F048002" + "0010", b"\x00" * 17),
        ("6F048002" + "0010", b""),
    ],
)
def test_a_file_that_lies_about_its_length_is_not_read_for_ever(control: str, piece: bytes) -> None:
    class Lying:
        def transmit(self, command: bytes) -> bytes:
            return (bytes.fromhex(control) if command[1] == 0xA4 else piece) + b"\x90\x00"

    with pytest.raises(MalformedResponse):
        converse(DRIVER.certificate(), Lying())
