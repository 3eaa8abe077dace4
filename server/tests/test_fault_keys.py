"""The key store gone, slow, dropping its sessions, in each use of a key by an unlock: whoever waits is told within two
seconds, what was recorded stays true, and afterwards the outcome is settled."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from anahtar_counts import Row
from fault_stage import Fault, FaultCustody
from race_cards import another_card, confirm, grant_for, set_pin
from unlock_stage import Stage, make_stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.flow import converse
from anahtar_server.custody import softhsm
from anahtar_server.custody.errors import CustodyGone
from anahtar_server.custody.library import on_token_thread
from anahtar_server.custody.pkcs11 import Pkcs11Custody
from anahtar_server.keyservice.serve import _Server
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.consent import Errand, SocketClient
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import ConsentRequest, Outcome, Report, State
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "HSM gone, slow, dropping sessions; SMS gateway down, slow, doubling"
CLIENT_WAITS = 0.4
"""Seconds, in the place of the two that the product has (shown once below)."""


def gone() -> None:
    """The key store is not there."""
    raise CustodyGone("gone")


def slow() -> None:
    """It answers, after whoever asked has given up."""
    time.sleep(CLIENT_WAITS * 1.5)


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked; the keys fail when told to."""
    made = make_stage(folder, now)
    return replace(made, custody=FaultCustody(made.custody))  # type: ignore[arg-type]


@pytest.fixture
def row(counted: Callable[..., Row]) -> Row:
    """The row of these cases and of the messages'."""
    return counted(ROW, small=20, large=1_000, share=20)


@contextmanager
def serving(stage: Stage, folder: Path) -> Iterator[Path]:
    """The key service on a true socket."""
    path = folder / "k.sock"
    server = _Server(str(path), stage.face)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield path
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refused_in(path: Path, errand: Errand, seconds: float) -> tuple[Problem, float]:
    """Take an errand there; the problem, and how long it took."""
    began = time.monotonic()
    with pytest.raises(Refusal) as caught:
        SocketClient(path, seconds).run(errand)
    return caught.value.problem, time.monotonic() - began


def confirmed(stage: Stage) -> Unlock:
    """A confirmed unlock."""
    _, code = stage.open()
    unlock = stage.claim(code)
    confirm(stage, unlock)
    return unlock


def ready_to_consent(stage: Stage) -> tuple[Unlock, Errand]:
    """A confirmed unlock whose card has proved itself, and the errand for its consent."""
    unlock = confirmed(stage)
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    return unlock, stage.program.errand("consent", unlock.name, "consent", ConsentRequest(challenge=challenge))


def keys_of(stage: Stage) -> FaultCustody:
    """The stage's failing keys."""
    assert isinstance(stage.custody, FaultCustody)
    return stage.custody


def settle(stage: Stage) -> State:
    """Let the card prove its state."""
    serial = stage.card.serial
    grant = acts.begin_settling(card_serial=serial, actor="x", now=stage.clock())
    stage.plastic.power_off()
    stage.plastic.power_on()
    proof = converse(AkisDriver().prove(grant), stage.plastic)
    return acts.settle(card_serial=serial, proof=proof, custody=stage.custody, actor="x", now=stage.clock()).now_in


def wait_for(unlock: Unlock, state: State) -> None:
    """Wait until a slow key service has come to its end, nobody listening."""
    deadline = time.monotonic() + 5
    while queries.by_name(unlock.name).now_in is not state and time.monotonic() < deadline:
        time.sleep(0.02)
    assert queries.by_name(unlock.name).now_in is state


@pytest.mark.parametrize("fault", [gone, slow])
def test_a_failing_proof_leaves_the_unlock_confirmed_or_released_as_recorded(
    stage: Stage, fault: Fault, folder: Path, row: Row
) -> None:
    unlock, errand = ready_to_consent(stage)
    with serving(stage, folder) as path:
        keys_of(stage).fail(fault, at=1)
        problem, took = refused_in(path, errand, CLIENT_WAITS)
        assert (problem, took < CLIENT_WAITS + 0.3) == (Problem.KEY_SERVICE_GONE, True)
        if fault is slow:  # it went on after its asker had gone: what it recorded stands
            wait_for(unlock, State.RELEASED)
        keys_of(stage).heal()
        time.sleep(CLIENT_WAITS * 2 if fault is slow else 0)
    if fault is gone:
        assert queries.by_name(unlock.name).now_in is State.CONFIRMED
        assert not unlock.consents.exists()
        set_pin(stage, unlock, "482916")
        assert settle(stage) is State.DONE
    else:
        assert settle(stage) is State.NOT_DONE
    row.did(1)


