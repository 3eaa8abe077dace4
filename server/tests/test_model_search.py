"""The life of an unlock explored to its end: every world that two unlocks of one card can reach keeps the promises, and
each broken guard is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unlock_model import FULL, NOW, Model, real_guard, search

from anahtar_server.unlock import rules
from anahtar_server.unlock.rules import Event, Proven
from anahtar_wire.messages import State


@pytest.mark.parametrize("tries", [0, FULL], ids=["locked or new", "forgotten"])
def test_every_world_that_can_be_reached_keeps_the_promises(tries: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = search(tries)
    with capsys.disabled():
        print(f"\n  model of the unlock, card with {tries} tries: {found.worlds} worlds, {found.steps} steps")
    assert found.broken == ""
    # With tries left before, the card's tries can prove no failure.
    assert found.states == set(State) - ({State.NOT_DONE} if tries else set()), "every state is reached"


def without(**facts: object) -> Model:
    """The guard, blind to some of its facts."""
    return Model(guard=lambda seen, now: real_guard(replace(seen, **facts), now))  # type: ignore[arg-type]


BLIND: dict[str, tuple[Model, str]] = {
    "other_unsettled": (without(other_unsettled=False), "a consent while another outcome is open"),
    "closed": (without(closed=False), "a consent after it was closed"),
    "revoked": (without(revoked=False), "a consent after the revocation"),
    "nonces": (without(nonces=0), "a consent to a fourth nonce"),
    "confirmed_at": (
        Model(guard=lambda seen, now: real_guard(replace(seen, confirmed_at=now), now)),
        "a consent on a confirmation that is too old",
    ),
    "everything": (Model(guard=lambda seen, now: None), "a consent"),
}


@pytest.mark.parametrize("fact", BLIND)
def test_a_guard_that_is_blind_to_one_fact_is_found_out(fact: str) -> None:
    model, promise = BLIND[fact]
    assert search(0, model).broken.startswith(promise)


def test_settling_that_looks_only_at_the_tries_now_is_found_out() -> None:
    careless = Model(settle=lambda before, now, full: Proven.HAPPENED if now == full else Proven.NOT_HAPPENED)
    assert search(FULL, careless).broken == "G1, and the card was never reset"


def test_a_statement_from_before_the_last_consent_is_found_out() -> None:
    assert search(0, Model(stale=True)).broken == "NOT_DONE, and the card changed after it"


def test_a_settled_unlock_that_goes_on_beside_another_is_found_out() -> None:
    assert search(0, Model(closes_not_done=False)).broken == "two live unlocks of one card"


def test_tries_alone_cannot_tell_a_card_that_was_locked_again() -> None:
    """A known limit of the family akis (docs/threats): set, mistyped three times, it looks as if it was never set."""
    assert search(0, Model(mistyping=True)).broken == "NOT_DONE, and the card has the new PIN"


WRONG_LINES: dict[str, tuple[tuple[State, Event], State, str]] = {
    "a consent without confirmation": (
        (State.CLAIMED, Event.CONSENT_GIVEN), State.RELEASED, "RELEASED without CONFIRMED"),
    "an end that is left": ((State.EXPIRED, Event.CODE_RIGHT), State.CLAIMED, "an end was left"),
    "back before the release": ((State.RELEASED, Event.CONFIRMATION_SPENT), State.CONFIRMED, "back before the release"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_wrong_line_in_the_table_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line, to, promise = WRONG_LINES[name]
    monkeypatch.setattr(rules, "TABLE", {**rules.TABLE, line: rules.Move(to)})
    blind = without(confirmed_at=NOW) if "without confirmation" in name else Model()
    assert search(0, blind).broken == promise


def test_a_cancel_that_does_not_close_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a cancel no further consent: the table's `closes` carries it."""
    line = (State.RELEASED, Event.CANCEL)
    monkeypatch.setattr(rules, "TABLE", {**rules.TABLE, line: rules.Move(State.CONFIRMED)})
    assert search(0).broken == "back before the release"


def test_an_uncertain_unlock_that_counts_as_live_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = rules.is_live
    monkeypatch.setattr(rules, "is_live", lambda state, closed: state is State.UNCERTAIN or as_it_is(state, closed))
    assert search(0).broken == "UNCERTAIN blocks the holder"
