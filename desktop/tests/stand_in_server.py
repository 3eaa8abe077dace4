"""A stand-in for the server behind the port `Server`: small, in memory, and honest. It checks what cards prove with the
real issuer and two known keys, so a program that does something wrong is refused by it as by the real one."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from anahtar_card.families.akis import messages, names
from anahtar_card.families.akis.example import CARD_KEY, RECORD, RESET_KEY
from anahtar_card.families.akis.issuer import AkisIssuer
from anahtar_card.family import CardRecord, Grant, ProofWrong, Statement
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import (
    Claimed,
    ConfirmationMethod,
    ConfirmationRequested,
    Evidence,
    Kind,
    Method,
    Outcome,
    PersonalDigits,
    Standing,
    State,
)
from anahtar_wire.problems import Problem, Refusal

SMS_CODE = "40718263"
WEB_PASSWORD = "kiraz dalı 7"
PHONE = "5321234567"
SALT = bytes(16)
COST = 1024
LIVE = (State.CLAIMED, State.CONFIRMING, State.CONFIRMED)


def mac(label: str, context: bytes, message: bytes) -> bytes:
    """The cards' known keys stand where the HSM would."""
    return messages.aes_cmac({names.RESET_KEY: RESET_KEY, names.CARD_KEY: CARD_KEY}[label], message)


@functools.cache
def personal_digits(*numbers: str) -> PersonalDigits:
    """Digests of every run of 6 to 8 digits."""
    runs = {n[start : start + size] for n in numbers for size in (6, 7, 8) for start in range(len(n) - size + 1)}
    digests = [hashlib.scrypt(run.encode(), salt=SALT, n=COST, r=8, p=1, dklen=16) for run in sorted(runs)]
    return PersonalDigits(salt=SALT, cost=COST, digests=digests)


@dataclass
class Unlock:
    name: str
    state: State = State.OPENED
    grant: Grant | None = None
    next_nonce: bytes = b""
    statement: Statement | None = None
    settling: Grant | None = None
    evidence: Evidence | None = None
    tries_left: int = 5
    consents: int = 0


