"""A PIN stays out of sight, a new one meets the rule, and status words mean what the standard says."""

from __future__ import annotations

import copy
import json
import logging
import pickle

import pytest

from anahtar_card.apdu import Command, Response
from anahtar_card.errors import CardError, NoPinYet, PinLocked, PinRefused, StatusError, WrongPin
from anahtar_card.pin import Pin, PinFault, PinRule
from anahtar_card.status import expect_ok, pin_error, tries_in

DIGITS = "135790"


def test_a_pin_shows_itself_in_no_way_of_printing(caplog: pytest.LogCaptureFixture) -> None:
    pin = Pin(DIGITS)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("anahtar").debug("%s %r", pin, {"pin": pin})
    texts = [repr(pin), str(pin), f"{pin}", f"{pin!r:>20}", "%s" % pin, format(pin), ascii([pin]), caplog.text]  # noqa: UP031
    assert len(caplog.records) == 1
    assert not any(DIGITS in text or DIGITS.encode().hex() in text for text in texts)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pin_is_neither_pickled_nor_copied(protocol: int) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Pin(DIGITS), protocol)
    with pytest.raises(TypeError):
        copy.deepcopy({"pin": Pin(DIGITS)})


def test_a_pin_has_no_hash_no_fields_and_no_json() -> None:
    pin = Pin(DIGITS)
    with pytest.raises(TypeError):
        hash(pin)
    with pytest.raises(TypeError):
        vars(pin)
    with pytest.raises(TypeError):
        json.dumps(pin)


def test_pins_compare_by_their_digits_and_have_a_length() -> None:
    assert Pin(DIGITS) == Pin(DIGITS)
    assert Pin(DIGITS) != Pin("135791")
    assert Pin(DIGITS) != DIGITS
    assert len(Pin(DIGITS)) == 6


def test_a_wiped_pin_is_empty() -> None:
    pin = Pin(DIGITS)
    pin.wipe()
    assert pin.reveal() == b""


@pytest.mark.parametrize(
    ("digits", "faults"),
    [
        ("135790", []),
        ("13579", [PinFault.TOO_SHORT]),
        ("135790246", [PinFault.TOO_LONG]),
        ("", [PinFault.TOO_SHORT]),
        ("13579a", [PinFault.NOT_DIGITS]),
        ("13579 ", [PinFault.NOT_DIGITS]),
        ("١٣٥٧٩٠", [PinFault.NOT_DIGITS]),
        ("777777", [PinFault.ONE_DIGIT]),
        ("123456", [PinFault.RUN]),
        ("987654", [PinFault.RUN]),
        ("123455", []),
        ("11", [PinFault.TOO_SHORT, PinFault.ONE_DIGIT]),
        ("150319", [PinFault.PERSONAL]),
    ],
)
def test_a_new_pin_is_told_what_speaks_against_it(digits: str, faults: list[PinFault]) -> None:
    assert PinRule().faults(Pin(digits), personal=["15031990", "5550000000"]) == faults


def test_the_cards_own_bounds_win_only_where_they_are_narrower() -> None:
    assert PinRule(6, 8).within(4, 16) == PinRule(6, 8)
    assert PinRule(6, 8).within(7, 7) == PinRule(7, 7)


VERIFY = Command(0x00, 0x20, 0x00, 0x81, DIGITS.encode())


@pytest.mark.parametrize(
    ("sw", "error"),
    [
        (0x63C2, WrongPin(2)),
        (0x63C0, WrongPin(0)),
        (0x6983, PinLocked()),
        (0x6984, PinLocked()),
        (0x6A88, NoPinYet()),
        (0x6A80, PinRefused()),
        (0x6300, StatusError(0x6300, 0x20)),
        (0x6982, StatusError(0x6982, 0x20)),
    ],
)
def test_only_63cx_is_called_a_wrong_pin(sw: int, error: CardError) -> None:
    found = pin_error(VERIFY, Response(b"", sw))
    assert (type(found), vars(found)) == (type(error), vars(error))


def test_the_low_digit_of_63cx_counts_the_tries_left() -> None:
    assert [tries_in(sw) for sw in (0x63C0, 0x63CF, 0x6300, 0x6983, 0x9000)] == [0, 15, None, None, None]


def test_a_refusal_names_status_and_instruction_and_no_data() -> None:
    with pytest.raises(StatusError) as refused:
        expect_ok(VERIFY, Response(b"", 0x6982))
    assert str(refused.value) == "INS 20 answered 6982"
    assert DIGITS not in repr(refused.value)
    assert expect_ok(VERIFY, Response(b"\x01", 0x9000)) == b"\x01"
