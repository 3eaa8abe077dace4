"""The messages of the program's API. All are strict: an unknown field, a wrong type or another version is refused."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from anahtar_wire.fields import (
    CardSerial,
    Hex,
    Hex16,
    KeyName,
    LinkReference,
    PublicKey,
    Sealed,
    Short,
    Time,
    UnlockName,
)
from anahtar_wire.names import Evidence as Evidence
from anahtar_wire.names import Kind as Kind
from anahtar_wire.names import Method as Method
from anahtar_wire.names import Outcome as Outcome
from anahtar_wire.names import State as State
from anahtar_wire.sealing import About, name_of, seal


class Message(BaseModel):
    """The base of every message: frozen, strict, with the wire's version."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1] = 1


class Program(Message):
    """The program that asks: its own name and version, the system and the computer's name as the holder knows it."""

    name: Short
    release: Short
    system: Short
    computer: Short


class ClaimRequest(Message):
    """Trades a verification code for an unlock bound to the program's key."""

    code: str = Field(max_length=64, repr=False)
    program_key: PublicKey
    program: Program


class LinkRequest(Message):
    """Trades the reference of a link from the portal for its verification code; a reference works once, within 60 s."""

    ref: LinkReference = Field(repr=False)


class LinkAnswer(Message):
    """The verification code of the link, for the field that a person submits."""

    code: str = Field(max_length=64, repr=False)


class ConfirmationMethod(Message):
    """A way to confirm; when it cannot be used now, `problem` says why and `usable_from` when it can."""

    method: Method
    usable: bool
    to: Short | None = None
    problem: Short | None = None
    usable_from: Time | None = None


class PersonalDigits(Message):
    """Digits that must not be in the PIN, as scrypt digests (16 bytes, r=8, p=1) of every run of 6 to 8 of them, so
    that a claimed code shows nobody a birth date or telephone number."""

    salt: Hex16
    cost: int = Field(ge=1024, le=65536)
    digests: list[Hex16] = Field(max_length=400)


class Claimed(Message):
    """An unlock, bound: which card it is for, whose (masked), until when, and how it can be confirmed."""

    unlock: UnlockName
    kind: Kind
    holder: Short
    card_serial: CardSerial
    card_family: Short
    expires_at: Time
    methods: list[ConfirmationMethod] = Field(max_length=4)
    personal: PersonalDigits


class ConfirmationRequest(Message):
    """Asks for the confirmation after the new PIN was typed twice and the card was seen in a reader."""

    method: Method
    card_serial: CardSerial


class ConfirmationRequested(Message):
    """The question was put: where the code went (masked), until when it counts, how many tries are left."""

    method: Method
    to: Short | None
    expires_at: Time
    tries_left: int


class ConfirmationAnswer(Message):
    """The SMS code or the web password as typed, sealed to the key service's key of this name (`sealing`)."""

    method: Method
    key: KeyName
    sealed: Sealed = Field(repr=False)

    @classmethod
    def of(cls, typed: str, *, method: Method, unlock: str, program_key: bytes, to: bytes) -> Self:
        """Return what was typed for this unlock, sealed by the program that claimed it; raises as `sealing.seal`."""
        about = About(unlock, method.value, program_key)
        return cls(method=method, key=name_of(to), sealed=seal(typed, to=to, about=about))


class Confirmed(Message):
    """Confirmed: the card may be opened until `expires_at`."""

    expires_at: Time


class GrantRequest(Message):
    """Asks for the session name and a fresh nonce before the card is opened."""

    card_serial: CardSerial


class GrantGiven(Message):
    """`session` names the unlock to the card, `nonce` is used once."""

    session: Hex16
    nonce: Hex16


class ConsentRequest(Message):
    """Carries the card's proof, in its family's own bytes."""

    challenge: Hex


class Consented(Message):
    """The authority's answer to the card, in its family's own bytes."""

    answer: Hex


class Report(Message):
    """What became of the card, with the card's evidence where it gave one."""

    outcome: Outcome
    evidence: Hex = b""


class Standing(Message):
    """Where an unlock stands; `pin` says which PIN is active on the card as far as it is proved."""

    unlock: UnlockName
    state: State
    evidence: Evidence | None
    pin: Literal["new", "old", "unknown"]


class SettleProof(Message):
    """The card's statement over the nonce of a settling grant."""

    card_serial: CardSerial
    proof: Hex


class Hello(Message):
    """Who the server is and what time it has."""

    name: Short
    release: Short
    time: Time
    rehearsal: bool


class ProblemReport(Message):
    """A refusal (RFC 9457): the problem's code and facts; people's texts are in the problem table on both sides."""

    type: str
    code: Short
    title: str
    status: int
    facts: dict[str, int | str] = Field(default_factory=dict)
