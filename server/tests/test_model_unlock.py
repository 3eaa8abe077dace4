"""The whole unlock against a small model: whatever people, programs, cards, clocks and thieves do in whatever order,
the register is in the state that the model foretells, and the promises of the unlock hold."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from unlock_lives import FINAL, LIMITS, MAY_CONSENT, OPEN_OUTCOME, PINS, SERIAL, Given, Ground, Life
from unlock_machine import SKEW, WEB_PASSWORD, Acting, grant_in, s, shown_by_tries, which
from unlock_stage import make_stage

from anahtar_card.errors import CardError
from anahtar_card.virtual import PowerLost, tear
from anahtar_server.audit.models import AuditEntry
from anahtar_server.certificates.models import Certificate
from anahtar_server.confirmation.acts import set_web_password
from anahtar_server.unlock import acts
from anahtar_server.unlock.models import Consent, Unlock
from anahtar_wire.messages import ConsentRequest, GrantRequest, Method, Outcome, Report, SettleProof, State

VOUCHED = timedelta(minutes=5 + 1 + 45)
"""The token's five minutes, a minute's leeway, and what the stage keeps it beyond."""
STEPS = 20
TEARS = [("before", 1), ("after", 1), ("before", 2), ("after", 2), ("before", 3), ("after", 3), ("before", 4),
         ("after", 4), ("before", 5), ("after", 5)]  # fmt: skip
"""The writes of one reset: key's try taken, given back, the PIN, PIN's try taken, given back."""

SETTLES_BESIDE_A_LIVE_ONE = False
"""Whether "it did not happen" can be taken while a second unlock is open. It must; see `hand_in`."""


class Unlocking(Acting):
    """Goes on where the card comes in: consent, card, outcome; and holds the register against the model after each
    step."""

    # ── the consent ──────────────────────────────────────────────────────────────────────────────────────────────

    @rule(index=which)
    def grant(self, index: int) -> None:
        life = self.life(index)
        allowed = (
            life.state in MAY_CONSENT
            and not life.closed
            and life.opened - SKEW <= self.now < life.ends
            and len(life.grants) < LIMITS.consents * 3
        )
        text = self.errand(allowed, life, "grant", "grant", GrantRequest(card_serial=SERIAL))
        if text:
            life.grants.append(Given(grant_in(text), self.number()))

    @rule(index=which, kind=st.sampled_from(("true", "true", "true", "false", "replayed")))
    def consent(self, index: int, kind: str) -> None:
        life = self.life(index)
        challenge = secrets.token_bytes(37)
        if kind == "true" and life.grants:
            challenge = self.plastic.begin_unlock(life, life.grants[-1].grant)
        elif kind == "replayed" and life.challenge:
            challenge = life.challenge
        proven = bool(life.grants) and (
            kind == "true" or (kind == "replayed" and challenge == life.challenge and self._is_of_newest(life))
        )
        asked = life.program is not None and life.state in MAY_CONSENT and bool(life.grants) and self._vouched(life)
        allowed = asked and proven and self._consent_may_be_given(life, challenge)
        others = [one for one in self.lives if one is not life and one.state is State.UNCERTAIN and one.seen]
        text = self.errand(allowed, life, "consent", "consent", ConsentRequest(challenge=challenge))
        if asked and not proven:
            self._count_wrong_proof(life)
        if text:
            for other in others:
                other.go(State.UNSETTLED, self.now)
                other.grade = "G0"
            self._released(life, challenge, bytes.fromhex(json.loads(text)["answer"]), kind)

    @rule(index=which, between=st.sampled_from(("nothing", "a cancel", "minutes", "the clock set back", "power lost")))
    def consent_after(self, index: int, between: str) -> None:
        """What happens between the grant and the consent is what the guards of the consent are there for."""
        happens: dict[str, Callable[[], object]] = {
            "nothing": lambda: None,
            "a cancel": lambda: self.cancel(index),
            "minutes": lambda: self.time_passes(301, False),
            "the clock set back": lambda: self.the_clock_is_set_back(400),
            "power lost": self.card_loses_power,
        }
        self.grant(index)
        happens[between]()
        self.consent(index, "true")

    def _vouched(self, life: Life) -> bool:
        """A sign-in vouches for half an hour and a little more; none does that lies in the future of the clock."""
        return bool(-s(60) <= self.now - life.opened < VOUCHED)

    def _is_of_newest(self, life: Life) -> bool:
        return bool(life.consents) and life.grants[-1].used and life.last_given is life.grants[-1]

    def _consent_may_be_given(self, life: Life, challenge: bytes) -> bool:
        """The guard, in the model's own words; the card's proof is right."""
        repeated, given = challenge[:16] in life.consents, life.grants[-1]
        self._note_proved_if_new(challenge, repeated)
        others = [one for one in self.lives if one is not life]
        return (
            not life.closed
            and life.confirmed is not None
            and -SKEW <= self.now - life.confirmed < s(LIMITS.consent_seconds)
            and self.usable()
            and not any(one.state is State.RELEASED for one in others)
            and not any(one.state is State.UNCERTAIN and not one.seen for one in others)
            and (repeated or (len(life.consents) < LIMITS.consents and not given.used))
            and not self.desk
        )

    def _note_proved_if_new(self, challenge: bytes, repeated: bool) -> None:
        """The ledger keeps the authority's tries that a card proves; fewer than before lead to the desk for a day."""
        tries = challenge[17]
        if self.proven_key_tries is not None and tries < self.proven_key_tries:
            self.desk = True
        self.proven_key_tries = tries
        self.desk = self.desk or tries < LIMITS.key_tries_needed

    def _count_wrong_proof(self, life: Life) -> None:
        life.wrong_proofs += 1
        if life.wrong_proofs >= LIMITS.wrong_proofs and life.state is State.CONFIRMED:
            life.go(State.REFUSED, self.now)

    def _released(self, life: Life, challenge: bytes, answer: bytes, kind: str) -> None:
        if challenge[:16] not in life.consents:
            life.consents[challenge[:16]] = self.number()
            life.before = challenge[16]
            life.challenge, life.evidence, life.seen = challenge, b"", False
            life.grants[-1].used = True
            life.last_given = life.grants[-1]
        life.go(State.RELEASED, self.now)
        if kind == "true":
            self.answer = answer

    # ── the card ─────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: bool(self.answer))
    @rule(torn=st.sampled_from((None, None, None, *TEARS)))
    def card_executes(self, torn: tuple[str, int] | None) -> None:
        answer, self.answer = self.answer, b""
        life = self.plastic.of
        if life is None or self.plastic.silent:
            return
        if torn is not None:
            self.plastic.memory.on_write = tear(*torn)
        try:
            life.evidence = self.plastic.go_on(answer)
        except (PowerLost, CardError):
            self.plastic.reset()
        self.plastic.memory.on_write = None
        self.the_card_shows_who_set_its_pin()

    @rule()
    def card_loses_power(self) -> None:
        self.plastic.reset()

    # ── what became of it ────────────────────────────────────────────────────────────────────────────────────────

    @rule(index=which, outcome=st.sampled_from(Outcome), evidence=st.sampled_from(("own", "own", "none", "false")))
    def report(self, index: int, outcome: Outcome, evidence: str) -> None:
        life = self.life(index)
        given = {"own": life.evidence, "none": b"", "false": secrets.token_bytes(21)}[evidence]
        heard = life.program is not None
        ready = life.state in FINAL or bool(life.consents)
        shown = outcome is Outcome.DONE and bool(given)
        false = shown and evidence == "false" and life.state not in FINAL
        self.errand(heard and ready and not false, life, "report", "report", Report(outcome=outcome, evidence=given))
        if not heard or not ready or life.state not in OPEN_OUTCOME:
            return
        if shown and not false:
            self._done(life, "G1")
        elif outcome is Outcome.DONE and not given and life.before > 0:
            self._done(life, "G0")
        elif life.state is State.RELEASED:
            life.go(State.UNCERTAIN, self.now)

    def _done(self, life: Life, grade: str) -> None:
        life.go(State.DONE, self.now)
        life.grade = grade
        if grade == "G1":
            assert life.pin in self.set_pins(), "G1, and the card was never reset"

    def set_pins(self) -> set[str]:
        """The PINs that were really set, as the card's own memory showed them when it happened."""
        return {life.pin for life in self.lives if life.was_set}

    @rule(keep=st.sampled_from((False, False, True)))
    def begin_settling(self, keep: bool) -> None:
        target = self.unsettled()
        given = self.expect(
            target is not None,
            lambda: acts.begin_settling(card_serial=SERIAL, actor="anyone", now=self.now),
        )
        if target is None:
            return
        target.settling.append(Given(given, self.number()))
        statement = self.plastic.prove(given)
        self.kept = (target, target.settling[-1], statement, self.plastic.tries)
        if not keep:
            self.hand_in()

    @precondition(lambda self: self.kept is not None)
    @rule()
    def hand_in(self) -> None:
        assert self.kept is not None
        life, given, statement, tries = self.kept
        target, others = self.unsettled(), any(one.live for one in self.lives if one is not self.kept[0])
        right = target is life and life.settling[-1] is given and not given.used
        verdict = shown_by_tries(life.before, tries) if right else None
        if verdict is False and others and not SETTLES_BESIDE_A_LIVE_ONE:
            return
        stale = right and given.number < max(life.consents.values())
        allowed = right and not (stale and verdict is not None)
        proof = SettleProof(card_serial=SERIAL, proof=statement)
        self.expect(allowed, lambda: self._settle(proof))
        if not right:
            return
        given.used = True
        self._note_proved_if_new(statement, False)
        life.seen = life.seen or not stale
        if not allowed:
            return
        if verdict is True:
            self._done(life, "G1")
        elif verdict is False:
            life.go(State.NOT_DONE, self.now)
            life.closed = life.closed or others  # settled, but it may not go on beside another
            assert not life.was_set, "NOT_DONE, and the card has the new PIN"
        elif life.state is State.RELEASED:
            life.go(State.UNCERTAIN, self.now)

    def _settle(self, proof: SettleProof) -> Unlock:
        return acts.settle(
            card_serial=SERIAL, proof=proof.proof, custody=self.ground.stage.custody, actor="anyone", now=self.now
        )

    # ── the next right step, so that many examples come far ──────────────────────────────────────────────────────

    def go_on(self) -> None:
        life, index = self.lives[-1], len(self.lives) - 1
        right: dict[State, Callable[[], object]] = {
            State.OPENED: lambda: self.claim(index, True, False),
            State.CLAIMED: lambda: self.ask(index, self._possible_method(life), False),
            State.CONFIRMING: lambda: self.answer_confirmation(index, True, False),
            State.CONFIRMED: lambda: self._consent_anew(index),
            State.NOT_DONE: lambda: self._consent_anew(index),
            State.RELEASED: lambda: self._carry_out(index),
            State.UNCERTAIN: lambda: self.begin_settling(False),
        }
        if life.state in right:
            right[life.state]()
        elif len(self.lives) < len(PINS):
            self.open()

    def _possible_method(self, life: Life) -> Method:
        return Method.SMS if life.messages < LIMITS.sms_per_unlock else Method.WEB

    def _consent_anew(self, index: int) -> None:
        self.grant(index)
        self.consent(index, "true")

    def _carry_out(self, index: int) -> None:
        if self.answer:
            self.card_executes(None)
        else:
            self.report(index, Outcome.DONE, "own" if self.life(index).evidence else "none")

    go_on_1 = rule()(lambda self: self.go_on())
    go_on_2 = rule()(lambda self: self.go_on())
    go_on_3 = rule()(lambda self: self.go_on())

    # ── what always holds ────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def the_card_shows_who_set_its_pin(self) -> None:
        for life in self.lives:
            if self.plastic.has(life.pin):
                life.was_set = True
                assert life.consents, "the card changed without a consent"

    @invariant()
    def the_register_is_as_foretold(self) -> None:
        rows = {row.pk: row for row in Unlock.objects.all()}
        assert set(rows) == {life.unlock for life in self.lives}
        for life in self.lives:
            row = rows[life.unlock]
            stands = (row.now_in, row.closed, row.live, row.evidence)
            assert stands == (life.state, life.closed, life.live, life.grade)
            key = life.program.public if life.program else b""
            assert bytes(row.program_key) == key, "a code is consumed once, by one program"
            self.reached[f"{life.state.value} {life.grade}".strip()] += 1
        assert sum(row.live for row in rows.values()) <= 1

    @invariant()
    def no_consent_without_its_audit_row_and_its_confirmation(self) -> None:
        audited: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        entries = AuditEntry.objects.filter(pk__gt=self.first_entry, act__in=("released", "confirmed", "code-claimed"))
        for number, subject, act, facts in entries.order_by("pk").values_list("pk", "subject", "act", "facts"):
            audited.setdefault((subject, act), []).append((number, json.loads(facts)))
        consents = set(Consent.objects.values_list("unlock_id", "pk"))
        for life in self.lives:
            of = f"unlock:{life.unlock.hex}"
            released, confirmed = audited.get((of, "released"), []), audited.get((of, "confirmed"), [])
            told = {facts["consent"] for _, facts in released}
            assert told == {consent for unlock, consent in consents if unlock == life.unlock}
            assert len(told) == len(life.consents) <= LIMITS.consents
            assert not released or confirmed[0][0] < released[0][0], "RELEASED without CONFIRMED"
            assert len(audited.get((of, "code-claimed"), [])) == (life.program is not None)


