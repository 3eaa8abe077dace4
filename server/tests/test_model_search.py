"""The life of an unlock explored to its end: every state that two unlocks of one card can reach, with the table and the
guards of `anahtar_server.unlock.rules` themselves, and the promises of the unlock asserted in each.

The model is pure. A world holds two unlocks, the card (its PIN, its tries, the nonce it drew last), the answers of the
authority that are in somebody's hands, a statement of the card that was not handed in yet, and a clock that ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from anahtar_server.config import Limits
from anahtar_server.unlock import rules
from anahtar_server.unlock.rules import BEFORE_RELEASE, FINAL, UNSETTLED_OUTCOME, ConsentFacts, Event, Proven
from anahtar_wire.messages import Evidence, State
from anahtar_wire.problems import Refusal

LIMITS = Limits(consent_seconds=2)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LAST_TICK = 2
"""A tick is a second; a confirmation counts for two."""
DRAWN_AT_MOST = 4
"""One card nonce more than an unlock may have consents for."""
FULL = 3
Nonce = tuple[int, int]
"""Whose consent the card drew it for, and which draw it was."""


class Unlock(NamedTuple):
    """One unlock; `confirmed` is the tick of its confirmation, `before` the tries proved with its last consent."""

    state: State = State.OPENED
    closed: bool = False
    confirmed: int | None = None
    consents: tuple[Nonce, ...] = ()
    before: int = 0
    grade: Evidence | None = None
    drawn: int = 0


class World(NamedTuple):
    """Everything that can be told apart. `set_by` are the unlocks that really set a PIN, the last one last."""

    unlocks: tuple[Unlock | None, Unlock | None]
    tries: int
    nonce: Nonce | None = None
    answers: frozenset[Nonce] = frozenset()
    evidence: Nonce | None = None
    statement: tuple[int, int, int] | None = None
    """Whose settling, the tries it shows, and how many consents there were when its nonce was given."""
    set_by: tuple[int, ...] = ()
    revoked: bool = False
    tick: int = 0


Guard = Callable[[ConsentFacts, datetime], None]


def real_guard(facts: ConsentFacts, now: datetime) -> None:
    """The guard of every consent as it is."""
    rules.refuse_consent(facts, LIMITS, now)


@dataclass(frozen=True)
class Model:
    """The rules that are searched; each can be exchanged for a broken one. `mistyping` lets the holder lock the card
    again after the PIN was set; `stale` takes a statement over a nonce that was given before the last consent."""

    guard: Guard = real_guard
    settle: Callable[[int, int, int], Proven] = rules.settle_by_tries
    closes_not_done: bool = True
    stale: bool = False
    mistyping: bool = False


class Broken(Exception):
    """A promise of the unlock does not hold in a world that can be reached."""


def moved(unlock: Unlock, event: Event) -> Unlock:
    """Apply an event as the one place does that changes an unlock; raises Refusal."""
    led = rules.move(unlock.state, event)
    return unlock._replace(state=led.to, closed=unlock.closed or led.closes)


def with_unlock(world: World, index: int, unlock: Unlock) -> World:
    """Return the world with one unlock changed."""
    pair = list(world.unlocks)
    pair[index] = unlock
    return world._replace(unlocks=(pair[0], pair[1]))


def live(unlock: Unlock | None) -> bool:
    """Tell whether an unlock keeps another from opening."""
    return unlock is not None and rules.is_live(unlock.state, unlock.closed)


# ── what can happen ──────────────────────────────────────────────────────────────────────────────────────────────────


def opened(world: World, model: Model) -> Iterator[World]:
    """An unlock opens while no live one is there; the second after the first."""
    index = next((number for number, one in enumerate(world.unlocks) if one is None), None)
    if index is not None and not any(map(live, world.unlocks)) and not world.revoked:
        yield with_unlock(world, index, Unlock())


_PLAIN = (Event.CODE_RIGHT, Event.CODE_SPENT, Event.CONFIRMATION_ASKED, Event.CONFIRMATION_SPENT, Event.PROOF_SPENT,
          Event.CANCEL, Event.SILENCE, Event.UNSETTLE)  # fmt: skip


def stepped(world: World, index: int, model: Model) -> Iterator[World]:
    """What the table alone decides about one unlock."""
    unlock = world.unlocks[index]
    assert unlock is not None
    for event in (*_PLAIN, *((Event.REVOKED,) if world.revoked else ())):
        if (unlock.state, event) in rules.TABLE:
            yield with_unlock(world, index, moved(unlock, event))
    if (unlock.state, Event.CONFIRMATION_RIGHT) in rules.TABLE:
        yield with_unlock(world, index, moved(unlock, Event.CONFIRMATION_RIGHT)._replace(confirmed=world.tick))


def drew(world: World, index: int, model: Model) -> Iterator[World]:
    """The card draws a nonce and proves itself for a consent; the nonce before is dead."""
    unlock = world.unlocks[index]
    assert unlock is not None
    if unlock.drawn < DRAWN_AT_MOST and unlock.state not in FINAL and unlock.confirmed is not None:
        nonce = (index, unlock.drawn)
        yield with_unlock(world, index, unlock._replace(drawn=unlock.drawn + 1))._replace(nonce=nonce, evidence=None)


def consented(world: World, index: int, model: Model) -> Iterator[World]:
    """The authority is asked for a consent: for the nonce just drawn, or for one that had it before."""
    unlock = world.unlocks[index]
    assert unlock is not None
    asked = {*unlock.consents, *((world.nonce,) if world.nonce and world.nonce[0] == index else ())}
    for nonce in sorted(asked):
        try:
            model.guard(facts_of(world, index, nonce), EPOCH + timedelta(seconds=world.tick))
            after = moved(unlock, Event.CONSENT_GIVEN)
        except Refusal:
            continue
        promised_at_release(world, index, nonce)
        if nonce not in unlock.consents:
            after = after._replace(consents=(*unlock.consents, nonce), before=world.tries)
        yield with_unlock(world, index, after)._replace(answers=world.answers | {nonce})


def facts_of(world: World, index: int, nonce: Nonce) -> ConsentFacts:
    """What the guard looks at."""
    unlock, other = world.unlocks[index], world.unlocks[1 - index]
    assert unlock is not None
    confirmed = None if unlock.confirmed is None else EPOCH + timedelta(seconds=unlock.confirmed)
    return ConsentFacts(
        state=unlock.state, closed=unlock.closed, confirmed_at=confirmed, card_lost=False, card_dead=False,
        revoked=world.revoked, other_unsettled=other is not None and other.state in UNSETTLED_OUTCOME,
        nonces=len(unlock.consents), repeated=nonce in unlock.consents, nonce_seen_elsewhere=False, key_tries=5,
        failed_cryptogram_at=None,
    )  # fmt: skip


def executed(world: World, model: Model) -> Iterator[World]:
    """The card takes the answer to the nonce it drew last: whole, torn before its write, torn after it."""
    if world.nonce is None or world.nonce not in world.answers:
        return
    index = world.nonce[0]
    yield world._replace(nonce=None, evidence=None)
    unlock = world.unlocks[index]
    assert unlock is not None
    if unlock.state is State.NOT_DONE:
        raise Broken("the card changed after it was settled that it did not")
    changed = world._replace(nonce=None, tries=FULL, set_by=(*(set_of(world, but=index)), index))
    yield changed._replace(evidence=None)
    yield changed._replace(evidence=world.nonce)


def set_of(world: World, but: int) -> tuple[int, ...]:
    """Who set the PIN before, each once."""
    return tuple(index for index in world.set_by if index != but)


def reported(world: World, index: int, model: Model) -> Iterator[World]:
    """The program hands in the card's evidence (G1), or its word where tries could prove nothing (G0)."""
    unlock = world.unlocks[index]
    assert unlock is not None
    if unlock.state not in UNSETTLED_OUTCOME or not unlock.consents:
        return
    if world.evidence == unlock.consents[-1]:
        yield with_unlock(world, index, moved(unlock, Event.HAPPENED)._replace(grade=Evidence.G1))
    if unlock.before > 0:
        yield with_unlock(world, index, moved(unlock, Event.HAPPENED)._replace(grade=Evidence.G0))


