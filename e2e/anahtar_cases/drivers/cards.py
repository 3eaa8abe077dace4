"""Cards and readers: absent, wrong, mute, slow, pulled at each step, reset by another program."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from anahtar_story import holder

from anahtar_card.fault_reader import CUT_AFTER, CUT_BEFORE, MUTE, RESET_BY_OTHER, At, Fault, Rubbish, Slow, Swap
from anahtar_card.pcsc import PcscReaders
from anahtar_card.virtual import locked_file
from anahtar_card.virtual_reader import FileReader, VirtualReaders
from anahtar_cases.proxy import Answer, Asked, Proxy, at
from anahtar_cases.world import SEAL, Happened, Visit, World
from anahtar_desktop.readers import open_card

GET_CHALLENGE, INTERNAL_AUTHENTICATE, EXTERNAL_AUTHENTICATE = 0x84, 0x88, 0x82
RESET_RETRY_COUNTER, VERIFY, SELECT = 0x2C, 0x20, 0xA4
REFUSED_BY_CARD, AT_THE_DESK = 2, 3
SERVICE = "PCSCLITE_CSOCK_NAME"


def _ins(instruction: int, p1: int | None = None) -> Callable[[bytes], bool]:
    """Choose a command by its INS, and P1 where it matters."""
    return lambda head: head[1] == instruction and p1 in (None, head[2])


def _with(world: World, *plan: tuple[At, Fault], tries: int = 0) -> Visit:
    """Run the whole unlock with a card that fails as planned."""
    visit = world.visit(tries=tries)
    visit.program(plan=plan)
    return visit


def no_reader(world: World) -> Happened:
    """No reader is plugged in."""
    visit = world.visit()
    visit.program(readers=VirtualReaders([]))
    return visit.happened()


def no_reader_service(world: World) -> Happened:
    """The computer's card service does not run."""
    visit, before = world.visit(), os.environ.get(SERVICE)
    os.environ[SERVICE] = str(world.stage.folder / "no-such-service")
    try:
        visit.program(readers=PcscReaders())
    finally:
        os.environ.pop(SERVICE) if before is None else os.environ.update({SERVICE: before})
    return visit.happened()


def no_card(world: World) -> Happened:
    """The reader is empty."""
    visit = world.visit()
    empty = FileReader("Okuyucu 1", world.stage.folder / "no-card", open_card)
    visit.program(readers=VirtualReaders([empty]))
    return visit.happened()


def other_persons_card(world: World) -> Happened:
    """Another person's card is in the reader, and stays as it is."""
    visit, other = world.visit(), world.card(SEAL)
    before = other.read_bytes()
    visit.program(readers=visit.only(other))
    assert other.read_bytes() == before, "the other card is left alone"
    return visit.happened()


def two_cards(world: World) -> Happened:
    """Two cards in two readers: the right one is found by its number, the other left alone."""
    visit, other = world.visit(), world.card(SEAL)
    before = other.read_bytes()
    visit.program(readers=VirtualReaders([FileReader("Okuyucu 2", other, open_card), visit.reader()]))
    assert other.read_bytes() == before, "the other card is left alone"
    return visit.happened()


def mute(world: World) -> Happened:
    """Upside down: the card gives no answer."""
    return _with(world, (1, MUTE), tries=2).happened()


def held_by_another_program(world: World) -> Happened:
    """Another program has the card for itself."""
    visit = world.visit()
    with locked_file(visit.card):
        visit.program()
    return visit.happened()


def slow(world: World) -> Happened:
    """The card takes a second for the command that changes it."""
    return _with(world, (_ins(RESET_RETRY_COUNTER), Slow(1.0, time.sleep))).happened()


def rubbish(world: World) -> Happened:
    """The card answers its challenge with one byte."""
    return _with(world, (_ins(GET_CHALLENGE), Rubbish(b"\x00")), tries=2).happened()


