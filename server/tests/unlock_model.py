"""The life of an unlock explored to its end: every state that two unlocks of one card can reach, with the table and the
guards of `anahtar_server.unlock.rules` themselves, and the promises of the unlock asserted in each.

The model is pure. A world holds two unlocks, the card (its PIN, its tries, the nonce it drew last), the answer of the
authority to that nonce, a statement of the card that was not handed in yet. What can make no difference any more is
left out of a world, so that the search ends: answers to nonces that are dead, the past of an unlock that is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from anahtar_server.config import Limits
from anahtar_server.unlock import rules
from anahtar_server.unlock.rules import BEFORE_RELEASE, FINAL, UNSETTLED_OUTCOME, ConsentFacts, Event, Proven
from anahtar_wire.messages import Evidence, State
from anahtar_wire.problems import Refusal

LIMITS = Limits(consent_seconds=2)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATE = 2
"""Ticks (of a second) after which a confirmation counts no more."""
FULL = 3


class Unlock(NamedTuple):
    """One unlock; `age` is that of its confirmation in ticks, `before` the tries proved with its last consent."""

    state: State = State.OPENED
    closed: bool = False
    age: int | None = None
    consents: int = 0
    before: int = 0
    grade: Evidence | None = None


class Drawn(NamedTuple):
    """A nonce that the card drew for an unlock; `consent` is the number of the consent it got, 0 for none."""

    of: int
    consent: int = 0


class Statement(NamedTuple):
    """A statement over a settling nonce: whose, the tries it shows, and whether no consent came after the nonce."""

    of: int
    tries: int
    fresh: bool = True


class World(NamedTuple):
    """Everything that can make a difference. `set_by` are the unlocks that really set a PIN; `evidence` is the consent
    that the card can still report about, for it was not powered down since."""

    unlocks: tuple[Unlock | None, Unlock | None]
    tries: int
    nonce: Drawn | None = None
    evidence: Drawn | None = None
    statement: Statement | None = None
    set_by: frozenset[int] = frozenset()
    revoked: bool = False


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


def one(world: World, index: int) -> Unlock:
    """Return an unlock that was opened."""
    unlock = world.unlocks[index]
    assert unlock is not None
    return unlock


def live(unlock: Unlock | None) -> bool:
    """Tell whether an unlock keeps another from opening."""
    return unlock is not None and rules.is_live(unlock.state, unlock.closed)


# ── what can happen ──────────────────────────────────────────────────────────────────────────────────────────────────


def opened(world: World, model: Model) -> Iterator[World]:
    """An unlock opens while no live one is there; the second after the first."""
    index = next((number for number, unlock in enumerate(world.unlocks) if unlock is None), None)
    if index is not None and not any(map(live, world.unlocks)) and not world.revoked:
        yield with_unlock(world, index, Unlock())


_PLAIN = (Event.CODE_RIGHT, Event.CODE_SPENT, Event.CONFIRMATION_ASKED, Event.CONFIRMATION_SPENT, Event.PROOF_SPENT,
          Event.CANCEL, Event.SILENCE, Event.UNSETTLE, Event.TIME)  # fmt: skip


def stepped(world: World, index: int, model: Model) -> Iterator[World]:
    """What the table alone decides about one unlock."""
    unlock = one(world, index)
    for event in (*_PLAIN, *((Event.REVOKED,) if world.revoked else ())):
        if (unlock.state, event) in rules.TABLE:
            yield with_unlock(world, index, moved(unlock, event))
    if (unlock.state, Event.CONFIRMATION_RIGHT) in rules.TABLE:
        yield with_unlock(world, index, moved(unlock, Event.CONFIRMATION_RIGHT)._replace(age=0))


def drew(world: World, index: int, model: Model) -> Iterator[World]:
    """The card draws a nonce and proves itself for a consent; the nonce before is dead."""
    if (one(world, index).state, Event.CONSENT_GIVEN) in rules.TABLE:
        yield world._replace(nonce=Drawn(index), evidence=None)


def consented(world: World, index: int, model: Model) -> Iterator[World]:
    """The authority is asked for a consent: for the nonce just drawn, or again for one that had it before."""
    unlock, drawn = one(world, index), world.nonce
    if unlock.consents and allowed(world, index, model, repeated=True):
        yield with_unlock(world, index, moved(unlock, Event.CONSENT_GIVEN))
    if drawn == Drawn(index) and allowed(world, index, model, repeated=False):
        number = unlock.consents + 1
        after = moved(unlock, Event.CONSENT_GIVEN)._replace(consents=number, before=world.tries)
        kept = world.statement
        if kept is not None and kept.of == index:
            kept = kept._replace(fresh=False) if model.stale else None
        yield with_unlock(world, index, after)._replace(nonce=Drawn(index, number), statement=kept)


def allowed(world: World, index: int, model: Model, *, repeated: bool) -> bool:
    """Ask the guard, and hold what it allows against what is promised."""
    try:
        model.guard(facts_of(world, index, repeated), NOW)
        rules.move(one(world, index).state, Event.CONSENT_GIVEN)
    except Refusal:
        return False
    promised_at_release(world, index, repeated)
    return True


def facts_of(world: World, index: int, repeated: bool) -> ConsentFacts:
    """What the guard looks at."""
    unlock, other = one(world, index), world.unlocks[1 - index]
    return ConsentFacts(
        state=unlock.state, closed=unlock.closed,
        confirmed_at=None if unlock.age is None else NOW - timedelta(seconds=unlock.age),
        card_lost=False, card_dead=False, revoked=world.revoked,
        other_unsettled=other is not None and other.state in UNSETTLED_OUTCOME,
        nonces=unlock.consents, repeated=repeated, nonce_seen_elsewhere=False, key_tries=5, failed_cryptogram_at=None,
    )  # fmt: skip


def executed(world: World, model: Model) -> Iterator[World]:
    """The card takes the answer to the nonce it drew last: torn before its write, torn after it, or whole."""
    if world.nonce is None or not world.nonce.consent:
        return
    yield world._replace(nonce=None, evidence=None)
    need(one(world, world.nonce.of).state is not State.NOT_DONE, "NOT_DONE, and the card changed after it")
    changed = world._replace(nonce=None, tries=FULL, set_by=world.set_by | {world.nonce.of})
    yield changed._replace(evidence=None)
    yield changed._replace(evidence=world.nonce)


def reported(world: World, index: int, model: Model) -> Iterator[World]:
    """The program hands in the card's evidence (G1), or its word where tries could prove nothing (G0)."""
    unlock = one(world, index)
    if unlock.state not in UNSETTLED_OUTCOME:
        return
    if world.evidence == Drawn(index, unlock.consents):
        yield with_unlock(world, index, moved(unlock, Event.HAPPENED)._replace(grade=Evidence.G1))
    if unlock.before > 0:
        yield with_unlock(world, index, moved(unlock, Event.HAPPENED)._replace(grade=Evidence.G0))