@pytest.mark.parametrize("fault", [gone, slow])
def test_a_key_that_fails_after_the_release_was_recorded_leaves_an_outcome_to_settle(
    stage: Stage, fault: Fault, folder: Path, row: Row
) -> None:
    unlock, errand = ready_to_consent(stage)
    with serving(stage, folder) as path:
        keys_of(stage).fail(fault, at=2)
        problem, took = refused_in(path, errand, CLIENT_WAITS)
        assert (problem, took < CLIENT_WAITS + 0.3) == (Problem.KEY_SERVICE_GONE, True)
        keys_of(stage).heal()
        time.sleep(CLIENT_WAITS if fault is slow else 0)
    assert queries.by_name(unlock.name).now_in is State.RELEASED
    assert settle(stage) is State.NOT_DONE
    set_pin(stage, unlock, "482916")  # and its consent is given again
    assert settle(stage) is State.DONE
    row.did(1)


@pytest.mark.parametrize("outcome", ["evidence", "settling"])
def test_keys_that_are_gone_when_the_outcome_comes_lose_nothing(stage: Stage, outcome: str, row: Row) -> None:
    unlock = confirmed(stage)
    evidence = set_pin(stage, unlock, "482916")
    report = stage.program.errand("report", unlock.name, "report", Report(outcome=Outcome.DONE, evidence=evidence))
    keys_of(stage).fail(gone)
    if outcome == "evidence":
        assert stage.face.answer(report).problem == Problem.KEY_SERVICE_GONE
    else:
        with pytest.raises(CustodyGone):
            settle(stage)
    assert queries.by_name(unlock.name).now_in is State.RELEASED
    keys_of(stage).heal()
    assert stage.face.answer(report).problem == "" if outcome == "evidence" else settle(stage) is State.DONE
    assert queries.by_name(unlock.name).now_in is State.DONE
    row.did(1)


def test_whoever_waits_in_earnest_is_told_after_two_seconds(stage: Stage, folder: Path, row: Row) -> None:
    _, errand = ready_to_consent(stage)
    with serving(stage, folder) as path:
        keys_of(stage).fail(lambda: time.sleep(2.3))
        began = time.monotonic()
        with pytest.raises(Refusal) as caught:
            SocketClient(path).run(errand)
        assert (caught.value.problem, time.monotonic() - began < 2.25) == (Problem.KEY_SERVICE_GONE, True)
        keys_of(stage).heal()
        time.sleep(0.6)
    row.did(1)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A token of SoftHSM with a master key; its configuration."""
    return softhsm.make_token(tmp_path_factory.mktemp("hsm"), label="fault", pin="11223344", so_pin="99887766")


@pytest.fixture
def on_token(stage: Stage, token: Path) -> Iterator[Stage]:
    """A card whose keys come from that token."""
    module = softhsm.module()
    assert module is not None
    custody = Pkcs11Custody(module=module, token="fault", pin=lambda: "11223344", configuration=token)
    if not custody.has(key_version=1):
        custody.make_master(1)
    yield another_card(replace(stage, custody=FaultCustody(custody)), 7)  # type: ignore[arg-type]
    custody.close()


def folder_of(token: Path) -> Path:
    """Where SoftHSM keeps its tokens."""
    line = next(line for line in token.read_text().splitlines() if line.startswith("directories.tokendir"))
    return Path(line.partition("=")[2].strip())


@pytest.mark.parametrize("use", [1, 2])
def test_a_token_that_is_taken_away_and_comes_back(on_token: Stage, token: Path, use: int, row: Row) -> None:
    unlock, errand = ready_to_consent(on_token)
    there = folder_of(token)
    away = there.with_name("away")

    def take_away() -> None:
        if there.exists():
            shutil.move(there, away)
            drop_sessions(on_token)

    keys_of(on_token).fail(take_away, at=use)
    began = time.monotonic()
    assert on_token.face.answer(errand).problem == Problem.KEY_SERVICE_GONE
    assert time.monotonic() - began < 2.5
    shutil.move(away, there)
    keys_of(on_token).heal()
    stands = queries.by_name(unlock.name).now_in
    assert stands is (State.CONFIRMED if use == 1 else State.RELEASED)
    if stands is State.RELEASED:
        assert settle(on_token) is State.NOT_DONE
    set_pin(on_token, unlock, "482916")
    assert settle(on_token) is State.DONE
    row.did(1)


def drop_sessions(stage: Stage) -> None:
    """End every session behind our back, as a token does that was reset."""
    custody = keys_of(stage)
    on_token_thread(lambda: custody._inner._token._session.raw.close())  # type: ignore[attr-defined]


@pytest.mark.parametrize("use", [1, 2])
def test_dropped_sessions_are_opened_again_and_nobody_notices(on_token: Stage, use: int, row: Row) -> None:
    unlock, errand = ready_to_consent(on_token)
    dropped = iter([lambda: drop_sessions(on_token)])
    keys_of(on_token).fail(lambda: next(dropped, lambda: None)(), at=use)
    assert on_token.face.answer(errand).problem == ""
    assert queries.by_name(unlock.name).now_in is State.RELEASED
    row.did(1)
