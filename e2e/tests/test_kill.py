"""`kill -9` of web, key service, worker and program at every named point of the unlock: afterwards nothing is stuck,
nothing was used twice, and what the program and the server say of the card is true."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from anahtar_faults.places import PLACES, Story
from anahtar_faults.program import Told
from anahtar_faults.world import World
from anahtar_story.guide import fresh_pin

from anahtar_server.points import Point

ROW = "kill -9 of web, key service, worker, program at every named point"
FIRST_PORT = 18500


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stage that stays up."""
    with World(tmp_path_factory.mktemp("kill") / "stage", FIRST_PORT) as up:
        yield up


@pytest.fixture(scope="module")
def passings(world: World) -> list[str]:
    """Every place that the program passes in an unlock that goes well."""
    world.visitor.sign_in()
    ended = world.run_program(world.order(world.visitor.code(60), fresh_pin(), Story.WEB))
    told = Told(**json.loads(ended.stdout))
    assert told.outcome == "DONE", ended
    opened = told.places.index("server.grant.before#1")
    # Before the card is opened it is only looked at, again and again: there the messages alone are places.
    return [place for number, place in enumerate(told.places) if number > opened or not place.startswith("card.")]


def test_every_named_point_is_killed_somewhere() -> None:
    assert {place.point for place in PLACES} == set(Point)


def test_whatever_dies_wherever_everything_comes_right_again(
    world: World, passings: list[str], counted: Callable[..., object]
) -> None:
    row = counted(ROW, small=300, large=10_000)
    places: list[object] = [*PLACES, *passings]
    step = max(1, len(places) // row.wanted)  # a tenth takes every third place, the whole count all of them, again
    for number in row.rounds():
        place = places[(number * step + number * step // len(places)) % len(places)]
        try:
            world.kill_program_at(place, number) if isinstance(place, str) else world.kill_server_at(place, number)
        except Exception as error:
            raise AssertionError(f"round {number}, {place}") from error
        row.did(1)
    world.come_to_rest()