def stated(world: World, model: Model) -> Iterator[World]:
    """Whoever holds the card has it prove its tries over a settling nonce, and may keep the statement for later."""
    for index, unlock in enumerate(world.unlocks):
        if unlock is not None and unlock.state in UNSETTLED_OUTCOME:
            yield world._replace(nonce=None, evidence=None, statement=(index, world.tries, len(unlock.consents)))


def settled(world: World, model: Model) -> Iterator[World]:
    """The statement is handed in."""
    if world.statement is None:
        return
    index, tries, consents = world.statement
    unlock, other = world.unlocks[index], world.unlocks[1 - index]
    assert unlock is not None
    if unlock.state not in UNSETTLED_OUTCOME or (consents < len(unlock.consents) and not model.stale):
        return
    after = world._replace(statement=None)
    match model.settle(unlock.before, tries, FULL):
        case Proven.HAPPENED:
            done = moved(unlock, Event.HAPPENED)._replace(grade=Evidence.G1)
            yield with_unlock(after, index, done)
        case Proven.NOT_HAPPENED:
            over = moved(unlock, Event.NOT_HAPPENED)
            # Where another unlock has opened meanwhile, this one may be settled but not go on.
            yield with_unlock(after, index, over._replace(closed=over.closed or (live(other) and model.closes_not_done)))
        case Proven.NOTHING:
            doubt = unlock if unlock.state is State.UNCERTAIN else moved(unlock, Event.SILENCE)
            yield with_unlock(after, index, doubt)


