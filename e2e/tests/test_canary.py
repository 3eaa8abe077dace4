"""Canary PINs and codes live through whole unlocks on the running system, everything logging at its most talkative;
then whatever the server stored, logged and was sent is searched for them."""

from __future__ import annotations

import base64
import logging
import os
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from anahtar_cases.canary import cells, files, forms, hits, leaked
from anahtar_cases.proxy import Proxy
from anahtar_cases.world import NES, SEAL, World
from anahtar_counts import Row
from anahtar_story.stage import Stage

from anahtar_card.pin import Pin, PinRule
from anahtar_desktop.ending import Outcome
from anahtar_wire import inbox

ROW, SMALL, LARGE = "canary PINs and codes through whole flows", 50, 10_000
FIRST_PORT = 18610
TALKATIVE = "import logging\nlogging.basicConfig(level=logging.DEBUG)\n"
SETTINGS = "\n[limits]\nunlocks_per_card_a_day = 100000\ncodes_per_address = 100000\n"
NOT_THE_SERVERS = ("cards", "journals", "people.json", "gate-people.json", "eimza.toml", "debug")
"""The holder's side, what the rehearsal wrote down for the story, and what makes the processes talkative."""
CODES_MAY_BE_IN = (*NOT_THE_SERVERS, "inbox")
TCKN_MAY_BE_IN = {
    "people_holder.tckn": "the register itself",
    "certificates_certificate.subject": "a qualified certificate names its holder by it",
    "certificates_certificate.der": "the certificate itself",
    "signin_signin.assertion": "the provider's signed token, which the key service checks again for itself",
}
"""Every column of the server's database in which a TCKN may stand, with the reason."""
MAY_CARRY = {"claim": "code", "answer": "confirmation"}
"""Which request may carry which secret; the PIN is in none."""


@dataclass
class Lived:
    """What was planted, and what was overheard between program and server."""

    world: World
    pins: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    sms_codes: list[str] = field(default_factory=list)
    overheard: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    logged: str = ""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The whole system, every process at level DEBUG."""
    folder = tmp_path_factory.mktemp("canary") / "stage"
    debug = folder.parent / "debug"
    debug.mkdir()
    (debug / "sitecustomize.py").write_text(TALKATIVE)
    stage = Stage(folder, readers="direct", seed=23, first_port=FIRST_PORT, settings=SETTINGS)
    path = os.pathsep.join([str(debug), *filter(None, [os.environ.get("PYTHONPATH")])])
    stage.own_environment = {name: {"PYTHONPATH": path} for name in ("gate", "portal", "keyservice", "worker")}
    with stage:
        yield World(stage)


@pytest.fixture(scope="module")
def lived(world: World) -> Lived:
    """Unlocks lived to their end, by SMS and by web password, with mistakes on the way."""
    seen = Lived(world)
    messages: list[str] = []
    listener = _Listener(messages)
    logging.getLogger().addHandler(listener)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        for number in Row(ROW, SMALL, LARGE).rounds():
            _live(seen, number)
    finally:
        logging.getLogger().removeHandler(listener)
        logging.getLogger().setLevel(logging.WARNING)
    seen.logged = "\n".join(messages)
    return seen


class _Listener(logging.Handler):
    """Hears everything that the program logs, at every level."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append(f"{record.name} {record.getMessage()} {record.args} {record.exc_text}")


def _live(seen: Lived, number: int) -> None:
    """One unlock with a canary of its own: NES and seal, SMS and password in turn, a PIN mistyped, a code mistyped."""
    world, who = seen.world, SEAL if number % 3 == 2 else NES
    pin, typo = _canary(), _canary()
    visit = world.visit(who, tries=number % 3)
    method = "sms" if number % 2 else "web"

    def typed() -> str:
        if method == "web":
            return str(visit.person["web_password"])
        seen.sms_codes.append(visit.telephone.code())
        return seen.sms_codes[-1]

    with Proxy(world.stage.portal) as proxy:
        visit.program(
            server=proxy.address, method=method, typed=typed, new_pin=pin, entries=[(typo, pin)],
            codes=[visit.code[:-1] + ("A" if visit.code[-1] != "A" else "B")],
        )  # fmt: skip
    assert visit.endings[-1].outcome is Outcome.DONE, visit.problems
    assert world.has_pin(visit.card, pin)
    seen.pins += [pin, typo, *([visit.person["old_pin"]] if who == NES else [])]
    seen.codes.append(visit.code)
    seen.overheard += proxy.kept
    world.end_case()


def _canary() -> str:
    """Eight digits that meet the rule and stand nowhere else."""
    while True:
        pin = f"{random.SystemRandom().randrange(10**8):08d}"
        if not PinRule().faults(Pin(pin)):
            return pin


def test_the_pin_is_nowhere_on_the_servers_side_in_any_form(lived: Lived, counted: Callable[..., Any]) -> None:
    row = counted(ROW, small=SMALL, large=LARGE)
    found = [
        hit
        for place, data in files(lived.world.stage.folder, but=NOT_THE_SERVERS)
        for hit in hits(lived.pins, data, place)
    ]
    assert leaked(found) == []
    assert any(place.endswith("-wal") for place, _ in files(lived.world.stage.folder, but=())), (
        "the log is searched too"
    )
    row.did(len(lived.codes))