@pytest.fixture
def machine(tmp_path: Path, now: datetime, db: None) -> type[Unlocking]:
    """The machine on its ground; each example's rows are rolled back."""
    ground = Ground(make_stage(tmp_path, now))
    long_ago = now - timedelta(days=30)
    set_web_password(holder=ground.stage.holder, password=WEB_PASSWORD, actor="rehearsal", now=long_ago)
    given = {"ground": ground, "certificate": _certificate(ground, now), "reached": Counter[str]()}
    return type("Unlocking", (Unlocking,), given)


def test_the_unlock_is_its_model(machine: type[Unlocking], counted: Callable[..., Any]) -> None:
    row = counted("stateful model of the unlock", small=2000, large=100000)
    for examples in row.batches(2000):
        plenty = settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        run_state_machine_as_test(machine, settings=plenty)
    usual = {"opened", "claimed", "confirming", "confirmed", "released", "uncertain", "done G1"}
    assert usual <= set(machine.reached), "the examples come far enough to mean something"


ENDS: dict[str, tuple[str, Callable[[Unlocking], object]]] = {
    "done G1": ("locked", lambda acting: (acting.card_executes(None), acting.report(0, Outcome.DONE, "own"))),
    "done G0": ("forgotten", lambda acting: acting.report(0, Outcome.DONE, "none")),
    "not-done": ("new", lambda acting: acting.begin_settling(False)),
    "unsettled G0": ("forgotten", lambda acting: (acting.report(0, Outcome.FAILED, "none"), acting.unsettle(0))),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_model_knows_every_outcome(end: str, machine: type[Unlocking]) -> None:
    """The rarer ends by hand, so that they are lived at every size of the run."""
    card, act = ENDS[end]
    acting = machine()
    try:
        acting.a_card(kind=card, until=State.RELEASED)
        act(acting)
        acting.the_register_is_as_foretold()
    finally:
        acting.teardown()
    assert end in machine.reached


def _certificate(ground: Ground, now: datetime) -> Certificate:
    """A certificate of no use but to be revoked."""
    return Certificate.objects.create(
        card=ground.stage.card, serial="0a01", profile="nes", subject="CN=Deneme Kişi", state=Certificate.State.VALID,
        not_before=now - timedelta(days=20), not_after=now + timedelta(days=700),
        state_since=now - timedelta(days=20), der=b"0\x00",
    )  # fmt: skip