@dataclass
class StandInServer:
    """One card's server. `before` and `after` hold, for a call's name, what to do (usually: raise) before or after it
    did its work; `calls` lists the calls in order."""

    code: VerificationCode
    card: CardRecord = RECORD
    methods: list[ConfirmationMethod] = field(
        default_factory=lambda: [
            ConfirmationMethod(method=Method.SMS, usable=True, to="*** ** 67"),
            ConfirmationMethod(method=Method.WEB, usable=True),
        ]
    )
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    problem_at_claim: Problem | None = None

    def __post_init__(self) -> None:
        self.issuer = AkisIssuer()
        self.unlock = Unlock(secrets.token_hex(16))

    @property
    def address(self) -> str:
        return "https://stand-in.invalid"

    def claim(self, code: VerificationCode) -> Claimed:
        self._enter("claim")
        if self.problem_at_claim:
            raise Refusal(self.problem_at_claim)
        if code != self.code:
            raise Refusal(Problem.CODE_WRONG)
        if self.unlock.state is not State.OPENED:
            raise Refusal(Problem.CODE_USED)
        self.unlock.state = State.CLAIMED
        self._leave("claim")
        return Claimed(
            unlock=self.unlock.name,
            kind=Kind.NES,
            holder="A*** D***",
            card_serial=self.card.serial,
            card_family="akis",
            expires_at=_soon(),
            methods=self.methods,
            personal=personal_digits(PHONE),
        )

    def ask_confirmation(self, unlock: str, method: Method, card_serial: str) -> ConfirmationRequested:
        self._enter("ask_confirmation", unlock, State.CLAIMED, State.CONFIRMING)
        self.unlock.state = State.CONFIRMING
        self._leave("ask_confirmation")
        to = "*** ** 67" if method is Method.SMS else None
        return ConfirmationRequested(method=method, to=to, expires_at=_soon(), tries_left=self.unlock.tries_left)

    def confirm(self, unlock: str, method: Method, answer: str) -> None:
        self._enter("confirm", unlock, State.CONFIRMING)
        if answer != {Method.SMS: SMS_CODE, Method.WEB: WEB_PASSWORD}[method]:
            self.unlock.tries_left -= 1
            if not self.unlock.tries_left:
                self.unlock.state = State.REFUSED
                raise Refusal(Problem.CONFIRMATION_OVER)
            raise Refusal(Problem.CONFIRMATION_WRONG, tries_left=self.unlock.tries_left)
        self.unlock.state = State.CONFIRMED
        self._leave("confirm")

    def grant(self, unlock: str, card_serial: str) -> Grant:
        self._enter("grant", unlock, State.CONFIRMED, State.RELEASED, State.NOT_DONE)
        self.unlock.grant = Grant(bytes.fromhex(unlock), secrets.token_bytes(16))
        self._leave("grant")
        return self.unlock.grant

    def consent(self, unlock: str, challenge: bytes) -> bytes:
        self._enter("consent", unlock, State.CONFIRMED, State.RELEASED, State.NOT_DONE)
        assert self.unlock.grant is not None
        try:
            statement = self.issuer.read_proof(self.card, self.unlock.grant, challenge, mac)
        except ProofWrong:
            raise Refusal(Problem.CARD_PROOF_WRONG) from None
        self.unlock.state = State.RELEASED
        self.unlock.statement = statement
        self.unlock.consents += 1
        self.unlock.next_nonce = secrets.token_bytes(16)
        cryptogram = self.issuer.consent(self.card, self.unlock.grant, statement, mac)
        self._leave("consent")
        return self.issuer.answer(cryptogram, self.unlock.next_nonce)

    def report(self, unlock: str, outcome: Outcome, evidence: bytes = b"") -> Standing:
        self._enter("report", unlock, State.RELEASED, State.UNCERTAIN, State.DONE)
        if outcome is Outcome.DONE:
            self._close(self._grade(evidence) if evidence else Evidence.G0)
        elif self.unlock.state is State.RELEASED:
            self.unlock.state = State.UNCERTAIN
        self._leave("report")
        return self._standing()

    def cancel(self, unlock: str) -> None:
        self._enter("cancel", unlock)
        if self.unlock.state in LIVE:
            self.unlock.state = State.CANCELLED

    def standing(self, unlock: str) -> Standing:
        self._enter("standing", unlock)
        return self._standing()

    def settling_grant(self, card_serial: str) -> Grant:
        self._enter("settling_grant")
        if self.unlock.state is not State.UNCERTAIN or card_serial != self.card.serial:
            raise Refusal(Problem.NOTHING_TO_SETTLE)
        self.unlock.settling = Grant(bytes.fromhex(self.unlock.name), secrets.token_bytes(16))
        return self.unlock.settling

    def settle(self, card_serial: str, proof: bytes) -> Standing:
        self._enter("settle")
        assert self.unlock.settling is not None
        now = self.issuer.read_proof(self.card, self.unlock.settling, proof, mac)
        before = self.unlock.statement
        assert before is not None
        if before.pin_tries == 0:
            if now.pin_tries == now.pin_max:
                self._close(Evidence.G1)
            elif now.pin_tries == 0:
                self.unlock.state = State.NOT_DONE
        self._leave("settle")
        return self._standing()

    def _grade(self, evidence: bytes) -> Evidence:
        assert self.unlock.grant is not None
        assert self.unlock.statement is not None
        grant = Grant(self.unlock.grant.session, self.unlock.next_nonce)
        said = self.issuer.read_evidence(self.card, grant, self.unlock.statement.card_nonce, evidence, mac)
        assert said.reset
        assert said.verified
        return Evidence.G1

    def _close(self, evidence: Evidence) -> None:
        self.unlock.state, self.unlock.evidence = State.DONE, self.unlock.evidence or evidence

    def _standing(self) -> Standing:
        pin = {State.DONE: "new", State.NOT_DONE: "old"}.get(self.unlock.state, "unknown")
        unlock = self.unlock
        return Standing(unlock=unlock.name, state=unlock.state, evidence=unlock.evidence, pin=pin)  # type: ignore[arg-type]

    def _enter(self, call: str, unlock: str | None = None, *states: State) -> None:
        self.calls.append(call)
        if call in self.before:
            self.before[call]()
        if unlock is not None and unlock != self.unlock.name:
            raise Refusal(Problem.UNLOCK_UNKNOWN)
        if states and self.unlock.state not in states:
            late = self.unlock.state is State.UNCERTAIN
            raise Refusal(Problem.SETTLE_FIRST if late else Problem.UNLOCK_NOT_READY)

    def _leave(self, call: str) -> None:
        if call in self.after:
            self.after[call]()


def refuse(problem: Problem) -> Callable[[], None]:
    """Something to do in `before` or `after`: refuse so, every time."""

    def act() -> None:
        raise Refusal(problem)

    return act


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)