def outside(world: World, model: Model) -> Iterator[World]:
    """Power is lost; the certificate is revoked; time passes; the holder mistypes until the card is locked."""
    if world.nonce is not None or world.evidence is not None:
        yield world._replace(nonce=None, evidence=None)
    if not world.revoked:
        yield world._replace(revoked=True)
    if model.mistyping and world.tries:
        yield world._replace(tries=0, nonce=None, evidence=None)
    if world.tick < LAST_TICK:
        later = world._replace(tick=world.tick + 1)
        yield later  # time alone; the worker comes when it comes
        for index, unlock in enumerate(world.unlocks):
            if unlock is not None and (unlock.state, Event.TIME) in rules.TABLE:
                yield with_unlock(later, index, moved(unlock, Event.TIME))


def successors(world: World, model: Model) -> Iterator[World]:
    """Every world one event away."""
    for happen in (opened, executed, stated, settled, outside):
        yield from happen(world, model)
    for index, unlock in enumerate(world.unlocks):
        if unlock is not None:
            for act in (stepped, drew, consented, reported):
                yield from act(world, index, model)


# ── what is promised ─────────────────────────────────────────────────────────────────────────────────────────────────


def need(holds: bool, promise: str) -> None:
    """Raise Broken when a promise does not hold."""
    if not holds:
        raise Broken(promise)


def promised_at_release(world: World, index: int, nonce: Nonce) -> None:
    """What must be so in the moment in which a consent is recorded."""
    unlock, other = world.unlocks[index], world.unlocks[1 - index]
    assert unlock is not None
    need(unlock.confirmed is not None, "RELEASED without CONFIRMED")
    need(world.tick - (unlock.confirmed or 0) < 2, "a consent on a confirmation that is too old")
    need(not world.revoked, "a consent after the revocation")
    need(not unlock.closed, "a consent after it was closed")
    need(other is None or other.state not in UNSETTLED_OUTCOME, "a consent while another outcome is open")
    need(unlock.state is not State.UNCERTAIN, "a consent before its own outcome was settled")
    need(len({*unlock.consents, nonce}) <= LIMITS.consents, "a consent to a fourth nonce")