def pulled_while_looking(world: World) -> Happened:
    """The link breaks at the first look; the next look works."""
    return _with(world, (1, CUT_BEFORE)).happened()


def pulled_before_its_proof(world: World) -> Happened:
    """Pulled before the card has proved itself: nothing was released."""
    return _with(world, (_ins(GET_CHALLENGE), CUT_BEFORE)).happened()


def pulled_before_the_consent_is_used(world: World) -> Happened:
    """The consent was recorded; the card never saw it."""
    return _with(world, (_ins(EXTERNAL_AUTHENTICATE), CUT_BEFORE)).happened()


def pulled_before_the_change(world: World) -> Happened:
    """Pulled when the command that sets the PIN left."""
    return _with(world, (_ins(RESET_RETRY_COUNTER), CUT_BEFORE)).happened()


def pulled_after_the_change(world: World) -> Happened:
    """The card has the new PIN; its answer is lost."""
    return _with(world, (_ins(RESET_RETRY_COUNTER), CUT_AFTER)).happened()


def pulled_before_the_new_pin_was_verified(world: World) -> Happened:
    """The PIN is set, the link breaks before it is tried."""
    return _with(world, (_is_unlocks_verify(), CUT_BEFORE)).happened()


def pulled_before_its_evidence(world: World) -> Happened:
    """The PIN is set and tried; the card's report is lost."""
    return _with(world, (_ins(INTERNAL_AUTHENTICATE, 0x01), CUT_BEFORE)).happened()


def _is_unlocks_verify() -> Callable[[bytes], bool]:
    """The VERIFY that follows the reset, not the question for the tries before it."""
    reset = False

    def chosen(head: bytes) -> bool:
        nonlocal reset
        reset = reset or head[1] == RESET_RETRY_COUNTER
        return reset and head[1] == VERIFY

    return chosen


def reset_by_another_program(world: World) -> Happened:
    """Another program resets the card between the consent and the change."""
    return _with(world, (_ins(RESET_RETRY_COUNTER), RESET_BY_OTHER)).happened()


def swapped_before_its_proof(world: World) -> Happened:
    """Another card is put in silently, and proves itself: not the one of this unlock."""
    visit, other = world.visit(), world.card(SEAL)
    visit.program(plan=[(_ins(GET_CHALLENGE), Swap(FileReader("Okuyucu 1", other, open_card)))])
    assert holder.look(FileReader("", other, open_card)).pin.value == "none-yet", "the other card is as it was"
    return visit.happened()


def does_not_believe_the_authority(world: World) -> Happened:
    """The cryptogram was altered on its way: the card refuses it and counts that against the authority's key."""
    visit = world.visit(REFUSED_BY_CARD, tries=0)
    with Proxy(world.stage.portal, at("consent", _altered)) as proxy:
        visit.program(server=proxy.address)
    return visit.happened()


def to_the_desk_after_a_failed_cryptogram(world: World) -> Happened:
    """After one failed cryptogram the authority makes no other for this card for a day."""
    first = world.visit(AT_THE_DESK, tries=0)
    with Proxy(world.stage.portal, at("consent", _altered)) as proxy:
        first.program(server=proxy.address)
    kept = first.card.read_bytes()
    world.end_case()
    visit = world.visit(AT_THE_DESK, tries=0)
    visit.card.write_bytes(kept)  # the very card, not as it was at first
    visit.program()
    return visit.happened()


def _altered(asked: Asked) -> Answer:
    """Change one digit of the cryptogram."""
    answer, before = asked.pass_on(), b'"answer":"'
    head, digits = answer.body.split(before)
    return Answer(answer.status, head + before + (b"1" if digits[:1] == b"0" else b"0") + digits[1:])


def no_pin_yet(world: World) -> Happened:
    """A seal's card that never had a PIN gets its first one."""
    visit = world.visit(SEAL)
    visit.program()
    return visit.happened()