def stated(world: World, model: Model) -> Iterator[World]:
    """Whoever holds the card has it prove its tries over a settling nonce, and may keep the statement for later."""
    for index, unlock in enumerate(world.unlocks):
        if unlock is not None and unlock.state in UNSETTLED_OUTCOME:
            yield world._replace(nonce=None, evidence=None, statement=Statement(index, world.tries))


def settled(world: World, model: Model) -> Iterator[World]:
    """The statement is handed in."""
    if world.statement is None:
        return
    index, after = world.statement.of, world._replace(statement=None)
    unlock, other = one(world, index), world.unlocks[1 - index]
    match model.settle(unlock.before, world.statement.tries, FULL):
        case Proven.HAPPENED:
            yield with_unlock(after, index, moved(unlock, Event.HAPPENED)._replace(grade=Evidence.G1))
        case Proven.NOT_HAPPENED:
            over = moved(unlock, Event.NOT_HAPPENED)
            # Where another unlock has opened meanwhile, this one may be settled but not go on.
            yield with_unlock(
                after, index, over._replace(closed=over.closed or (live(other) and model.closes_not_done))
            )
        case Proven.NOTHING:
            yield with_unlock(after, index, moved(unlock, Event.SILENCE) if unlock.state is State.RELEASED else unlock)


def outside(world: World, model: Model) -> Iterator[World]:
    """Power is lost; the certificate is revoked; the holder mistypes until the card is locked; time passes."""
    if world.nonce is not None or world.evidence is not None:
        yield world._replace(nonce=None, evidence=None)
    if not world.revoked:
        yield world._replace(revoked=True)
    if model.mistyping and world.tries:
        yield world._replace(tries=0, nonce=None, evidence=None)
    aged = tuple(u if u is None or u.age is None else u._replace(age=min(u.age + 1, LATE)) for u in world.unlocks)
    yield world._replace(unlocks=(aged[0], aged[1]))


