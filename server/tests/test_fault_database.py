"""A full disk and a read-only database: every act says so, nothing is half done, no key is used without its record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from anahtar_counts import Row
from django.db import DatabaseError, InternalError
from fault_stage import FaultCustody, everything_stored, full_disk, read_only
from race_cards import confirm, grant_for, set_pin
from unlock_stage import LIMITS, SERIAL, Stage, make_stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.flow import converse
from anahtar_server.keyservice.serve import answer_line
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.consent import Reply
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import (
    ConfirmationRequest,
    ConsentRequest,
    GrantRequest,
    Message,
    Method,
    Outcome,
    Report,
    State,
)
from anahtar_wire.problems import Problem

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "clock jumps in each state; disk full; read-only"
FAULTS = {"full disk": full_disk, "read-only": read_only}


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked; the keys are counted."""
    made = make_stage(folder, now)
    return replace(made, custody=FaultCustody(made.custody))  # type: ignore[arg-type]


@pytest.fixture
def row(counted: Callable[..., Row]) -> Row:
    """The row of these cases and of the clock's."""
    return counted(ROW, small=100, large=2_000, share=10)


def line(stage: Stage, act: str, path: str, message: Message, unlock: Unlock) -> Callable[[], Problem | None]:
    """An errand as the key service's process takes it; the problem it answers with."""

    def run() -> Problem | None:
        errand = stage.program.errand(act, unlock.name, path, message)
        reply = Reply.model_validate_json(answer_line(stage.face, errand.model_dump_json().encode()))
        return Problem(reply.problem) if reply.problem else None

    return run


def direct(act: Callable[[], object]) -> Callable[[], Problem | None]:
    """An act of the web: what the database raises becomes `internal` at its face."""

    def run() -> Problem | None:
        try:
            act()
        except (DatabaseError, InternalError):
            return Problem.INTERNAL
        return None

    return run


def opening(stage: Stage) -> Callable[[], Problem | None]:
    return direct(stage.open)


def claiming(stage: Stage) -> Callable[[], Problem | None]:
    _, code = stage.open()
    return direct(lambda: stage.claim(code))


def claimed(stage: Stage) -> Unlock:
    _, code = stage.open()
    return stage.claim(code)


def asking(stage: Stage) -> Callable[[], Problem | None]:
    request = ConfirmationRequest(method=Method.SMS, card_serial=SERIAL)
    return line(stage, "ask-confirmation", "confirmation", request, claimed(stage))


def confirmed(stage: Stage) -> Unlock:
    unlock = claimed(stage)
    confirm(stage, unlock)
    return unlock


def granting(stage: Stage) -> Callable[[], Problem | None]:
    return line(stage, "grant", "grant", GrantRequest(card_serial=SERIAL), confirmed(stage))


def consenting(stage: Stage) -> Callable[[], Problem | None]:
    unlock = confirmed(stage)
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    return line(stage, "consent", "consent", ConsentRequest(challenge=challenge), unlock)


def reporting(stage: Stage) -> Callable[[], Problem | None]:
    unlock = confirmed(stage)
    evidence = set_pin(stage, unlock, "482916")
    return line(stage, "report", "report", Report(outcome=Outcome.DONE, evidence=evidence), unlock)


def cancelling(stage: Stage) -> Callable[[], Problem | None]:
    unlock = confirmed(stage)
    return direct(lambda: acts.cancel(unlock_id=unlock.pk, actor="x", now=stage.clock()))


def sweeping(stage: Stage) -> Callable[[], Problem | None]:
    stage.open()
    stage.clock.pass_seconds(LIMITS.code_seconds)
    return direct(lambda: acts.sweep(limits=LIMITS, now=stage.clock()))


def settling(stage: Stage) -> Callable[[], Problem | None]:
    set_pin(stage, confirmed(stage), "482916")
    grant = acts.begin_settling(card_serial=SERIAL, actor="x", now=stage.clock())
    stage.plastic.power_off()
    stage.plastic.power_on()
    proof = converse(AkisDriver().prove(grant), stage.plastic)
    return direct(
        lambda: acts.settle(card_serial=SERIAL, proof=proof, custody=stage.custody, actor="x", now=stage.clock())
    )


ACTS = (opening, claiming, asking, granting, consenting, reporting, cancelling, sweeping, settling)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("ready", ACTS)
def test_an_act_that_cannot_be_stored_says_so_and_leaves_nothing(
    stage: Stage,
    ready: Callable[[Stage], Callable[[], Problem | None]],
    fault: Callable[[], AbstractContextManager[None]],
    row: Row,
) -> None:
    act = ready(stage)
    before = everything_stored()
    with fault():
        assert act() is Problem.INTERNAL
        assert act() is Problem.INTERNAL
        assert everything_stored() == before
    assert act() is None, "when there is room again, the same act goes through"
    row.did(1)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_no_key_makes_a_cryptogram_while_its_release_cannot_be_recorded(
    stage: Stage, fault: Callable[[], AbstractContextManager[None]]
) -> None:
    consent = consenting(stage)
    assert isinstance(stage.custody, FaultCustody)
    before = stage.custody.uses
    with fault():
        consent()
    unlock = Unlock.objects.get()
    assert queries.by_name(unlock.name).now_in is State.CONFIRMED
    assert stage.custody.uses == before + 1, "the card's proof was checked, and nothing was answered to it"
