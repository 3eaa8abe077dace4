"""Whatever is sent to the program's API, on every address of it: a declared answer comes, none says that the server
broke, and nobody without a proof gets anything."""

from __future__ import annotations

import http.client
import json
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from anahtar_cases.world import NES, World
from anahtar_story.stage import Stage
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from anahtar_desktop.program_key import ProgramKey
from anahtar_wire.messages import (
    Claimed,
    ConfirmationRequested,
    Confirmed,
    Consented,
    GrantGiven,
    Hello,
    LinkAnswer,
    Message,
    ProblemReport,
    Standing,
)
from anahtar_wire.problems import Problem, table
from anahtar_wire.proof import HEADER

ROW, SMALL, LARGE = "malformed requests to the API", 200, 5000
FIRST_PORT = 18620
SETTINGS = (
    "\n[limits]\ncodes_per_address = 10000000\ncodes_overall_an_hour = 10000000\nsettles_per_address = 10000000\n"
)
API = "/api/v1/"
ROUTES: dict[str, tuple[str, type[Message]]] = {
    "hello": ("GET", Hello),
    "link": ("POST", LinkAnswer),
    "claim": ("POST", Claimed),
    "unlock/{name}": ("GET", Standing),
    "unlock/{name}/confirmation": ("POST", ConfirmationRequested),
    "unlock/{name}/confirmation/answer": ("POST", Confirmed),
    "unlock/{name}/grant": ("POST", GrantGiven),
    "unlock/{name}/consent": ("POST", Consented),
    "unlock/{name}/report": ("POST", Standing),
    "unlock/{name}/cancel": ("POST", Standing),
    "settle": ("POST", GrantGiven),
    "settle/proof": ("POST", Standing),
}
"""Every address with its method and what it answers; equal to the server's own list, as a test shows."""
OPEN_TO_ALL = "hello"
LONGEST = 16 * 1024


