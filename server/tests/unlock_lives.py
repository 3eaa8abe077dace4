"""What the stateful test acts with: unlocks as the model remembers them, a card whose conversation can be held and
torn, and the stage that they all share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unlock_stage import CODE_KEY, SEALS, SERIAL, SMS_KEY, AProgram, Stage, signed_in, vouching

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.secrets_held import SALT_LENGTH, pin_of
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import Grant
from anahtar_card.flow import Ask, Conversation, Send, exchange
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory
from anahtar_server.config import Limits
from anahtar_server.keyservice.face import Face
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import acts
from anahtar_server.unlock.models import Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import Message, Method, State
from anahtar_wire.problems import Problem, Refusal

LIMITS = Limits(
    unlocks_per_card_a_day=10_000, codes_per_address=10_000, codes_overall_an_hour=10_000, settles_per_address=10_000
)
CARDS: dict[str, tuple[str | None, int]] = {"locked": ("271828", 0), "new": (None, 0), "forgotten": ("271828", 3)}
"""The PIN and its tries, for each state in which people come."""
PINS = ("482916", "974026", "618305", "305961", "826174", "594038")
"""Each unlock of an example sets another one, so that the card shows which of them set it."""
FINAL = (State.DONE, State.REFUSED, State.EXPIRED, State.CANCELLED, State.UNSETTLED)
OPEN_OUTCOME = (State.RELEASED, State.UNCERTAIN)
BEFORE_RELEASE = (State.OPENED, State.CLAIMED, State.CONFIRMING, State.CONFIRMED)
MAY_CONSENT = (State.CONFIRMED, State.RELEASED, State.NOT_DONE)


@dataclass
class Given:
    """A grant as the model knows it; `number` orders all grants of an example, as the database's keys do."""

    grant: Grant
    number: int
    used: bool = False


@dataclass
class Life:
    """One unlock as the model has it: what must be in the register, and what its parties hold."""

    unlock: UUID
    code: VerificationCode
    pin: str
    opened: datetime
    state: State = State.OPENED
    closed: bool = False
    grade: str = ""
    moved: datetime = field(init=False)
    program: AProgram | None = None
    wrong_codes: int = 0
    method: Method | None = None
    sms_code: str = ""
    messages: int = 0
    wrong_answers: int = 0
    asked: datetime | None = None
    confirmed: datetime | None = None
    wrong_proofs: int = 0
    grants: list[Given] = field(default_factory=list)
    settling: list[Given] = field(default_factory=list)
    consents: dict[bytes, int] = field(default_factory=dict)
    """The card nonces that had a consent, each with the number of its evidence grant."""
    before: int = 0
    challenge: bytes = b""
    last_given: Given | None = None
    evidence: bytes = b""
    seen: bool = False
    was_set: bool = False

    def __post_init__(self) -> None:
        self.moved = self.opened

    @property
    def live(self) -> bool:
        """At most one of these a card."""
        return self.state in (*BEFORE_RELEASE, State.RELEASED) or (self.state is State.NOT_DONE and not self.closed)

    @property
    def ends(self) -> datetime:
        """When time ends it."""
        if self.state is State.OPENED:
            return self.opened + timedelta(seconds=LIMITS.code_seconds)
        if self.confirmed is not None:
            return self.confirmed + timedelta(seconds=LIMITS.consent_seconds)
        return self.opened + timedelta(seconds=LIMITS.unlock_seconds)

    def go(self, state: State, now: datetime) -> None:
        """Be in a state from now on."""
        self.state, self.moved = state, now

    def close(self, state: State, now: datetime) -> None:
        """End it from outside: before the release for good, after it for further consents only."""
        if self.state in BEFORE_RELEASE:
            self.go(state, now)
        elif self.state not in FINAL and not self.closed:
            self.closed, self.moved = True, now


