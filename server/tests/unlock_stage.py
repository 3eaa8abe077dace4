"""A stage for tests of the unlock: a holder with a card in a virtual reader, a firm with a seal, and the key service's
face answering in this process with software keys. Everything real but the socket and the web server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import KeySet

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.example import RECORD, example_card
from anahtar_card.families.akis.messages import context
from anahtar_card.families.akis.names import CARD_KEY, RESET_KEY
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import Grant
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory
from anahtar_server.cards.acts import register_card
from anahtar_server.cards.models import Card
from anahtar_server.config import Limits
from anahtar_server.custody.seals import Seals, new_key
from anahtar_server.custody.software import SoftwareCustody
from anahtar_server.keyservice.face import Face
from anahtar_server.keyservice.vouching import Vouching
from anahtar_server.people.acts import add_contact_line, register_holder
from anahtar_server.people.models import Holder
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.stand_in import Signer
from anahtar_server.unlock import acts
from anahtar_server.unlock.consent import Errand
from anahtar_server.unlock.models import Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import ClaimRequest, ConfirmationAnswer, Message, Method, Program
from anahtar_wire.problems import Problem, Refusal
from anahtar_wire.proof import signed_bytes

LIMITS = Limits()
SEALS = Seals([new_key()])
CODE_KEY = b"k" * 32
SMS_KEY = b"s" * 32
TCKN = "10000000146"
MOBILE = "+905321234567"


@dataclass
class MovingClock:
    """A clock that a test moves."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)


@dataclass
class AProgram:
    """What a program is to the server: a key and its signatures."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> bytes:
        """The uncompressed point."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def claim_request(self, code: VerificationCode) -> ClaimRequest:
        """The message that trades a code."""
        program = Program(name="eimza", release="0", system="Linux", computer="masaustu")
        return ClaimRequest(code=code.reveal(), program_key=self.public, program=program)

    def sealed(self, typed: str, unlock: str, method: Method = Method.SMS) -> ConfirmationAnswer:
        """What the holder typed, as this program seals it."""
        return ConfirmationAnswer.of(typed, method=method, unlock=unlock, program_key=self.public, to=SEALS.public)

    def errand(self, act: str, unlock: str, path: str, message: Message) -> Errand:
        """A signed errand as the web tier hands it on."""
        whole = f"/api/v1/unlock/{unlock}/{path}"
        body = message.model_dump_json().encode()
        proof = self.key.sign(signed_bytes("POST", whole, body), ec.ECDSA(hashes.SHA256()))
        return Errand(act=act, method="POST", path=whole, body=body.hex(), proof=proof.hex(), unlock=unlock)


@dataclass
class Stage:
    """One holder, one card, one clock."""

    clock: MovingClock
    custody: SoftwareCustody
    holder: Holder
    sign_in: SignIn
    card: Card
    memory: Memory
    plastic: AkisCard
    provider: Signer
    program: AProgram = field(default_factory=AProgram)

    @property
    def face(self) -> Face:
        """The key service's face over this stage's keys and clock."""
        return Face(
            custody=self.custody, code_key=SMS_KEY, seals=SEALS, limits=LIMITS, clock=self.clock,
            vouching=vouching(self.provider),
        )  # fmt: skip

    def open(self, *, duties: bool = True) -> tuple[Unlock, VerificationCode]:
        """Open an unlock in the portal's name."""
        return acts.open_unlock(
            card=self.card,
            holder=self.holder,
            sign_in=self.sign_in,
            duties=duties,
            code_key=CODE_KEY,
            limits=LIMITS,
            fresh_minutes=15,
            actor=f"holder:{self.holder.pk}",
            now=self.clock(),
        )

    def claim(
        self,
        code: VerificationCode,
        program: AProgram | None = None,
        address: str = "127.0.0.1",
        limits: Limits = LIMITS,
    ) -> Unlock:
        """Bring a code as a program does."""
        return acts.claim(
            request=(program or self.program).claim_request(code),
            code=code,
            address=address,
            code_key=CODE_KEY,
            limits=limits,
            now=self.clock(),
        )

    def ask(self, act: str, path: str, message: Message, unlock: Unlock) -> str:
        """Send an errand and return the message; raises Refusal like the client does."""
        reply = self.face.answer(self.program.errand(act, unlock.name, path, message))
        if reply.problem:
            raise Refusal(Problem(reply.problem), **reply.facts)
        return reply.message

    def answer(self, typed: str, unlock: Unlock, method: Method = Method.SMS) -> str:
        """Type the SMS code or web password."""
        sealed = self.program.sealed(typed, unlock.name, method)
        return self.ask("answer-confirmation", "confirmation/answer", sealed, unlock)

    def sign_in_again(self) -> None:
        """Sign the holder in once more, now."""
        self.sign_in = signed_in(self.holder, self.provider, self.clock())

    def unlock_card(self, grant: Grant, consent: object, pin: str) -> bytes:
        """Run the card's side with an authority's answer; returns the evidence."""
        assert callable(consent)
        return converse(AkisDriver().unlock(grant, Pin(pin)), self.plastic, answer=consent)


