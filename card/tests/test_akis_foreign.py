"""Real AKİS cards are looked at, verified and changed; nothing in their driver could do more."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator

import pytest
from akis_authority import NEW_PIN, OLD_PIN, WRONG_PIN, Authority, Recorder, sw, verify
from hypothesis import given, settings
from hypothesis import strategies as st

from anahtar_card.apdu import Command, Response
from anahtar_card.errors import CardError, ForeignCard, MalformedResponse, WrongPin
from anahtar_card.families.akis import basics, example
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.families.akis_foreign import driver as foreign_module
from anahtar_card.families.akis_foreign.driver import AkisForeignDriver
from anahtar_card.family import Grant, PinState
from anahtar_card.flow import Ask, Conversation, Send, converse
from anahtar_card.identify import driver_for
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory

ATR = bytes.fromhex("3B9F978131FE4580655443D2210831C073F6218081055B")
DRIVER = AkisForeignDriver()
GRANT = Grant(bytes(16), bytes(16))
HARMLESS = {0x20, 0x24, 0xA4, 0xB0, 0xCA}
LONG_ENOUGH = 60


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def card(memory: Memory) -> AkisCard:
    """A card with a foreign ATR; the PKCS#15 files of ours stand for those of the other authority."""
    return example_card(memory, pin=OLD_PIN, atr=ATR)


def talks() -> dict[str, Conversation[object]]:
    old, new = Pin(OLD_PIN), Pin(NEW_PIN)
    return {"look": DRIVER.look(), "verify": DRIVER.verify(old), "change": DRIVER.change(old, new)}


def test_the_reader_side_of_a_foreign_card_is_chosen_by_its_atr(card: AkisCard) -> None:
    assert isinstance(driver_for(card.power_on()), AkisForeignDriver)


def test_a_foreign_card_is_looked_at_without_using_a_try(card: AkisCard, memory: Memory) -> None:
    written = memory.writes
    look = converse(DRIVER.look(), card)
    assert (look.family, look.serial) == ("akis-foreign", example.SERIAL.hex().upper())
    assert (look.pin, look.pin_tries, look.puk_tries) == (PinState.ACTIVE, 3, None)
    assert (look.shortest_pin, look.longest_pin) == (6, 8)
    assert memory.writes == written


def test_a_dead_foreign_card_is_told_so(card: AkisCard, memory: Memory) -> None:
    memory.write(puk_tries=0)
    assert converse(DRIVER.look(), card).pin is PinState.CARD_DEAD


def test_a_foreign_pin_is_verified_and_changed(card: AkisCard) -> None:
    with pytest.raises(WrongPin) as refused:
        converse(DRIVER.verify(Pin(WRONG_PIN)), card)
    assert refused.value.tries_left == 2
    converse(DRIVER.change(Pin(OLD_PIN), Pin(NEW_PIN)), card)
    converse(DRIVER.verify(Pin(NEW_PIN)), card)
    assert sw(card, verify(OLD_PIN)) == 0x63C2


def test_the_pins_own_directory_is_current_when_it_is_compared(card: AkisCard) -> None:
    wire = Recorder(card)
    converse(DRIVER.verify(Pin(OLD_PIN)), wire)
    assert [command for command, _ in wire.spoken[-2:]] == ["00a40800043f00501500", verify(OLD_PIN).lower()]


@pytest.mark.parametrize(
    "act",
    [
        lambda: DRIVER.prove(GRANT),
        lambda: DRIVER.unlock(GRANT, Pin(NEW_PIN)),
        lambda: DRIVER.certificate(),
        lambda: DRIVER.sign(Pin(OLD_PIN), bytes(32)),
    ],
)
def test_every_other_act_is_refused_at_once(act: Callable[[], object]) -> None:
    with pytest.raises(ForeignCard):
        act()
    assert not DRIVER.can_unlock


def test_no_answer_of_a_card_makes_the_driver_send_more_than_is_harmless(card: AkisCard) -> None:
    for name in talks():
        for number in range(20):
            for answer in (0x9000, 0x6300, 0x63C1, 0x6982, 0x6983, 0x6985, 0x6A80, 0x6A82, 0x6A88, 0x6D00):
                card.power_off()
                for command in sent_when(talks()[name], card, number, answer):
                    assert command.ins in HARMLESS


def sent_when(talk: Conversation[object], card: AkisCard, number: int, sw: int) -> Iterator[Command]:
    """Walk a conversation, the `number`-th answer replaced by a status word, and yield what was sent."""
    try:
        step = next(talk)
        for position in range(LONG_ENOUGH):
            assert isinstance(step, Send)
            yield step.command
            honest = Response.decode(card.transmit(step.command.encode()))
            step = talk.send(Response(b"", sw) if position == number else honest)
    except (StopIteration, CardError):
        return


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["look", "verify", "change"]), st.lists(st.binary(max_size=80), min_size=1, max_size=30))
def test_rubbish_from_a_card_ends_in_a_card_error_and_harmless_commands(name: str, answers: list[bytes]) -> None:
    talk = talks()[name]
    try:
        step = next(talk)
        for answer in answers:
            assert not isinstance(step, Ask)
            assert step.command.ins in HARMLESS
            step = talk.send(Response(answer, 0x9000))
    except (StopIteration, CardError):
        pass


def test_the_code_of_the_foreign_driver_knows_no_other_instruction() -> None:
    """Every Command in what the driver can reach is made with one of five names, and those have the harmless bytes."""
    made = [call for module in (foreign_module, basics) for call in commands_made_in(inspect.getsource(module))]
    assert {getattr(basics, name) for name in made} == HARMLESS
    others = {"driver", "issuer", "messages", "send", "ask", "Ask", "Send", "Command"}
    assert not others & set(vars(foreign_module))


def commands_made_in(source: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Command"]
    names = [call.args[1] for call in made]
    assert all(isinstance(name, ast.Name) for name in names)
    return [name.id for name in names if isinstance(name, ast.Name)]


@pytest.mark.parametrize(
    "files",
    [
        {"3F0050155031": b""},
        {"3F0050155031": bytes.fromhex("A00A300804063F0050154402")},
        {"3F0050154401": bytes.fromhex("3000")},
        {"3F0050154401": b"\x30\x7f"},
    ],
)
def test_a_card_that_does_not_name_its_pin_is_not_guessed_at(
    card: AkisCard, memory: Memory, files: dict[str, bytes]
) -> None:
    memory.write(files=memory.read("files") | files)
    written = memory.writes
    with pytest.raises(MalformedResponse):
        converse(DRIVER.verify(Pin(OLD_PIN)), card)
    assert memory.writes == written


def test_the_security_officers_pin_is_not_the_holders(card: AkisCard, memory: Memory) -> None:
    objects = memory.read("files")["3F0050154401"]
    officer = objects.replace(bytes.fromhex("03020358"), bytes.fromhex("03020059"))  # soPin set
    assert officer != objects
    memory.write(files=memory.read("files") | {"3F0050154401": officer})
    with pytest.raises(MalformedResponse):
        converse(DRIVER.look(), card)
    memory.write(files=memory.read("files") | {"3F0050154401": officer + objects})
    assert converse(DRIVER.look(), card).pin_tries == 3


def test_an_unlock_of_a_foreign_card_is_refused_before_the_authority_hears_of_it(card: AkisCard) -> None:
    authority = Authority()
    with pytest.raises(ForeignCard):
        converse(DRIVER.unlock(authority.grant, Pin(NEW_PIN)), card, answer=authority.answer)
    assert authority.proof is None