def successors(world: World, model: Model) -> Iterator[World]:
    """Every world one event away."""
    for happen in (opened, executed, stated, settled, outside):
        yield from happen(world, model)
    for index, unlock in enumerate(world.unlocks):
        if unlock is not None:
            for act in (stepped, drew, consented, reported):
                yield from act(world, index, model)


def plain(world: World) -> World:
    """Leave out what can make no difference any more."""
    pair = tuple(map(without_its_past, world.unlocks))
    nonce, evidence, statement = world.nonce, world.evidence, world.statement
    if nonce is not None and not nonce.consent and (one(world, nonce.of).state, Event.CONSENT_GIVEN) not in rules.TABLE:
        nonce = None
    if evidence is not None and one(world, evidence.of).state not in UNSETTLED_OUTCOME:
        evidence = None
    if statement is not None and one(world, statement.of).state not in UNSETTLED_OUTCOME:
        statement = None
    return world._replace(unlocks=(pair[0], pair[1]), nonce=nonce, evidence=evidence, statement=statement)


def without_its_past(unlock: Unlock | None) -> Unlock | None:
    """An unlock that is over has a state and a grade."""
    if unlock is None or unlock.state not in FINAL:
        return unlock
    return Unlock(unlock.state, grade=unlock.grade, consents=min(unlock.consents, 1))


# ── what is promised ─────────────────────────────────────────────────────────────────────────────────────────────────


def need(holds: bool, promise: str) -> None:
    """Raise Broken when a promise does not hold."""
    if not holds:
        raise Broken(promise)


def promised_at_release(world: World, index: int, repeated: bool) -> None:
    """What must be so in the moment in which a consent is recorded."""
    unlock, other = one(world, index), world.unlocks[1 - index]
    need(unlock.state not in FINAL, "an end was left")
    need(not unlock.closed, "a consent after it was closed")
    need(unlock.age is not None, "RELEASED without CONFIRMED")
    need(unlock.age in range(LATE), "a consent on a confirmation that is too old")
    need(not world.revoked, "a consent after the revocation")
    need(other is None or other.state not in UNSETTLED_OUTCOME, "a consent while another outcome is open")
    need(unlock.state is not State.UNCERTAIN, "a consent before its own outcome was settled")
    need(repeated or unlock.consents < LIMITS.consents, "a consent to a fourth nonce")


def promised(world: World) -> None:
    """What must be so in every world."""
    pair = [unlock for unlock in world.unlocks if unlock is not None]
    need(sum(map(live, pair)) <= 1, "two live unlocks of one card")
    need(sum(unlock.state in UNSETTLED_OUTCOME for unlock in pair) <= 1, "two open outcomes of one card")
    for index, unlock in enumerate(pair):
        really = index in world.set_by
        need(unlock.state is not State.NOT_DONE or not really, "NOT_DONE, and the card has the new PIN")
        need(unlock.state is not State.DONE or unlock.grade is not None, "DONE without a grade")
        need(unlock.grade is not Evidence.G1 or really, "G1, and the card was never reset")
        need(not really or unlock.consents > 0, "the card changed without a consent")
        need(unlock.state not in BEFORE_RELEASE or not unlock.consents, "back before the release")
        need(unlock.state is not State.UNCERTAIN or not live(unlock), "UNCERTAIN blocks the holder")


def promised_step(before: World, after: World) -> None:
    """Final stays final, with its grade."""
    for old, new in zip(before.unlocks, after.unlocks, strict=True):
        if old is not None and old.state in FINAL:
            need(new is not None and (old.state, old.grade) == (new.state, new.grade), "an end was left")


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
    while waiting and not found.broken:
        try:
            look_around(waiting.popleft(), model, seen, waiting, found)
        except Broken as broken:
            found.broken = str(broken)
    found.worlds = len(seen)
    return found


def look_around(world: World, model: Model, seen: set[World], waiting: deque[World], found: Found) -> None:
    """Check one world and put those one event away on the list; raises Broken."""
    found.states |= {unlock.state for unlock in world.unlocks if unlock is not None}
    promised(world)
    for raw in successors(world, model):
        promised_step(world, raw)
        after = plain(raw)
        found.steps += 1
        if after not in seen:
            seen.add(after)
            waiting.append(after)