def test_the_pin_is_in_no_value_of_the_database(lived: Lived) -> None:
    pins = [form for pin in lived.pins for name, form in forms(pin).items() if not name.startswith("BCD")]
    texts = [form.decode("latin-1") for form in pins]
    places = {column for column, value in cells(lived.world.database) for text in texts if text in value}
    assert places == set()


def test_the_program_sends_the_pin_to_nobody(lived: Lived) -> None:
    sent = [hit for path, body, _ in lived.overheard for hit in hits(lived.pins, body, path.rsplit("/", 1)[-1])]
    heard = [hit for path, _, body in lived.overheard for hit in hits(lived.pins, body, "answer to " + path[-12:])]
    assert leaked(sent) == []
    assert leaked(heard) == []


def test_codes_cross_the_wire_only_where_they_must(lived: Lived) -> None:
    secrets = {"code": lived.codes, "confirmation": [*lived.sms_codes, *_web_passwords(lived)]}
    for path, body, answer in lived.overheard:
        act = path.rsplit("/", 1)[-1]
        for kind, values in secrets.items():
            carried = [value for value in values if value.encode() in body]
            assert not carried or MAY_CARRY.get(act) == kind, (act, kind)
            assert not [value for value in values if value.encode() in answer], act


def test_codes_are_kept_only_hashed(lived: Lived) -> None:
    """In no value of the database once the messages have left, and in no log."""
    lived.world.wait_until_sent()
    secrets = [*_spellings(lived.codes), *lived.sms_codes, *_web_passwords(lived)]
    places = {column for column, value in cells(lived.world.database) for secret in secrets if secret in value}
    assert places == set()
    for place, data in files(lived.world.stage.folder / "logs", but=()):
        assert not [secret for secret in secrets if secret.encode() in data], place


def test_codes_are_in_no_byte_of_the_servers_files(lived: Lived) -> None:
    """Verification codes never were there; SMS codes were, in the outbox, and nothing of them may be left."""
    lived.world.wait_until_sent()
    with closing(sqlite3.connect(lived.world.database, timeout=20)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for place, data in files(lived.world.stage.folder, but=CODES_MAY_BE_IN):
        assert not [code for code in _spellings(lived.codes) if code.encode() in data], place
        assert not [code for code in lived.sms_codes if code.encode() in data], place


def test_an_sms_code_stands_in_the_sms_and_nowhere_else_in_the_inbox(lived: Lived) -> None:
    messages = inbox.read(lived.world.stage.inbox)
    for code in lived.sms_codes:
        carrying = [message for message in messages if re.search(rf"\b{code}\b", message.text)]
        assert [message.channel for message in carrying] == ["sms"]
    assert not [hit for message in messages for hit in hits(lived.pins, message.text.encode(), "inbox") if hit.sure]


def test_a_tckn_stands_only_where_it_may(lived: Lived) -> None:
    people = [person["tckn"] for person in lived.world.stage.people]
    tokens = [base64.urlsafe_b64encode(tckn.encode())[:8].decode() for tckn in people]
    places = {column for column, value in cells(lived.world.database) for one in (*people, *tokens) if one in value}
    assert places == set(TCKN_MAY_BE_IN)
    for place, data in files(lived.world.stage.folder / "logs", but=()):
        assert not [tckn for tckn in people if tckn.encode() in data], place


def test_journal_and_log_of_the_program_hold_neither_pin_nor_code(lived: Lived) -> None:
    assert lived.logged.count("\n") > len(lived.codes), "the program did log"
    secrets = [*lived.pins, *lived.sms_codes, *_spellings(lived.codes), *_web_passwords(lived)]
    kept = list(files(lived.world.stage.folder / "journals", but=()))
    assert len(kept) >= len(lived.codes)
    for place, data in [*kept, ("log", lived.logged.encode())]:
        assert not [secret for secret in secrets if secret.encode() in data], place


def _spellings(codes: list[str]) -> list[str]:
    """A code as shown, as typed without dashes, and its secret alone."""
    return [text for code in codes for text in (code, code.replace("-", ""), code.lower(), code[5:].replace("-", ""))]


def _web_passwords(lived: Lived) -> list[str]:
    return [person["web_password"] for person in lived.world.stage.people]


@pytest.mark.parametrize("form", forms("48291603"))
def test_the_search_finds_a_pin_in_every_form(form: str) -> None:
    """Planted among other bytes, each form is seen."""
    secret = forms("48291603")[form]
    found = {hit.form for hit in hits(["48291603"], b"\x00computer=" + secret + b";next", "a file")}
    assert form in found


def test_the_search_tells_chance_from_a_leak() -> None:
    by_chance = list(hits(["48291603"], b"2026-11-23 00048291603999", "a log"))
    assert by_chance and leaked(by_chance) == []
    both = list(hits(["48291603", "59302714"], b"00048291603999 00059302714999", "a log"))
    assert len(leaked(both)) == 2
