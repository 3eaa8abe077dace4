"""The pretend server of the practice mode, behind the same port as the real one. It reaches no network.

The card's keys are those of `families.akis.example`, which everybody knows,
so no real card would take what this server says. It is honest all the same: it checks what the card proves with the
real issuer, and a program that does something wrong is refused by it as by the real one.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
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

ADDRESS = "https://practice.invalid"
HOLDER = "Alıştırma Kartı"
PHONE, TO = "5320000000", "*** ** 00"
SMS_LENGTH = 8
TRIES = 5
MINUTES = 5
COST = 1024
"""Of the digests of personal digits; small, for these protect nobody."""
LIVE = (State.CLAIMED, State.CONFIRMING, State.CONFIRMED)


def mac(label: str, context: bytes, message: bytes) -> bytes:
    """The practice card's known keys stand where the HSM would."""
    return messages.aes_cmac({names.RESET_KEY: RESET_KEY, names.CARD_KEY: CARD_KEY}[label], message)


def personal_digits(*numbers: str) -> PersonalDigits:
    """Return the digests of every run of 6 to 8 digits in `numbers`."""
    salt = bytes(16)
    runs = {n[start : start + size] for n in numbers for size in (6, 7, 8) for start in range(len(n) - size + 1)}
    digests = [hashlib.scrypt(run.encode(), salt=salt, n=COST, r=8, p=1, dklen=16) for run in sorted(runs)]
    return PersonalDigits(salt=salt, cost=COST, digests=digests)


@dataclass
class Unlock:
    """What the pretend server knows of its one unlock."""

    name: str
    state: State = State.OPENED
    grant: Grant | None = None
    next_nonce: bytes = b""
    statement: Statement | None = None
    settling: Grant | None = None
    evidence: Evidence | None = None
    tries_left: int = TRIES
    consents: int = 0


