"""Bildiğim PIN'i değiştir: no server, no surprise."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import FOREIGN_ATR, NEW, OLD, OTHER_SERIAL, Desk, card_memory, reader_with

from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.pin import Pin
from anahtar_card.virtual_reader import VirtualReaders
from anahtar_desktop.ending import Outcome
from anahtar_desktop.ports import ActivePin
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem


def test_a_known_pin_is_changed_without_a_server(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory())
    ending = desk.assistant.change()
    assert (ending.outcome, ending.pin) == (Outcome.DONE, ActivePin.NEW)
    assert desk.has_pin(NEW)
    assert desk.server.calls == []
    assert desk.view.told[-1] is Text.DONE


def test_a_real_akis_cards_pin_can_be_changed_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), atr=FOREIGN_ATR)
    assert desk.assistant.change().outcome is Outcome.DONE
    assert desk.view.cards[0][0].can_unlock is False
    assert desk.has_pin(NEW)


def test_a_wrong_pin_is_said_with_the_tries_left_and_the_old_one_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), script={"old_pin": "246802"})
    ending = desk.assistant.change()
    assert (ending.outcome, ending.problem, ending.facts) == (Outcome.REFUSED, Problem.PIN_WRONG, {"tries_left": 2})
    assert desk.has_pin(OLD)
    assert (Text.TRUTH_OLD, {"tries": 2}) in desk.view.texts


def test_tries_are_shown_before_the_pin_is_asked(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 2))
    desk.assistant.change()
    look = desk.view.cards[0][0].look
    assert look is not None
    assert look.pin_tries == 2


def test_the_last_try_is_not_used_without_the_typed_confirmation(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 1), script={"old_pin": "246802"})
    assert desk.assistant.change().problem is Problem.PIN_LAST_TRY
    assert desk.tries == 1


def test_the_last_try_is_used_by_who_types_the_serials_last_digits(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 1), script={"last_digits": " 3a3b "})
    assert desk.assistant.change().outcome is Outcome.DONE
    assert desk.tries == 3


def test_a_wrong_last_try_says_that_the_pin_is_locked_now(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 1), script={"last_digits": "3A3B", "old_pin": "246802"})
    ending = desk.assistant.change()
    assert (ending.problem, ending.facts) == (Problem.PIN_LOCKED, {})
    assert Text.TRUTH_LOCKED in desk.view.told


def test_a_try_used_by_others_meanwhile_stops_before_the_last(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 2))

    class Meanwhile(type(desk.view)):  # type: ignore[misc]
        def ask_new_pin(self, *given: object) -> tuple[Pin, Pin]:
            desk.memory.write(pin_tries=1)
            pins: tuple[Pin, Pin] = super().ask_new_pin(*given)
            return pins

    desk.view.__class__ = Meanwhile
    assert desk.assistant.change().problem is Problem.PIN_LAST_TRY
    assert desk.tries == 1


@pytest.mark.parametrize(
    ("pin", "tries", "problem"),
    [(OLD, 0, Problem.PIN_LOCKED), (None, 0, Problem.PIN_NONE_YET)],
)
def test_where_no_pin_can_be_known_none_is_asked(pin: str | None, tries: int, problem: Problem, tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(pin, tries))
    assert desk.assistant.change().problem is problem
    assert "pin" not in desk.view.counts


@pytest.mark.parametrize("typed", ["", "12345", "123456789"])
def test_a_pin_that_the_card_cannot_have_is_refused_here_and_costs_nothing(typed: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), script={"old_pins": [typed]})
    assert desk.assistant.change().outcome is Outcome.DONE
    assert desk.view.problem_codes == [Problem.PIN_LENGTH]


def test_among_several_cards_the_chosen_one_is_changed(tmp_path: Path) -> None:
    other = card_memory("135790", 3, serial=OTHER_SERIAL)
    writes = other.writes
    desk = Desk(tmp_path, card_memory(), others=[reader_with(other, "Okuyucu 0")], script={"reader": "Okuyucu 1"})
    assert desk.assistant.change().outcome is Outcome.DONE
    assert other.writes == writes


def test_a_card_swapped_while_the_person_typed_is_left_alone(tmp_path: Path) -> None:
    other = card_memory(OLD, 3, serial=OTHER_SERIAL)
    writes = other.writes
    desk = Desk(tmp_path, card_memory())

    class Swapping(type(desk.view)):  # type: ignore[misc]
        def ask_new_pin(self, *given: object) -> tuple[Pin, Pin]:
            desk.plain.insert(AkisCard.open(other))
            pins: tuple[Pin, Pin] = super().ask_new_pin(*given)
            return pins

    desk.view.__class__ = Swapping
    ending = desk.assistant.change()
    assert (ending.problem, ending.facts, ending.pin) == (Problem.CARD_OTHER, {"serial": "…3A3B"}, None)
    assert other.writes == writes


def test_no_card_at_all_asks_for_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for readers, problem in ((VirtualReaders([]), Problem.NO_READER), (VirtualReaders([desk.plain]), Problem.NO_CARD)):
        desk.plain.remove()
        desk.readers = readers
        assert desk.assistant.change().outcome is Outcome.CANCELLED
        assert desk.view.wanted[-1].problem is problem
    assert desk.view.told[-1] is Text.LEFT_BEHIND_NOTHING


def test_the_card_is_free_again_after_every_ending(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), script={"old_pin": "246802"})
    desk.assistant.change()
    with desk.plain.connect() as connection:
        assert connection.atr


def test_the_pins_are_wiped_at_the_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory())
    typed: list[Pin] = []

    class Keeping(type(desk.view)):  # type: ignore[misc]
        def ask_pin(self, *given: object) -> Pin:
            typed.append(super().ask_pin(*given))
            return typed[-1]

        def ask_new_pin(self, *given: object) -> tuple[Pin, Pin]:
            pins: tuple[Pin, Pin] = super().ask_new_pin(*given)
            typed.extend(pins)
            return pins

    desk.view.__class__ = Keeping
    desk.assistant.change()
    assert [len(pin) for pin in typed] == [0, 0, 0]