def promised(world: World) -> None:
    """What must be so in every world."""
    pair = [one for one in world.unlocks if one is not None]
    need(sum(map(live, pair)) <= 1, "two live unlocks of one card")
    need(sum(one.state in UNSETTLED_OUTCOME for one in pair) <= 1, "two open outcomes of one card")
    for index, unlock in enumerate(world.unlocks):
        if unlock is None:
            continue
        really = index in world.set_by
        need(not (unlock.state is State.NOT_DONE and really), "NOT_DONE, and the card has the new PIN")
        need(unlock.state is not State.DONE or unlock.grade is not None, "DONE without a grade")
        need(unlock.grade is not Evidence.G1 or really, "G1, and the card was never reset")
        need(not really or bool(unlock.consents), "the card changed without a consent")
        need(not (unlock.state in BEFORE_RELEASE and unlock.consents), "back before the release")
    if any(one.state is State.UNCERTAIN for one in pair) and not any(
        one.state is not State.UNCERTAIN and live(one) for one in pair
    ):
        need(not any(map(live, pair)), "UNCERTAIN blocks the holder")


def promised_step(before: World, after: World) -> None:
    """Final stays final, with its grade."""
    for old, new in zip(before.unlocks, after.unlocks, strict=True):
        if old is not None and old.state in FINAL:
            need(old == new, "an end was left")


@dataclass
class Found:
    """What a search saw."""

    worlds: int
    steps: int
    states: set[State]
    broken: str = ""


def search(tries: int, model: Model | None = None) -> Found:
    """Explore every world from a card with `tries` left (0: locked, or no PIN yet) and say what broke, if anything."""
    model = model or Model()
    first = World((None, None), tries)
    seen, waiting, found = {first}, deque([first]), Found(0, 0, set())
    while waiting:
        world = waiting.popleft()
        found.states |= {one.state for one in world.unlocks if one is not None}
        try:
            promised(world)
            for after in successors(world, model):
                found.steps += 1
                promised_step(world, after)
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        except Broken as broken:
            found.broken = str(broken)
            break
    found.worlds = len(seen)
    return found


# ── the tests ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tries", [0, FULL], ids=["locked or new", "forgotten"])
def test_every_world_that_can_be_reached_keeps_the_promises(tries: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = search(tries)
    with capsys.disabled():
        print(f"\n  model of the unlock, card with {tries} tries: {found.worlds} worlds, {found.steps} steps")
    assert found.broken == ""
    assert found.states == set(State), "every state of the table is reached"


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
    assert search(0, Model(stale=True)).broken == "NOT_DONE, and the card has the new PIN"


def test_a_settled_unlock_that_goes_on_beside_another_is_found_out() -> None:
    assert search(0, Model(closes_not_done=False)).broken == "two live unlocks of one card"


def test_tries_alone_cannot_tell_a_card_that_was_locked_again() -> None:
    """A known limit of the family akis (docs/threats): set, mistyped three times, it looks as if it was never set."""
    assert search(0, Model(mistyping=True)).broken == "NOT_DONE, and the card has the new PIN"


WRONG_LINES: dict[str, tuple[tuple[State, Event], State, str]] = {
    "a consent without confirmation": (
        (State.CLAIMED, Event.CONSENT_GIVEN), State.RELEASED, "RELEASED without CONFIRMED"),
    "a consent after the end": ((State.DONE, Event.CONSENT_GIVEN), State.RELEASED, "an end was left"),
    "an end that is left": ((State.EXPIRED, Event.CODE_RIGHT), State.CLAIMED, "an end was left"),
    "back before the release": ((State.RELEASED, Event.CONFIRMATION_SPENT), State.CONFIRMED, "back before the release"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_wrong_line_in_the_table_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line, to, promise = WRONG_LINES[name]
    monkeypatch.setattr(rules, "TABLE", {**rules.TABLE, line: rules.Move(to)})
    blind = without(confirmed_at=EPOCH) if "without confirmation" in name else Model()
    assert search(0, blind).broken == promise


def test_a_cancel_that_does_not_close_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a cancel no further consent: the table's `closes` carries it."""
    line = (State.RELEASED, Event.CANCEL)
    monkeypatch.setattr(rules, "TABLE", {**rules.TABLE, line: rules.Move(State.CONFIRMED)})
    assert search(0).broken == "back before the release"


def test_an_uncertain_unlock_that_counts_as_live_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = rules.is_live
    monkeypatch.setattr(rules, "is_live", lambda state, closed: state is State.UNCERTAIN or plain(state, closed))
    assert search(0).broken == "UNCERTAIN blocks the holder"
