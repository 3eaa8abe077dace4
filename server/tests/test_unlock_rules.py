"""The rules of an unlock by themselves: what may be said of the PIN, when a consent is refused, what tries prove."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from anahtar_server.config import Limits
from anahtar_server.confirmation.rules import SKEW
from anahtar_server.unlock.rules import (
    BEFORE_RELEASE,
    FINAL,
    TABLE,
    ConsentFacts,
    Event,
    Proven,
    is_live,
    move,
    pin_of,
    refuse_consent,
    settle_by_tries,
)
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal

LIMITS = Limits()
LATE = timedelta(seconds=LIMITS.consent_seconds)
INSTANT = timedelta(microseconds=1)
PIN = {
    **dict.fromkeys(BEFORE_RELEASE, "old"),
    State.RELEASED: "unknown",
    State.UNCERTAIN: "unknown",
    State.UNSETTLED: "unknown",
    State.NOT_DONE: "old",
    State.REFUSED: "old",
    State.EXPIRED: "old",
    State.CANCELLED: "old",
    State.DONE: "new",
}


@pytest.mark.parametrize("state", State)
def test_only_done_says_new_and_only_what_is_open_says_unknown(state: State) -> None:
    assert pin_of(state) == PIN[state]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_what_is_not_in_the_table_is_refused(state: State, event: Event) -> None:
    if (state, event) in TABLE:
        assert state not in FINAL and move(state, event) is TABLE[state, event]
        return
    with pytest.raises(Refusal) as refused:
        move(state, event)
    assert refused.value.problem is (Problem.UNLOCK_OVER if state in FINAL else Problem.UNLOCK_NOT_READY)


@pytest.mark.parametrize("state", State)
def test_an_outcome_that_is_open_never_blocks_the_holder(state: State) -> None:
    live = {*BEFORE_RELEASE, State.RELEASED}
    assert is_live(state, closed=True) == (state in live)
    assert is_live(state, closed=False) == (state in live | {State.NOT_DONE})


@pytest.fixture
def facts(now: datetime) -> ConsentFacts:
    """All that a consent needs, at its edges."""
    return ConsentFacts(
        state=State.CONFIRMED, closed=False, confirmed_at=now - LATE + INSTANT, card_lost=False, card_dead=False,
        revoked=False, other_unsettled=False, nonces=LIMITS.consents - 1, repeated=False, nonce_seen_elsewhere=False,
        key_tries=LIMITS.key_tries_needed,
        failed_cryptogram_at=now - timedelta(hours=LIMITS.failed_cryptogram_hours),
    )  # fmt: skip


@pytest.mark.parametrize(
    "but",
    [
        {},
        {"state": State.RELEASED},
        {"state": State.NOT_DONE},
        {"nonces": LIMITS.consents, "repeated": True},
        {"failed_cryptogram_at": None},
    ],
)
def test_a_consent_is_given_at_the_edge_of_every_guard(facts: ConsentFacts, now: datetime, but: dict[str, Any]) -> None:
    refuse_consent(replace(facts, **but), LIMITS, now)
    refuse_consent(replace(facts, confirmed_at=now + SKEW, **but), LIMITS, now)


@pytest.mark.parametrize(
    ("problem", "but"),
    [
        (Problem.SETTLE_FIRST, {"state": State.UNCERTAIN}),
        (Problem.SETTLE_FIRST, {"other_unsettled": True}),
        (Problem.UNLOCK_NOT_READY, {"state": State.CONFIRMING}),
        (Problem.UNLOCK_OVER, {"state": State.DONE}),
        (Problem.UNLOCK_OVER, {"closed": True}),
        (Problem.CONSENT_LATE, {"confirmed_at": None}),
        (Problem.CERTIFICATE_REVOKED, {"revoked": True}),
        (Problem.CARD_DEAD, {"card_dead": True}),
        (Problem.CARD_LOST, {"card_lost": True}),
        (Problem.CARD_PROOF_WRONG, {"nonce_seen_elsewhere": True}),
        (Problem.CARD_PROOF_WRONG, {"nonce_seen_elsewhere": True, "repeated": True}),
        (Problem.CONSENT_SPENT, {"nonces": LIMITS.consents}),
        (Problem.CARD_TO_THE_DESK, {"key_tries": LIMITS.key_tries_needed - 1}),
        (Problem.CARD_TO_THE_DESK, {"key_tries": LIMITS.key_tries_needed - 1, "repeated": True}),
    ],
)
def test_each_guard_refuses_by_itself(
    facts: ConsentFacts, now: datetime, problem: Problem, but: dict[str, Any]
) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_consent(replace(facts, **but), LIMITS, now)
    assert refused.value.problem is problem


def test_guards_of_time_refuse_an_instant_past_their_edge(facts: ConsentFacts, now: datetime) -> None:
    wait = timedelta(hours=LIMITS.failed_cryptogram_hours)
    for problem, but in (
        (Problem.CONSENT_LATE, {"confirmed_at": now - LATE}),
        (Problem.CONSENT_LATE, {"confirmed_at": now + SKEW + INSTANT}),  # the clock was set back
        (Problem.CARD_TO_THE_DESK, {"failed_cryptogram_at": now - wait + INSTANT}),
    ):
        with pytest.raises(Refusal) as refused:
            refuse_consent(replace(facts, **but), LIMITS, now)
        assert refused.value.problem is problem


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("tries", range(4))
def test_tries_prove_something_only_where_none_was_left(before: int, tries: int) -> None:
    proven = {(0, 3): Proven.HAPPENED, (0, 0): Proven.NOT_HAPPENED}.get((before, tries), Proven.NOTHING)
    assert settle_by_tries(before, tries, 3) is proven
