"""Clocks that jump, forth and back, in each state of an unlock: nothing past its time is accepted, and an outcome is
settled whatever the clock says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from anahtar_counts import Row
from race_cards import confirm, grant_for, set_pin
from test_unlock_path import ask_sms
from unlock_stage import LIMITS, SERIAL, Stage, make_stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.flow import converse
from anahtar_server.confirmation.rules import SKEW
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import (
    ConfirmationRequest,
    ConsentRequest,
    Method,
    Outcome,
    Report,
    State,
)
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "clock jumps in each state; disk full; read-only"
Act = Callable[[], object]
JUMPS = (-86400, -3600, -10, 0, 170, 250, 590, 1790, 1810, 86400)
"""Seconds. Each end of a time lies between two of them: 180 for an SMS code, 300 for a consent, 600 for a code, 1800
for an unlock."""


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked."""
    return make_stage(folder, now)


def opened(stage: Stage) -> tuple[Unlock, Act, int]:
    """The next act from OPENED, and for how many seconds it may come."""
    unlock, code = stage.open()
    return unlock, lambda: stage.claim(code), LIMITS.code_seconds


def claimed(stage: Stage) -> tuple[Unlock, Act, int]:
    """The same from CLAIMED."""
    _, code = stage.open()
    unlock = stage.claim(code)
    request = ConfirmationRequest(method=Method.SMS, card_serial=SERIAL)
    return unlock, lambda: stage.ask("ask-confirmation", "confirmation", request, unlock), LIMITS.unlock_seconds


def confirming(stage: Stage) -> tuple[Unlock, Act, int]:
    """The same from CONFIRMING."""
    unlock, _, _ = claimed(stage)
    code = ask_sms(stage, unlock)
    return unlock, lambda: stage.answer(code, unlock), LIMITS.sms_code_seconds


def confirmed(stage: Stage) -> tuple[Unlock, Act, int]:
    """The same from CONFIRMED."""
    unlock, _, _ = claimed(stage)
    confirm(stage, unlock)
    return unlock, consent(stage, unlock), LIMITS.consent_seconds


def consent(stage: Stage, unlock: Unlock) -> Act:
    """Ask for the consent with a fresh nonce of the card."""
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    return lambda: stage.ask("consent", "consent", ConsentRequest(challenge=challenge), unlock)


def released(stage: Stage) -> tuple[Unlock, Act, int]:
    """The same from RELEASED: the same consent again."""
    unlock, act, seconds = confirmed(stage)
    act()
    return unlock, act, seconds


def not_done(stage: Stage) -> tuple[Unlock, Act, int]:
    """The same from NOT_DONE: another consent."""
    unlock, _, seconds = released(stage)
    settle(stage)
    return unlock, consent(stage, unlock), seconds


def settle(stage: Stage) -> State:
    """Let the card prove its state."""
    grant = acts.begin_settling(card_serial=SERIAL, actor="x", now=stage.clock())
    stage.plastic.power_off()
    stage.plastic.power_on()
    proof = converse(AkisDriver().prove(grant), stage.plastic)
    return acts.settle(card_serial=SERIAL, proof=proof, custody=stage.custody, actor="x", now=stage.clock()).now_in


STATES = (opened, claimed, confirming, confirmed, released, not_done)


def accepted(act: Act) -> bool:
    """Do an act and tell whether it was accepted."""
    try:
        act()
    except Refusal:
        return False
    return True


def keep_sign_in(stage: Stage) -> None:
    """Let the sign-in vouch whatever the clock says: these tests are about the unlock's own times."""
    claims = stage.provider.claims(tckn=stage.holder.tckn, nonce="n-1", now=stage.clock())
    far = {"iat": claims["iat"] - 10**6, "exp": claims["exp"] + 10**6}
    SignIn.objects.update(assertion=stage.provider.sign({**claims, **far}))


@pytest.mark.parametrize(
    ("at", "jump"), list(product(STATES, JUMPS)), ids=lambda one: getattr(one, "__name__", str(one))
)
def test_after_a_jump_an_act_is_accepted_within_its_time_only(
    stage: Stage, at: Callable[[Stage], tuple[Unlock, Act, int]], jump: int, counted: Callable[..., Row]
) -> None:
    row = counted(ROW, small=100, large=2_000, share=100)
    keep_sign_in(stage)
    _, act, seconds = at(stage)
    stage.clock.pass_seconds(jump)
    in_time = -SKEW.total_seconds() <= jump < seconds
    assert accepted(act) is in_time
    row.did(1)


@pytest.mark.parametrize("at", STATES)
def test_what_time_has_ended_stays_ended_when_the_clock_goes_back(
    stage: Stage, at: Callable[[Stage], tuple[Unlock, Act, int]], counted: Callable[..., Row]
) -> None:
    row = counted(ROW, small=100, large=2_000, share=100)
    keep_sign_in(stage)
    unlock, act, _ = at(stage)
    stage.clock.pass_seconds(86400)
    acts.sweep(limits=LIMITS, now=stage.clock())
    stage.clock.pass_seconds(-86400)
    assert not accepted(act)
    stands = queries.by_name(unlock.name)
    assert stands.closed or stands.now_in in (State.EXPIRED, State.UNCERTAIN)
    row.did(1)


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("changed", [True, False])
def test_an_outcome_is_settled_whatever_the_clock_says(stage: Stage, jump: int, changed: bool) -> None:
    unlock, act, _ = confirmed(stage)
    if changed:
        set_pin(stage, unlock, "482916")
    else:
        act()
    stage.clock.pass_seconds(jump)
    acts.sweep(limits=LIMITS, now=stage.clock())
    assert settle(stage) is (State.DONE if changed else State.NOT_DONE)


@pytest.mark.parametrize("jump", JUMPS)
def test_evidence_counts_whatever_the_clock_says(stage: Stage, jump: int) -> None:
    unlock, _, _ = confirmed(stage)
    evidence = set_pin(stage, unlock, "482916")
    stage.clock.pass_seconds(jump)
    acts.sweep(limits=LIMITS, now=stage.clock())
    stage.ask("report", "report", Report(outcome=Outcome.DONE, evidence=evidence), unlock)
    assert queries.by_name(unlock.name).now_in is State.DONE


def test_a_clock_set_back_gives_no_second_life_to_limits(stage: Stage) -> None:
    wrong = [stage.open()[1]]
    code = type(wrong[0])("ZZZZ", "ABCDEFGH")
    for _ in range(LIMITS.codes_per_address):
        with pytest.raises(Refusal):
            stage.claim(code)
    stage.clock.pass_seconds(-3600)
    with pytest.raises(Refusal) as caught:
        stage.claim(code)
    assert caught.value.problem is Problem.TOO_MANY


def test_two_computers_whose_clocks_differ_by_a_second_work_together(stage: Stage) -> None:
    keep_sign_in(stage)
    for at in (opened, claimed, confirming, confirmed):
        _, act, _ = at(stage)
        stage.clock.pass_seconds(-1)
        assert accepted(act), at.__name__
        stage.clock.pass_seconds(1)
        Unlock.objects.update(live=False, state=State.CANCELLED.value)
    assert timedelta(seconds=1) < SKEW
