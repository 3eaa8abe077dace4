"""The whole unlock against a small model: whatever people, programs, cards, clocks and thieves do in whatever order,
the register is in the state that the model foretells, and the promises of the unlock hold."""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from unlock_lives import (
    CARDS,
    FINAL,
    LIMITS,
    MAY_CONSENT,
    OPEN_OUTCOME,
    PINS,
    SERIAL,
    Given,
    Ground,
    Life,
)
from unlock_stage import make_stage

from anahtar_card.errors import CardError
from anahtar_card.family import Grant
from anahtar_card.virtual import PowerLost, tear
from anahtar_server.audit.models import AuditEntry
from anahtar_server.certificates.acts import revoke
from anahtar_server.certificates.card_acts import report_lost
from anahtar_server.certificates.models import Certificate
from anahtar_server.confirmation.acts import set_web_password
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.unlock import acts
from anahtar_server.unlock.models import Consent, Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import (
    ConfirmationAnswer,
    ConfirmationRequest,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Method,
    Outcome,
    Report,
    SettleProof,
    State,
)
from anahtar_wire.problems import Refusal

WEB_PASSWORD = "dört-kelime-bir-parola"
SKEW = timedelta(seconds=2)
VOUCHED = timedelta(minutes=5 + 1 + 45)
"""The token's five minutes, a minute's leeway, and what the stage keeps it beyond."""
STEPS = 20
BEGINNINGS = (State.OPENED, State.CONFIRMING, State.CONFIRMED, State.RELEASED, State.RELEASED)
TEARS = [("before", 1), ("after", 1), ("before", 2), ("after", 2), ("before", 3), ("after", 3), ("before", 4),
         ("after", 4), ("before", 5), ("after", 5)]  # fmt: skip
"""The writes of one reset: key's try taken, given back, the PIN, PIN's try taken, given back."""

SETTLES_BESIDE_A_LIVE_ONE = False
"""Whether "it did not happen" can be taken while a second unlock is open. It must; see `hand_in`."""

which = st.integers(0, 7)
"""One of the unlocks of an example; more lives than there are count round."""


