"""A reader that breaks at the command it is told to, and nowhere else."""

from __future__ import annotations

import pytest
from reader_contract import COUNT, ECHO, EchoCard

from anahtar_card.errors import CardGone, CardMute
from anahtar_card.fault_reader import (
    CUT_AFTER,
    CUT_BEFORE,
    MUTE,
    RESET_BY_OTHER,
    At,
    Fault,
    FaultReader,
    Rubbish,
    Slow,
    Swap,
)
from anahtar_card.virtual_reader import VirtualReader

OK = b"\x90\x00"


@pytest.fixture
def card() -> EchoCard:
    return EchoCard()


def broken(card: EchoCard, *plan: tuple[At, Fault]) -> FaultReader:
    return FaultReader(VirtualReader("Virtual", card), plan)


@pytest.mark.parametrize(("fault", "seen"), [(CUT_BEFORE, 1), (CUT_AFTER, 2), (RESET_BY_OTHER, 1), (MUTE, 1)])
def test_a_cut_takes_the_connection_before_or_after_the_card_worked(card: EchoCard, fault: Fault, seen: int) -> None:
    reader = broken(card, (2, fault))
    connection = reader.connect()
    assert connection.transmit(ECHO) == ECHO + OK
    for _ in range(2):
        with pytest.raises(CardGone):
            connection.transmit(ECHO)
    assert len(card.commands) == seen
    assert not card.powered


@pytest.mark.parametrize("fault", [CUT_BEFORE, CUT_AFTER, RESET_BY_OTHER])
def test_after_a_cut_the_card_can_be_opened_again_and_remembers_nothing_volatile(card: EchoCard, fault: Fault) -> None:
    reader = broken(card, (1, fault))
    with reader.connect() as connection, pytest.raises(CardGone):
        connection.transmit(COUNT)
    with reader.connect() as connection:
        assert connection.transmit(COUNT) == b"\x01" + OK


def test_a_mute_card_stays_mute_until_healed(card: EchoCard) -> None:
    reader = broken(card, (1, MUTE))
    for _ in range(2):
        with pytest.raises(CardMute):
            reader.connect()
    reader.heal()
    with reader.connect() as connection:
        assert connection.transmit(ECHO) == ECHO + OK


def test_a_card_that_falls_mute_between_two_commands_cannot_be_opened_again(card: EchoCard) -> None:
    reader = broken(card, (2, MUTE))
    with reader.connect() as connection:
        connection.transmit(ECHO)
        with pytest.raises(CardGone):
            connection.transmit(ECHO)
    with pytest.raises(CardMute):
        reader.connect()


def test_a_swapped_card_answers_silently_from_its_command_on_and_in_later_connections(card: EchoCard) -> None:
    other = EchoCard()
    reader = broken(card, (2, Swap(VirtualReader("Other", other))))
    with reader.connect() as connection:
        counts = [connection.transmit(COUNT) for _ in range(3)]
    assert counts == [b"\x01" + OK, b"\x01" + OK, b"\x02" + OK]
    with reader.connect() as connection:
        connection.transmit(ECHO)
    assert (len(card.commands), len(other.commands)) == (1, 3)
    assert not card.powered


def test_a_slow_command_waits_and_is_answered(card: EchoCard) -> None:
    waited: list[float] = []
    with broken(card, (1, Slow(4.5, waited.append))).connect() as connection:
        assert connection.transmit(ECHO) == ECHO + OK
    assert waited == [4.5]


def test_rubbish_comes_in_the_place_of_one_answer(card: EchoCard) -> None:
    with broken(card, (1, Rubbish(b"\x00"))).connect() as connection:
        assert [connection.transmit(COUNT) for _ in range(2)] == [b"\x00", b"\x02" + OK]


def test_a_fault_finds_its_command_by_the_head_and_happens_once(card: EchoCard) -> None:
    reader = broken(card, (lambda head: head[1] == 0xC1, Rubbish(b"\x00")))
    with reader.connect() as connection:
        answers = [connection.transmit(command) for command in (ECHO, COUNT, COUNT)]
    assert answers == [ECHO + OK, b"\x00", b"\x03" + OK]


def test_commands_are_counted_through_all_connections_and_logged_without_their_data(card: EchoCard) -> None:
    reader = broken(card, (3, CUT_BEFORE))
    with reader.connect() as connection:
        connection.transmit(ECHO + b"\x06135790")
    with reader.connect() as connection:
        connection.transmit(COUNT)
        with pytest.raises(CardGone):
            connection.transmit(ECHO)
    assert reader.commands == 3
    assert reader.log == [ECHO, COUNT[:4], ECHO]
    assert b"135790" not in repr(vars(reader)).encode()