class Plastic:
    """The card: in one conversation at a time, which loses everything when another one begins."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.card = AkisCard.open(memory)
        self.of: Life | None = None
        self._talk: Conversation[bytes] | None = None

    @property
    def silent(self) -> bool:
        """Whether no conversation waits for the authority's answer."""
        return self._talk is None

    def reset(self) -> None:
        """Power it down and up."""
        self._talk, self.of = None, None
        self.memory.on_write = None
        self.card.power_off()
        self.card.power_on()

    def begin_unlock(self, life: Life, grant: Grant) -> bytes:
        """Begin to set a PIN and return the card's proof; the conversation waits for the authority."""
        self.reset()
        talk = AkisDriver().unlock(grant, Pin(life.pin))
        step = next(talk)
        while not isinstance(step, Ask):
            assert isinstance(step, Send)
            step = talk.send(exchange(self.card, step.command))
        self._talk, self.of = talk, life
        return step.challenge

    def go_on(self, answer: bytes) -> bytes:
        """Give the authority's answer and return the evidence; raises what the card does, PowerLost where torn."""
        talk, self._talk = self._talk, None
        assert talk is not None
        step = talk.send(answer)
        while True:
            assert isinstance(step, Send)
            try:
                step = talk.send(exchange(self.card, step.command))
            except StopIteration as done:
                return bytes(done.value)

    def prove(self, grant: Grant) -> bytes:
        """State the tries over a nonce."""
        self.reset()
        talk = AkisDriver().prove(grant)
        step = next(talk)
        while True:
            assert isinstance(step, Send)
            try:
                step = talk.send(exchange(self.card, step.command))
            except StopIteration as done:
                return bytes(done.value)

    def has(self, pin: str) -> bool:
        """Whether this is the PIN, looked up without the card noticing."""
        held = pin_of(self.memory)
        return held.exists and held.matches(pin.encode())

    @property
    def tries(self) -> int:
        """The PIN's tries."""
        return pin_of(self.memory).tries

    @property
    def key_tries(self) -> int:
        """The authority's tries."""
        return int(self.memory.read("reset_key_tries"))


class Ground:
    """The stage between examples: what is in the registers stays, the card begins anew."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.began = stage.clock()
        self._pristine = {name: stage.memory.read(name) for name in _names(stage.memory)}
        self.face = Face(
            custody=stage.custody, code_key=SMS_KEY, seals=SEALS, limits=LIMITS, clock=stage.clock,
            vouching=vouching(stage.provider),
        )  # fmt: skip
        self.programs = (AProgram(), AProgram())

    def card(self, kind: str) -> Plastic:
        """Return the card as it was at first, in one of the states in which people come."""
        self.stage.clock.time = self.began
        memory = Memory(self._pristine)
        pin, tries = CARDS[kind]
        if pin is None:
            memory.write(pin=b"", pin_tries=0)
        else:
            pin_of(memory).set(pin.encode(), secrets.token_bytes(SALT_LENGTH))
            memory.write(pin_tries=tries)
        return Plastic(memory)

    def sign_in(self) -> SignIn:
        """Sign the holder in, now."""
        return signed_in(self.stage.holder, self.stage.provider, self.stage.clock())

    def open(self, pin: str) -> Life:
        """Open an unlock as the portal does; raises Refusal."""
        now = self.stage.clock()
        unlock, code = acts.open_unlock(
            card=self.stage.card, holder=self.stage.holder, sign_in=self.sign_in(), duties=True, code_key=CODE_KEY,
            limits=LIMITS, fresh_minutes=15, actor=f"holder:{self.stage.holder.pk}", now=now,
        )  # fmt: skip
        return Life(unlock.pk, code, pin, now)

    def claim(self, code: VerificationCode, program: AProgram) -> Unlock:
        """Bring a code as a program does; raises Refusal."""
        return acts.claim(
            request=program.claim_request(code), code=code, address="127.0.0.1", code_key=CODE_KEY, limits=LIMITS,
            now=self.stage.clock(),
        )  # fmt: skip

    def ask(self, act: str, path: str, message: Message, life: Life, program: AProgram | None = None) -> str:
        """Send an errand to the key service's face and return its message; raises Refusal."""
        by = program or life.program or self.programs[0]
        reply = self.face.answer(by.errand(act, life.unlock.hex, path, message))
        if reply.problem:
            raise Refusal(Problem(reply.problem), **reply.facts)
        return reply.message


def _names(memory: Memory) -> list[str]:
    """Every name in a card's memory."""
    values: dict[str, Any] = memory._values
    return list(values)


__all__ = ("CARDS", "PINS", "SERIAL", "Given", "Ground", "Life", "Plastic")
