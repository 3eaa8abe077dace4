"""Records promise what frozen dataclasses do."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from anahtar_card.errors import CardError, WrongPin
from anahtar_card.record import as_dict, record, replace


@record
class Place:
    """Something with a default."""

    street: str
    number: int = 1

    @property
    def shown(self) -> str:
        return f"{self.street} {self.number}"


@record
class Checked:
    """Something that looks at itself."""

    value: int

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError

    def __repr__(self) -> str:
        return "<Checked>"


def test_fields_are_given_by_position_by_name_or_by_default() -> None:
    assert as_dict(Place("Gül")) == {"street": "Gül", "number": 1}
    assert Place("Gül", 7) == Place(number=7, street="Gül") == replace(Place("Gül"), number=7)
    assert Place("Gül", 7).shown == "Gül 7"


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), ((), {"number": 3}), (("a", 1, 2), {}), (("a",), {"street": "b"}), (("a",), {"town": "b"})],
)
def test_what_is_missing_unknown_given_twice_or_too_much_is_refused(given: Any, named: Any) -> None:
    with pytest.raises(TypeError):
        Place(*given, **named)
    with pytest.raises(TypeError):
        replace(Place("a"), town="b")


@pytest.mark.parametrize("name", ["street", "town"])
def test_nothing_is_set_again_deleted_or_added(name: str) -> None:
    place = Place("Gül")
    with pytest.raises(AttributeError):
        setattr(place, name, "x")
    with pytest.raises(AttributeError):
        delattr(place, name)
    assert not hasattr(place, "__dict__")


def test_records_are_equal_by_class_and_fields_and_can_be_keys() -> None:
    assert Place("a") != Place("b")
    assert Place("a") != ("a", 1)
    assert {Place("a"): 1}[Place("a", 1)] == 1


def test_a_record_prints_its_fields_unless_it_says_otherwise() -> None:
    assert repr(Place("Gül", 2)) == "Place(street='Gül', number=2)"
    assert repr(Checked(1)) == "<Checked>"


def test_a_record_looks_at_itself_when_it_is_made_and_when_it_is_replaced() -> None:
    for make in (lambda: Checked(-1), lambda: replace(Checked(1), value=-1)):
        with pytest.raises(ValueError):
            make()


def test_a_record_is_matched_by_position() -> None:
    match Place("Gül", 4):
        case Place(street, number):
            assert (street, number) == ("Gül", 4)


@pytest.mark.parametrize("one", [Place("Gül", 3), WrongPin(2)])
def test_a_record_survives_copying_and_pickling(one: object) -> None:
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one


def test_an_exception_that_is_a_record_can_be_raised_through_a_context_and_keeps_its_notes() -> None:
    with pytest.raises(CardError) as raised:
        raise WrongPin(tries_left=2) from ValueError("why")
    raised.value.add_note("seen")
    assert isinstance(raised.value, WrongPin)
    assert raised.value.tries_left == 2
    assert isinstance(raised.value.__cause__, ValueError)