@dataclass
class PracticeServer:
    """The server of one card and one unlock. `sms` and `password` are what confirms it."""

    code: VerificationCode
    sms: str
    password: str = ""
    card: CardRecord = RECORD
    holder: str = HOLDER
    phone: str = PHONE
    to: str = TO
    methods: list[ConfirmationMethod] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.issuer = AkisIssuer()
        self.unlock = Unlock(secrets.token_hex(16))
        self.methods = self.methods or [ConfirmationMethod(method=Method.SMS, usable=True, to=self.to)]

    @property
    def address(self) -> str:
        return ADDRESS

    def code_of_link(self, reference: str) -> VerificationCode:
        """Know no link: practice has no portal."""
        raise Refusal(Problem.LINK_SPENT)

    def claim(self, code: VerificationCode) -> Claimed:
        """Take the one code, once."""
        if code != self.code:
            raise Refusal(Problem.CODE_WRONG)
        if self.unlock.state is not State.OPENED:
            raise Refusal(Problem.CODE_USED)
        self.unlock.state = State.CLAIMED
        return Claimed(
            unlock=self.unlock.name,
            kind=Kind.NES,
            holder=self.holder,
            card_serial=self.card.serial,
            card_family=names.FAMILY,
            expires_at=_soon(),
            methods=self.methods,
            personal=personal_digits(self.phone),
        )

    def ask_confirmation(self, unlock: str, method: Method, card_serial: str) -> ConfirmationRequested:
        """Pretend to send an SMS."""
        self._need(unlock, State.CLAIMED, State.CONFIRMING)
        self.unlock.state = State.CONFIRMING
        to = self.to if method is Method.SMS else None
        return ConfirmationRequested(method=method, to=to, expires_at=_soon(), tries_left=self.unlock.tries_left)

    def confirm(self, unlock: str, method: Method, answer: str) -> None:
        """Compare the answer; a right one may come again, for its reply may have been lost."""
        self._need(unlock, State.CONFIRMING, State.CONFIRMED)
        if answer != {Method.SMS: self.sms, Method.WEB: self.password}[method]:
            self.unlock.tries_left -= 1
            if not self.unlock.tries_left:
                self.unlock.state = State.REFUSED
                raise Refusal(Problem.CONFIRMATION_OVER)
            raise Refusal(Problem.CONFIRMATION_WRONG, tries_left=self.unlock.tries_left)
        self.unlock.state = State.CONFIRMED

    def grant(self, unlock: str, card_serial: str) -> Grant:
        """Return session and nonce for the card."""
        self._need(unlock, State.CONFIRMED, State.RELEASED, State.NOT_DONE)
        self.unlock.grant = Grant(bytes.fromhex(unlock), secrets.token_bytes(16))
        return self.unlock.grant

    def consent(self, unlock: str, challenge: bytes) -> bytes:
        """Check the card's proof and answer it."""
        self._need(unlock, State.CONFIRMED, State.RELEASED, State.NOT_DONE)
        assert self.unlock.grant is not None
        with _believing():
            statement = self.issuer.read_proof(self.card, self.unlock.grant, challenge, mac)
        self.unlock.state, self.unlock.statement = State.RELEASED, statement
        self.unlock.consents += 1
        self.unlock.next_nonce = secrets.token_bytes(16)
        cryptogram = self.issuer.consent(self.card, self.unlock.grant, statement, mac)
        return self.issuer.answer(cryptogram, self.unlock.next_nonce)

    def report(self, unlock: str, outcome: Outcome, evidence: bytes = b"") -> Standing:
        """Take what became of the card."""
        self._need(unlock, State.RELEASED, State.UNCERTAIN, State.DONE)
        if outcome is Outcome.DONE:
            self._close(self._grade(evidence) if evidence else Evidence.G0)
        elif self.unlock.state is State.RELEASED:
            self.unlock.state = State.UNCERTAIN
        return self._standing()

    def cancel(self, unlock: str) -> None:
        """End the unlock if nothing was released."""
        if self.unlock.state in LIVE:
            self.unlock.state = State.CANCELLED

    def standing(self, unlock: str) -> Standing:
        """Return where the unlock stands."""
        self._need(unlock)
        return self._standing()

    def settling_grant(self, card_serial: str) -> Grant:
        """Return session and nonce for settling."""
        if self.unlock.state is not State.UNCERTAIN or card_serial != self.card.serial:
            raise Refusal(Problem.NOTHING_TO_SETTLE)
        self.unlock.settling = Grant(bytes.fromhex(self.unlock.name), secrets.token_bytes(16))
        return self.unlock.settling

    def settle(self, card_serial: str, proof: bytes) -> Standing:
        """Read the card's tries: 0 before and full after show the reset, 0 still shows that there was none."""
        assert self.unlock.settling is not None
        with _believing():
            now = self.issuer.read_proof(self.card, self.unlock.settling, proof, mac)
        before = self.unlock.statement
        assert before is not None
        if before.pin_tries == 0 and now.pin_tries == now.pin_max:
            self._close(Evidence.G1)
        elif before.pin_tries == now.pin_tries == 0:
            self.unlock.state = State.NOT_DONE
        return self._standing()

    def _grade(self, evidence: bytes) -> Evidence:
        assert self.unlock.grant is not None
        assert self.unlock.statement is not None
        grant = Grant(self.unlock.grant.session, self.unlock.next_nonce)
        with _believing():
            said = self.issuer.read_evidence(self.card, grant, self.unlock.statement.card_nonce, evidence, mac)
        return Evidence.G1 if said.reset and said.verified else Evidence.G0

    def _close(self, evidence: Evidence) -> None:
        self.unlock.state, self.unlock.evidence = State.DONE, self.unlock.evidence or evidence

    def _standing(self) -> Standing:
        pin = {State.DONE: "new", State.NOT_DONE: "old"}.get(self.unlock.state, "unknown")
        unlock = self.unlock
        return Standing(unlock=unlock.name, state=unlock.state, evidence=unlock.evidence, pin=pin)  # type: ignore[arg-type]

    def _need(self, unlock: str, *states: State) -> None:
        if unlock != self.unlock.name:
            raise Refusal(Problem.UNLOCK_UNKNOWN)
        if states and self.unlock.state not in states:
            late = self.unlock.state is State.UNCERTAIN
            raise Refusal(Problem.SETTLE_FIRST if late else Problem.UNLOCK_NOT_READY)


@contextlib.contextmanager
def _believing() -> Iterator[None]:
    """Refuse what the card's key did not prove, as the real server does."""
    try:
        yield
    except ProofWrong:
        raise Refusal(Problem.CARD_PROOF_WRONG) from None


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=MINUTES)
