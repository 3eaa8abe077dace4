"""What every reader promises, as tests; and the small card that they are tried with.

A test class inherits ReaderContract and has a fixture `place`: a reader with ways to put a card in and to pull it.
"""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from anahtar_card.errors import CardGone, CardMute, CardShared, NoCard
from anahtar_card.reader import Reader
from anahtar_card.virtual import PowerLost

ECHO_ATR = bytes.fromhex("3B80800101")
ECHO = bytes.fromhex("00EE0000")
COUNT = bytes.fromhex("00C1000000")
TEAR = bytes.fromhex("00DE000000")


class EchoCard:
    """Answers ECHO with the command itself, COUNT with how many commands it took since power-on, and dies of TEAR."""

    def __init__(self, atr: bytes = ECHO_ATR) -> None:
        self.atr = atr
        self.commands: list[bytes] = []
        self.powered = False
        self._count = 0

    def power_on(self) -> bytes:
        self.powered, self._count = True, 0
        return self.atr

    def power_off(self) -> None:
        self.powered, self._count = False, 0

    def transmit(self, command: bytes) -> bytes:
        assert self.powered
        self.commands.append(command)
        self._count += 1
        if command == TEAR:
            raise PowerLost
        return (bytes([self._count]) if command == COUNT else command) + b"\x90\x00"


class Place(Protocol):
    reader: Reader

    def insert(self, card: Any) -> None:
        """Put a card in; return when the reader knows of it."""
        ...

    def remove(self) -> None:
        """Pull the card."""
        ...


class ReaderContract:
    def test_an_empty_reader_says_that_no_card_is_there(self, place: Place) -> None:
        with pytest.raises(NoCard):
            place.reader.connect()

    def test_a_card_tells_its_answer_to_reset(self, place: Place) -> None:
        place.insert(EchoCard())
        with place.reader.connect() as card:
            assert card.atr == ECHO_ATR

    def test_commands_reach_the_card_and_answers_come_back_whole(self, place: Place) -> None:
        place.insert(EchoCard())
        short, extended = b"\xff" + bytes(range(255)), b"\x00\x03\xe8" + bytes(1000)
        with place.reader.connect() as card:
            for body in (b"", b"\x00", short, short + b"\x00", extended):
                assert card.transmit(ECHO + body) == ECHO + body + b"\x90\x00"

    def test_an_open_card_is_refused_to_anyone_else_and_stays_open(self, place: Place) -> None:
        place.insert(EchoCard())
        with place.reader.connect() as card:
            card.transmit(COUNT)
            with pytest.raises(CardShared):
                place.reader.connect()
            assert card.transmit(COUNT) == b"\x02\x90\x00"

    def test_leaving_resets_the_card_so_that_nothing_verified_stays_behind(self, place: Place) -> None:
        place.insert(EchoCard())
        with place.reader.connect() as card:
            card.transmit(COUNT)
        with place.reader.connect() as card:
            assert card.transmit(COUNT) == b"\x01\x90\x00"

    def test_a_closed_connection_may_be_closed_again_and_sends_nothing_more(self, place: Place) -> None:
        echo = EchoCard()
        place.insert(echo)
        card = place.reader.connect()
        card.close()
        card.close()
        with pytest.raises(CardGone):
            card.transmit(ECHO)
        assert echo.commands == []

    def test_a_pulled_card_ends_the_connection_and_one_put_back_answers_anew(self, place: Place) -> None:
        place.insert(EchoCard())
        card = place.reader.connect()
        card.transmit(COUNT)
        place.remove()
        with pytest.raises(CardGone):
            card.transmit(COUNT)
        place.insert(EchoCard())
        with pytest.raises(CardGone):
            card.transmit(COUNT)
        card.close()
        with place.reader.connect() as again:
            assert again.transmit(COUNT) == b"\x01\x90\x00"

    def test_a_card_that_loses_power_inside_a_command_is_gone(self, place: Place) -> None:
        place.insert(EchoCard())
        with place.reader.connect() as card, pytest.raises(CardGone):
            card.transmit(TEAR)

    def test_a_mute_card_is_told_from_an_empty_reader(self, place: Place) -> None:
        place.insert(EchoCard(atr=b""))
        with pytest.raises(CardMute):
            place.reader.connect()
