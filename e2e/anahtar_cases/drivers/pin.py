"""A new PIN against the rule: refused by the program, sent nowhere, no try of the card used."""

from __future__ import annotations

from datetime import date

from anahtar_cases.world import NEW_PIN, Happened, World

ARABIC_DIGITS = "٤٨٢٩١٦"
FULL_WIDTH_DIGITS = "４８２９１６"


def _typed(world: World, *pins: str) -> Happened:
    """Type each of these twice, then give up."""
    visit = world.visit()
    visit.program(entries=[(pin, pin) for pin in pins[:-1]], new_pin=pins[-1])
    return visit.happened()


def too_short(world: World) -> Happened:
    """Five digits."""
    return _typed(world, NEW_PIN[:5], "")


def too_long(world: World) -> Happened:
    """Nine digits."""
    return _typed(world, "482916037")


def letters(world: World) -> Happened:
    """A letter among the digits."""
    return _typed(world, "48291a", "48 916")


def digits_of_other_scripts(world: World) -> Happened:
    """Digits that are none to the card."""
    return _typed(world, ARABIC_DIGITS, FULL_WIDTH_DIGITS)


def one_digit_repeated(world: World) -> Happened:
    """The same digit six times."""
    return _typed(world, "777777")


def a_run(world: World) -> Happened:
    """Neighbouring digits, rising and falling."""
    return _typed(world, "345678", "876543")


def personal_numbers(world: World) -> Happened:
    """A part of the TCKN, of the telephone number, and the birth date."""
    person = world.stage.people[0]
    born = date.fromisoformat(person["birth_date"])
    return _typed(world, person["tckn"][2:8], person["mobile"][-7:], f"{born:%d%m%Y}")


def two_entries_differ(world: World) -> Happened:
    """The second entry is another one; then both agree."""
    visit = world.visit()
    visit.program(entries=[(NEW_PIN, NEW_PIN[::-1])])
    return visit.happened()


def against_the_rule_then_good(world: World) -> Happened:
    """After each mistake the question comes again, and the unlock goes on."""
    visit = world.visit()
    visit.program(entries=[("111111", "111111"), ("1234", "1234")])
    return visit.happened()