class Unlocking(RuleBasedStateMachine):
    """Acts at random; `lives` is the model."""

    ground: Ground
    certificate: Certificate
    reached: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self._undo = transaction.atomic()
        self._undo.__enter__()
        self.lives: list[Life] = []
        self.first_entry = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.revoked = self.lost = False
        self.numbers = 0
        self.proven_key_tries: int | None = None
        self.desk = False
        self.answer = b""
        self.kept: tuple[Life, Given, bytes, int] | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    # ── small words ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def now(self) -> Any:
        return self.ground.stage.clock()

    def life(self, index: int) -> Life:
        return self.lives[index % len(self.lives)]

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def expect(self, foretold: bool, act: Callable[[], Any]) -> Any:
        """Do it, and see that it is allowed or refused as the model says; return what it gave, None when refused."""
        try:
            given, was = act(), "allowed"
        except Refusal as refused:
            given, was = None, refused.problem.value
        assert (was == "allowed") == foretold, f"foretold {'allowed' if foretold else 'refused'}, was {was}"
        return given

    def live(self) -> Life | None:
        found = [life for life in self.lives if life.live]
        return found[0] if found else None

    def unsettled(self) -> Life | None:
        found = [life for life in self.lives if life.state in OPEN_OUTCOME]
        return found[-1] if found else None

    def usable(self) -> bool:
        return not (self.revoked or self.lost)

    # ── the portal ───────────────────────────────────────────────────────────────────────────────────────────────

    @initialize(kind=st.sampled_from(sorted(CARDS)), until=st.sampled_from(BEGINNINGS))
    def a_card(self, kind: str, until: State) -> None:
        """Begin somewhere on the right way, so that the steps of an example are spent where it matters."""
        self.plastic = self.ground.card(kind)
        self.open()
        while self.lives[0].state is not until:
            self._go_on()

    @precondition(lambda self: len(self.lives) < len(PINS))
    @rule()
    def open(self) -> None:
        before = self.live()
        if before is not None:
            self._let_time_act(before)
        allowed = self.live() is None and self.usable()
        life = self.expect(allowed, lambda: self.ground.open(PINS[len(self.lives)]))
        if life is not None:
            self.lives.append(life)

    @rule(index=which)
    def cancel(self, index: int) -> None:
        life = self.life(index)
        allowed = life.state is State.CANCELLED or life.closed or life.state not in FINAL
        done = self.expect(allowed, lambda: acts.cancel(unlock_id=life.unlock, actor="holder:x", now=self.now))
        if done is not None and life.state is not State.CANCELLED:
            life.close(State.CANCELLED, self.now)

    @precondition(lambda self: len(self.lives) > 1 and self.usable())
    @rule(lost=st.booleans())
    def revoke_or_flag_lost(self, lost: bool) -> None:
        if lost:
            report_lost(card=self.ground.stage.card, actor=self._holder, now=self.now)
        else:
            revoke(certificate=self.certificate, actor=self._holder, now=self.now)
        self.lost, self.revoked = self.lost or lost, self.revoked or not lost
        for life in self.lives:
            life.close(State.REFUSED, self.now)

    @property
    def _holder(self) -> str:
        return f"holder:{self.ground.stage.holder.pk}"

    @rule(index=which)
    def unsettle(self, index: int) -> None:
        life = self.life(index)
        if self.expect(
            life.state is State.UNCERTAIN,
            lambda: acts.unsettle(unlock_id=life.unlock, actor="operator:two", now=self.now),
        ):
            life.go(State.UNSETTLED, self.now)
            life.grade = "G0"

    # ── the code ─────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(index=which, right=st.sampled_from((True, True, True, False)), second=st.booleans())
    def claim(self, index: int, right: bool, second: bool) -> None:
        life, program = self.life(index), self.ground.programs[second]
        code = life.code if right else VerificationCode(life.code.reference, _other(life.code.secret))
        in_time = life.opened - SKEW <= self.now < life.opened + timedelta(seconds=LIMITS.code_seconds)
        allowed = right and life.state is State.OPENED and in_time
        self.expect(allowed, lambda: self.ground.claim(code, program))
        if allowed:
            life.program = program
            life.go(State.CLAIMED, self.now)
        elif not right and life.state is State.OPENED:
            life.wrong_codes += 1
            if life.wrong_codes >= LIMITS.code_tries:
                life.go(State.REFUSED, self.now)

    # ── the confirmation ─────────────────────────────────────────────────────────────────────────────────────────

    @rule(index=which, method=st.sampled_from(Method), other_card=st.sampled_from((False, False, False, True)))
    def ask(self, index: int, method: Method, other_card: bool) -> None:
        life = self.life(index)
        allowed = (
            life.program is not None
            and life.state in (State.CLAIMED, State.CONFIRMING)
            and life.opened - SKEW <= self.now < life.ends
            and not other_card
            and self.usable()
            and (method is Method.WEB or life.messages < LIMITS.sms_per_unlock)
        )
        serial = "AA" * 12 if other_card else SERIAL
        request = ConfirmationRequest(method=method, card_serial=serial)
        self._errand(allowed, life, "ask-confirmation", "confirmation", request)
        if allowed:
            life.method, life.asked = method, self.now
            if method is Method.SMS:
                life.messages += 1
                life.sms_code = _newest_code()
            life.go(State.CONFIRMING, self.now)

    @rule(index=which, right=st.sampled_from((True, True, False)), other_method=st.sampled_from((False, False, True)))
    def answer_confirmation(self, index: int, right: bool, other_method: bool) -> None:
        life = self.life(index)
        asked = life.method or Method.SMS
        method = next(one for one in Method if (one is not asked) == other_method)
        known = WEB_PASSWORD if method is Method.WEB else life.sms_code or "00000000"
        text = known if right else _other_digits(known)
        put = (
            life.program is not None
            and life.state is State.CONFIRMING
            and life.opened - SKEW <= self.now < life.ends
            and method is life.method
        )
        seconds = LIMITS.sms_code_seconds if method is Method.SMS else LIMITS.consent_seconds
        in_time = put and life.asked is not None and life.asked - SKEW <= self.now < life.asked + _s(seconds)
        allowed = in_time and right
        request = ConfirmationAnswer(method=method, answer=text)
        self._errand(allowed, life, "answer-confirmation", "confirmation/answer", request)
        if allowed:
            life.confirmed = self.now
            life.go(State.CONFIRMED, self.now)
        elif in_time:
            life.wrong_answers += 1
            if life.wrong_answers >= LIMITS.confirmation_tries:
                life.go(State.REFUSED, self.now)

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
        text = self._errand(allowed, life, "grant", "grant", GrantRequest(card_serial=SERIAL))
        if text:
            life.grants.append(Given(_grant(text), self.number()))

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
        text = self._errand(allowed, life, "consent", "consent", ConsentRequest(challenge=challenge))
        if asked and not proven:
            self._count_wrong_proof(life)
        if text:
            for other in others:
                other.go(State.UNSETTLED, self.now)
                other.grade = "G0"
            self._released(life, challenge, bytes.fromhex(json.loads(text)["answer"]), kind)

    def _vouched(self, life: Life) -> bool:
        """A sign-in vouches for half an hour and a little more; none does that lies in the future of the clock."""
        return bool(-_s(60) <= self.now - life.opened < VOUCHED)

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
            and -SKEW <= self.now - life.confirmed < _s(LIMITS.consent_seconds)
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
        self._errand(heard and ready and not false, life, "report", "report", Report(outcome=outcome, evidence=given))
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
        verdict = _proven(life.before, tries) if right else None
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

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from((1, 20, 61, 170, 181, 301, 601, 1801)), swept=st.booleans())
    def time_passes(self, seconds: int, swept: bool) -> None:
        self.ground.stage.clock.pass_seconds(seconds)
        if swept:
            acts.sweep(limits=LIMITS, now=self.now)
            for life in self.lives:
                self._let_time_act(life)

    @rule(seconds=st.sampled_from((20, 400)))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.ground.stage.clock.pass_seconds(-seconds)

    def _let_time_act(self, life: Life) -> None:
        if life.state is State.RELEASED and self.now - life.moved >= _s(LIMITS.silence_seconds):
            life.go(State.UNCERTAIN, self.now)
        if self.now >= life.ends:
            life.close(State.EXPIRED, self.now)

    # ── the next right step, so that many examples come far ──────────────────────────────────────────────────────

    def _go_on(self) -> None:
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

    go_on_1 = rule()(lambda self: self._go_on())
    go_on_2 = rule()(lambda self: self._go_on())
    go_on_3 = rule()(lambda self: self._go_on())

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

    # ── how it speaks ────────────────────────────────────────────────────────────────────────────────────────────

    def _errand(self, allowed: bool, life: Life, act: str, path: str, message: Any) -> str | None:
        text = self.expect(allowed, lambda: self.ground.ask(act, path, message, life))
        return None if text is None else str(text)