def vouching(provider: Signer) -> Vouching:
    """The key service's check of sign-ins, with the provider's keys at hand."""

    def keys(issuer: str, *, again: bool = False) -> KeySet:
        return provider.public_keys

    return Vouching(provider.issuer, provider.client_id, 15, timedelta(minutes=45), keys)


def make_stage(folder: Path, now: datetime, *, pin: str | None = "271828", pin_tries: int = 0) -> Stage:
    """Register a holder with a locked card (by default) whose keys come from software custody."""
    custody = SoftwareCustody(folder / "keys.json", rehearsal=True)
    custody.make_master(1)
    long_ago = now - timedelta(days=30)
    holder = register_holder(
        tckn=TCKN, given_name="Deneme", family_name="Kişi", birth_date=date(1980, 2, 3), language="tr",
        actor="rehearsal", now=long_ago,
    )  # fmt: skip
    add_contact_line(holder=holder, channel="sms", address=MOBILE, actor="rehearsal", now=long_ago)
    memory, plastic = _personalised(custody, pin, pin_tries)
    card = register_card(
        serial=SERIAL, family="akis", key_version=1, pin_reference=0x81, owner=holder, actor="rehearsal", now=long_ago
    )
    provider = Signer(issuer="http://localhost:8401", client_id="portal", rehearsal=True)
    sign_in = signed_in(holder, provider, now)
    return Stage(MovingClock(now), custody, holder, sign_in, card, memory, plastic, provider)


def signed_in(holder: Holder, provider: Signer, now: datetime) -> SignIn:
    """Sign the holder in, now."""
    return SignIn.objects.create(
        holder=holder, issuer=provider.issuer, method="e-devlet-sifresi", level="substantial", authenticated_at=now,
        signed_in_at=now, address="127.0.0.1", nonce="n-1",
        assertion=provider.sign(provider.claims(tckn=TCKN, nonce="n-1", now=now)),
    )  # fmt: skip


SERIAL = "303132333435363738393A3B"


def _personalised(custody: SoftwareCustody, pin: str | None, pin_tries: int) -> tuple[Memory, AkisCard]:
    """A card keyed by custody as the workshop does it, with a ready key and a made-up certificate to be quick."""
    memory = Memory()
    example_card(memory, pin=pin, pin_tries=pin_tries)
    wrapped = [
        custody.wrap_card_key(key_version=1, label=label, context=context(RECORD), transport_key=bytes(16))
        for label in (RESET_KEY, CARD_KEY)
    ]
    memory.write(reset_key=aes_key_unwrap(bytes(16), wrapped[0]), card_key=aes_key_unwrap(bytes(16), wrapped[1]))
    plastic = AkisCard.open(memory)
    plastic.power_on()
    return memory, plastic
