"""schemathesis, which no one here wrote, reads the API's document and tries what comes to its mind: each answer is a
declared one, and nobody gets anything without the key that claimed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from anahtar_cases.world import NES, World
from anahtar_story.stage import Stage
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from anahtar_desktop.program_key import ProgramKey
from anahtar_wire.proof import HEADER

ROW, SMALL, LARGE = "schemathesis on the API", 200, 5000
FIRST_PORT = 18660
DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))
ROUTES = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]
OPEN_TO_ALL = "/api/v1/hello"
SETTINGS = (
    "\n[limits]\ncodes_per_address = 10000000\ncodes_overall_an_hour = 10000000\nsettles_per_address = 10000000\n"
)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
plenty = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


class Target:
    """The running API, an unlock on it that a program has claimed, and the document of both."""

    def __init__(self, portal: str, unlock: str, key: ProgramKey) -> None:
        self.unlock, self.key, self.portal = unlock, key, portal
        self.schema = schemathesis.openapi.from_dict(DOCUMENT)
        self.schema.config.update(base_url=portal)

    def try_out(self, method: str, path: str, cases: int, *, rightful: bool) -> None:
        """Send so many cases to one route; `rightful` ones name the claimed unlock and are signed by its program."""

        route = self.schema[path][method]
        fitting, unfitting = (route.as_strategy(generation_mode=mode) for mode in GenerationMode)

        @settings(plenty, max_examples=cases)
        @given(case=fitting if method == "GET" else fitting | unfitting)
        def tried(case: Any) -> None:
            if rightful:
                case.path_parameters = {"unlock": self.unlock}
                # Once made ready, a case is sent as it was signed.
                body = _as_sent(case)
                case.headers = {HEADER: self.key.prove(method, path.replace("{unlock}", self.unlock), body)}
            answer = case.call()
            case.validate_response(answer, checks=CHECKS)
            assert rightful or path == OPEN_TO_ALL or answer.status_code != 200, "something without a proof"

        tried()


def _as_sent(case: Any) -> bytes:
    """Return the body's bytes that go out for a case."""
    prepared = case.as_transport_kwargs()
    if (data := prepared.get("data")) is not None:
        return data if isinstance(data, bytes) else str(data).encode()
    return json.dumps(prepared["json"]).encode() if "json" in prepared else b""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The whole system with one claimed unlock."""
    folder = tmp_path_factory.mktemp("schema") / "stage"
    with Stage(folder, readers="direct", seed=37, first_port=FIRST_PORT, settings=SETTINGS) as stage:
        visit = World(stage).visit(NES)
        key = ProgramKey()
        program = {"version": 1, "name": "eimza", "release": "0", "system": "Linux", "computer": "masaustu"}
        message = {"version": 1, "code": visit.code, "program_key": key.public().hex(), "program": program}
        made = Target(stage.portal, visit.unlock, key)
        case = made.schema["/api/v1/claim"]["POST"].Case(body=message, media_type="application/json")
        case.headers = {HEADER: key.prove("POST", "/api/v1/claim", _as_sent(case))}
        assert case.call_and_validate(checks=CHECKS).status_code == 200
        yield made


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_answer_to_a_stranger_is_declared_and_gives_nothing(
    method: str, path: str, target: Target, counted: Callable[..., Any]
) -> None:
    row = counted(ROW, small=SMALL * len(ROUTES), large=LARGE * len(ROUTES), share=2 * len(ROUTES))
    for cases in row.batches(1000):
        target.try_out(method, path, cases, rightful=False)


# The cancel comes last: after it there is nothing left to be rightful about.
@pytest.mark.parametrize(("method", "path"), sorted(ROUTES, key=lambda one: "cancel" in one[1]))
def test_every_answer_to_the_rightful_program_is_declared(
    method: str, path: str, target: Target, counted: Callable[..., Any]
) -> None:
    row = counted(ROW, small=SMALL * len(ROUTES), large=LARGE * len(ROUTES), share=2 * len(ROUTES))
    for cases in row.batches(1000):
        target.try_out(method, path, cases, rightful=True)