def _s(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


def _other(secret: str) -> str:
    """A secret that differs in its last character."""
    return secret[:-1] + ("A" if secret[-1] != "A" else "B")


def _other_digits(text: str) -> str:
    return f"{(int(text) + 1) % 10**8:08d}" if text.isdigit() else text + "x"


def _newest_code() -> str:
    message = OutboxMessage.objects.filter(key__startswith="confirmation:").order_by("-pk").first()
    assert message is not None
    found = re.search(r"\b\d{8}\b", message.text)
    assert found is not None
    return found.group()


def _grant(text: str) -> Grant:
    given = GrantGiven.model_validate_json(text)
    return Grant(given.session, given.nonce)


def _proven(before: int, now: int) -> bool | None:
    """What tries show of an open outcome: none before and all now, it happened; none and none, it did not."""
    return None if before else {0: False, 3: True}.get(now)


@pytest.mark.django_db
def test_the_unlock_is_its_model(
    tmp_path: Path, now: Any, counted: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    row = counted("stateful model of the unlock", small=2000, large=100000)
    ground = Ground(make_stage(tmp_path, now))
    set_web_password(holder=ground.stage.holder, password=WEB_PASSWORD, actor="rehearsal", now=now - timedelta(days=30))
    reached: Counter[str] = Counter()
    machine = type("Unlocking", (Unlocking,), {
        "ground": ground, "certificate": _certificate(ground, now), "reached": reached,
    })  # fmt: skip
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=row.wanted, stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
    assert {one.split()[0] for one in reached} == {state.value for state in State}, "every state was lived in"
    assert {"done G1", "done G0"} <= set(reached)
    row.did(row.wanted)


def _certificate(ground: Ground, now: Any) -> Certificate:
    """A certificate of no use but to be revoked."""
    return Certificate.objects.create(
        card=ground.stage.card, serial="0a01", profile="nes", subject="CN=Deneme Kişi", state=Certificate.State.VALID,
        not_before=now - timedelta(days=20), not_after=now + timedelta(days=700),
        state_since=now - timedelta(days=20), der=b"0\x00",
    )  # fmt: skip