@dataclass
class Target:
    """The running API, and an unlock on it that a program has claimed with `key`."""

    portal: str
    unlock: str
    serial: str
    key: ProgramKey


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The whole system with one claimed unlock."""
    folder = tmp_path_factory.mktemp("fuzz") / "stage"
    with Stage(folder, readers="direct", seed=31, first_port=FIRST_PORT, settings=SETTINGS) as stage:
        visit = World(stage).visit(NES)
        key = ProgramKey()
        body = _claim(visit.code, key.public().hex())
        answer = send(stage.portal, "POST", API + "claim", body, {HEADER: key.prove("POST", API + "claim", body)})
        assert answer.status == 200, answer
        yield Target(stage.portal, visit.unlock, visit.serial, key)


@dataclass(frozen=True)
class Answered:
    """An answer: its status, kind and body."""

    status: int
    kind: str
    body: bytes


def send(portal: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answered:
    """Send one request as it is."""
    parts = urlsplit(portal)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return Answered(reply.status, reply.headers.get_content_type(), reply.read())
    finally:
        connection.close()


def _claim(code: str, key: str) -> bytes:
    program = {"version": 1, "name": "eimza", "release": "0", "system": "Linux", "computer": "masaustu"}
    return json.dumps({"version": 1, "code": code, "program_key": key, "program": program}).encode()


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────────

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=200)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4)
)
hexes = st.binary(max_size=80).map(bytes.hex) | st.sampled_from(["", "zz", "0" * 2048, "00" * 16, "04" + "11" * 64])
serials = st.sampled_from(["AABBCCDD", "0" * 32, "aabbccdd", "A" * 33, "303132333435363738393A3B"])
words = st.text(max_size=130) | st.sampled_from(["a\x00b", "\ud7ff", "İ" * 120, "a" * 121, "\u202e"])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "version": st.sampled_from([1, 1, 1, 0, 2, -1, "1", 1.0, True, None, 10**400]),
    "code": words | st.sampled_from(["AAAA-AAAA-AAAA", "12345678", "aaaa aaaa aaaa"]),
    "ref": words | st.from_regex(r"[A-Za-z0-9_-]{16,64}", fullmatch=True),
    "program_key": hexes,
    "program": st.fixed_dictionaries(
        {name: words for name in ("name", "release", "system", "computer")} | {"version": st.just(1)}
    )
    | anything,
    "method": st.sampled_from(["sms", "web", "SMS", "", "carrier-pigeon"]) | anything,
    "card_serial": serials | anything,
    "answer": words | anything,
    "challenge": hexes | anything,
    "outcome": st.sampled_from(["done", "failed", "unknown", "perhaps"]) | anything,
    "evidence": hexes | anything,
    "proof": hexes | anything,
}
OF_ROUTE = {
    "link": ("ref",),
    "claim": ("code", "program_key", "program"),
    "confirmation": ("method", "card_serial"),
    "answer": ("method", "answer"),
    "grant": ("card_serial",),
    "consent": ("challenge",),
    "report": ("outcome", "evidence"),
    "cancel": (),
    "settle": ("card_serial",),
    "proof": ("card_serial", "proof"),
}


def messages(route: str) -> st.SearchStrategy[bytes]:
    """Messages of nearly the right shape: fields of the right names with wrong values, one missing or one too many."""
    names = ("version", *OF_ROUTE.get(route.rsplit("/", 1)[-1], ()))
    shaped = st.fixed_dictionaries({}, optional={name: FIELDS[name] for name in names} | {"more": anything})
    return shaped.map(lambda message: json.dumps(message).encode())


deep = st.tuples(st.sampled_from(["[", '{"version":', '{"program":']), st.sampled_from([10, 1000, 5000])).map(
    lambda way: (way[0] * way[1]).encode()
)
huge = st.sampled_from([LONGEST, LONGEST + 1, 70 * 1024, 200 * 1024]).map(
    lambda size: b'{"version":1,"x":"' + b"a" * size
)
long_number = st.just(b'{"version":' + b"9" * 6000 + b"}")


def bodies(route: str) -> st.SearchStrategy[bytes]:
    """Everything from nothing to messages that are nearly right."""
    near = messages(route)
    return (
        near
        | near
        | st.binary(max_size=300)
        | anything.map(lambda one: json.dumps(one).encode())
        | deep
        | huge
        | (long_number)
    )


printable = st.text(string.ascii_letters + string.digits + " ;=,*/-_.", max_size=60)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded",
                                         "multipart/form-data; boundary=x", ""]) | printable,
        "Accept": printable, "Accept-Language": st.sampled_from(["tr", "en", "EN-us", "xx", "*"]) | printable,
        "Accept-Encoding": st.just("identity"), HEADER: hexes | printable, "X-Forwarded-For": printable,
        "Cookie": printable, "Content-Encoding": st.sampled_from(["gzip", "identity"]),
        "X-HTTP-Method-Override": st.sampled_from(["POST", "GET"]),
    },
)  # fmt: skip
methods = st.sampled_from(["POST"] * 8 + ["GET"] * 3 + ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
names = st.sampled_from(["0" * 32, "f" * 32, "{" + "0" * 32 + "}", "urn:uuid:" + "0" * 32, "..", "%00", "a" * 2000]) | (
    # A slash makes another address of it, which is not of the API.
    st.text(min_size=1, max_size=40).map(lambda text: quote(text.replace("/", "-"), safe=""))
)
plenty = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


# ── what must come back ──────────────────────────────────────────────────────────────────────────────────────────────


def is_declared(answer: Answered, method: str, kind: type[Message]) -> bool:
    """Tell whether this is an answer that the API declares, and return whether it gave what was asked for."""
    if method == "HEAD":
        assert answer.body == b"" and answer.status < 500
        return False
    if answer.status == 200:
        assert answer.kind == "application/json"
        kind.model_validate_json(answer.body)
        return True
    assert answer.kind == "application/problem+json", answer
    report = ProblemReport.model_validate_json(answer.body)
    assert report.status == answer.status == table()[Problem(report.code)].status
    assert answer.status < 500 or report.code == Problem.KEY_SERVICE_GONE, report
    return False


def fuzzed(target: Target, route: str, cases: int, *, with_proof: bool) -> None:
    """Send so many requests to one address."""
    wanted, kind = ROUTES[route]

    @settings(plenty, max_examples=cases)
    @given(method=methods, body=bodies(route), more=headers, name=names, own=st.booleans())
    def sent(method: str, body: bytes, more: dict[str, str], name: str, own: bool) -> None:
        path = API + route.format(name=target.unlock if own or with_proof else name)
        if with_proof:
            method, signed = wanted, b"" if wanted == "GET" else body
            more = {**more, HEADER: target.key.prove(method, path, signed)}
        answer = send(target.portal, method, path, body, more)
        given = is_declared(answer, method, kind)
        assert with_proof or not given or (route == OPEN_TO_ALL and method == "GET"), "something without a proof"

    sent()


@pytest.mark.parametrize("route", ROUTES)
def test_whatever_strangers_send_is_answered_as_declared_and_gets_nothing(
    route: str, target: Target, counted: Callable[..., Any]
) -> None:
    row = counted(ROW, small=SMALL * len(ROUTES), large=LARGE * len(ROUTES), share=2 * len(ROUTES))
    for cases in row.batches(1000):
        fuzzed(target, route, cases, with_proof=False)


@pytest.mark.parametrize("route", [*[route for route in ROUTES if "cancel" not in route], "unlock/{name}/cancel"])
def test_whatever_the_rightful_program_sends_is_answered_as_declared(
    route: str, target: Target, counted: Callable[..., Any]
) -> None:
    row = counted(ROW, small=SMALL * len(ROUTES), large=LARGE * len(ROUTES), share=2 * len(ROUTES))
    for cases in row.batches(1000):
        fuzzed(target, route, cases, with_proof=True)


def test_every_address_of_the_api_is_sent_to() -> None:
    import re
    from pathlib import Path

    source = Path(__file__).parents[2] / "server/src/anahtar_server/api/urls.py"
    declared = re.findall(r'path\("([^"]*)"', source.read_text(encoding="utf-8"))
    assert {one.replace("<str:name>", "{name}") for one in declared} == set(ROUTES)
