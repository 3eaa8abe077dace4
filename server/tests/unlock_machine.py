"""What people do around an unlock, as rules of a stateful test: the portal, the code, the confirmation, time. Each says
what the model foretells, does it for real, and compares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from unlock_lives import CARDS, FINAL, LIMITS, OPEN_OUTCOME, PINS, SERIAL, Given, Ground, Life

from anahtar_card.family import Grant
from anahtar_server.audit.models import AuditEntry
from anahtar_server.certificates.acts import revoke
from anahtar_server.certificates.card_acts import report_lost
from anahtar_server.certificates.models import Certificate
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.unlock import acts
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import ConfirmationRequest, GrantGiven, Method, State
from anahtar_wire.problems import Refusal

WEB_PASSWORD = "dört-kelime-bir-parola"
SKEW = timedelta(seconds=2)
BEGINNINGS = (State.OPENED, State.CONFIRMING, State.CONFIRMED, State.RELEASED, State.RELEASED)

AT_ONCE = LIMITS.model_copy(update={"unsettle_days": -1})
"""The days after which operators may end an outcome are not what the model is about."""

which = st.integers(0, 7)
"""One of the unlocks of an example; more lives than there are count round."""


class Acting(RuleBasedStateMachine):
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

    def go_on(self) -> None:
        """Do the next right thing for the newest unlock."""
        raise NotImplementedError

    # ── the portal ───────────────────────────────────────────────────────────────────────────────────────────────

    @initialize(kind=st.sampled_from(sorted(CARDS)), until=st.sampled_from(BEGINNINGS))
    def a_card(self, kind: str, until: State) -> None:
        """Begin somewhere on the right way, so that the steps of an example are spent where it matters."""
        self.plastic = self.ground.card(kind)
        self.open()
        while self.lives[0].state is not until:
            self.go_on()

    @precondition(lambda self: len(self.lives) < len(PINS))
    @rule()
    def open(self) -> None:
        before = self.live()
        if before is not None:
            self.let_time_act(before)
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
            lambda: acts.unsettle(
                unlock_id=life.unlock, actor="operator:one", second="operator:two", limits=AT_ONCE, now=self.now
            ),
        ):
            life.go(State.UNSETTLED, self.now)
            life.grade = "G0"

    # ── the code ─────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(index=which, right=st.sampled_from((True, True, True, False)), second=st.booleans())
    def claim(self, index: int, right: bool, second: bool) -> None:
        life, program = self.life(index), self.ground.programs[second]
        code = life.code if right else VerificationCode(life.code.reference, other_secret(life.code.secret))
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
        self.errand(allowed, life, "ask-confirmation", "confirmation", request)
        if allowed:
            life.method, life.asked = method, self.now
            if method is Method.SMS:
                life.messages += 1
                life.sms_code = newest_code()
            life.go(State.CONFIRMING, self.now)

    @rule(index=which, right=st.sampled_from((True, True, False)), other_method=st.sampled_from((False, False, True)))
    def answer_confirmation(self, index: int, right: bool, other_method: bool) -> None:
        life = self.life(index)
        asked = life.method or Method.SMS
        method = next(one for one in Method if (one is not asked) == other_method)
        known = WEB_PASSWORD if method is Method.WEB else life.sms_code or "00000000"
        text = known if right else other_digits(known)
        put = (
            life.program is not None
            and life.state is State.CONFIRMING
            and life.opened - SKEW <= self.now < life.ends
            and method is life.method
        )
        seconds = LIMITS.sms_code_seconds if method is Method.SMS else LIMITS.consent_seconds
        in_time = put and life.asked is not None and life.asked - SKEW <= self.now < life.asked + s(seconds)
        again = life.program is not None and life.state is State.CONFIRMED
        allowed = (in_time and right) or (again and life.opened - SKEW <= self.now < life.ends)
        request = (life.program or self.ground.programs[0]).sealed(text, life.unlock.hex, method)
        self.errand(allowed, life, "answer-confirmation", "confirmation/answer", request)
        if again:
            return
        if allowed:
            life.confirmed = self.now
            life.go(State.CONFIRMED, self.now)
        elif in_time:
            life.wrong_answers += 1
            if life.wrong_answers >= LIMITS.confirmation_tries:
                life.go(State.REFUSED, self.now)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from((1, 20, 61, 170, 181, 301, 601, 1801)), swept=st.booleans())
    def time_passes(self, seconds: int, swept: bool) -> None:
        self.ground.stage.clock.pass_seconds(seconds)
        if swept:
            acts.sweep(limits=LIMITS, now=self.now)
            for life in self.lives:
                self.let_time_act(life)

    @rule(seconds=st.sampled_from((20, 400)))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.ground.stage.clock.pass_seconds(-seconds)

    def let_time_act(self, life: Life) -> None:
        if life.state is State.RELEASED and self.now - life.moved >= s(LIMITS.silence_seconds):
            life.go(State.UNCERTAIN, self.now)
        if self.now >= life.ends:
            life.close(State.EXPIRED, self.now)

    # ── how it speaks ────────────────────────────────────────────────────────────────────────────────────────────

    def errand(self, allowed: bool, life: Life, act: str, path: str, message: Any) -> str | None:
        text = self.expect(allowed, lambda: self.ground.ask(act, path, message, life))
        return None if text is None else str(text)


def s(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


def other_secret(secret: str) -> str:
    """A secret that differs in its last character."""
    return secret[:-1] + ("A" if secret[-1] != "A" else "B")


def other_digits(text: str) -> str:
    return f"{(int(text) + 1) % 10**8:08d}" if text.isdigit() else text + "x"


def newest_code() -> str:
    message = OutboxMessage.objects.filter(key__startswith="confirmation:").order_by("-pk").first()
    assert message is not None
    found = re.search(r"\b\d{8}\b", message.text)
    assert found is not None
    return found.group()


def grant_in(text: str) -> Grant:
    given = GrantGiven.model_validate_json(text)
    return Grant(given.session, given.nonce)


def shown_by_tries(before: int, now: int) -> bool | None:
    """What tries show of an open outcome: none before and all now, it happened; none and none, it did not."""
    return None if before else {0: False, 3: True}.get(now)
