"""The reader's side of the family `akis`: conversations without I/O (see `anahtar_card.flow`)."""

from __future__ import annotations

from anahtar_card.apdu import Command
from anahtar_card.errors import MalformedResponse, PinRefused, ProofRefused, StatusError, UnknownCard
from anahtar_card.families.akis import basics, digest_info, messages, names
from anahtar_card.family import Grant, Look, PinState
from anahtar_card.flow import Conversation, ask, send
from anahtar_card.pin import Pin, PinRule
from anahtar_card.record import record
from anahtar_card.status import FILE_NOT_FOUND, NOT_VERIFIED, OK, WRONG_DATA, expect_ok, tries_in

GET_CHALLENGE, INTERNAL_AUTHENTICATE, EXTERNAL_AUTHENTICATE = 0x84, 0x88, 0x82
RESET_RETRY_COUNTER, MANAGE_SECURITY_ENVIRONMENT, PERFORM_SECURITY_OPERATION = 0x2C, 0x22, 0x2A

NEW_PIN_ONLY = 0x02
"""P1 of RESET RETRY COUNTER: the data field holds the new PIN only (ISO/IEC 7816-4 section 11.5.10)."""

DIGEST_LENGTHS = (32, 48)
"""SHA-256 and SHA-384."""


@record
class Profile:
    """What our own cards tell beyond the public commands: the PIN's bounds, the PUK's tries, the signing key's kind."""

    shortest_pin: int
    longest_pin: int
    puk_tries: int
    key_kind: int


class AkisDriver:
    """Drives a card of the family `akis`; it holds no state, so one driver serves any number of cards."""

    family = names.FAMILY
    can_unlock = True

    def look(self) -> Conversation[Look]:
        """Tell serial, PIN state and tries; uses no try. Raises UnknownCard, StatusError, MalformedResponse."""
        yield from _select_application()
        serial = yield from basics.read_serial()
        profile = yield from _read_profile()
        state, tries = PinState.CARD_DEAD, None
        if not (yield from basics.is_dead()):
            state, tries = yield from basics.read_pin_state(names.PIN_REFERENCE)
        return Look(self.family, serial, state, tries, profile.puk_tries, profile.shortest_pin, profile.longest_pin)

    def verify(self, pin: Pin) -> Conversation[None]:
        """Compare a PIN; raises WrongPin, PinLocked, NoPinYet, CardDead."""
        yield from _select_application()
        yield from basics.compare_pin(names.PIN_REFERENCE, pin)

    def change(self, old: Pin, new: Pin) -> Conversation[None]:
        """Replace a known PIN; raises WrongPin (one try is used), PinLocked, NoPinYet, PinRefused, CardDead."""
        yield from _select_application()
        yield from basics.change_pin(names.PIN_REFERENCE, old, new)

    def prove(self, grant: Grant) -> Conversation[bytes]:
        """Return N_C ‖ counters ‖ MAC (37 bytes): the card's own statement about its PIN over `grant.nonce`."""
        yield from _select_application()
        return (yield from _prove(grant))

    def unlock(self, grant: Grant, new: Pin) -> Conversation[bytes]:
        """Set a PIN with the authority's consent and return the card's evidence, counters ‖ MAC (21 bytes).

        The one `Ask` carries what `prove` returns and is answered with cryptogram (16) ‖ nonce for the evidence (16).
        Raises PinRefused before anything is sent when the rule of our cards forbids `new`, for a consent is not to be
        wasted on it; ProofRefused when the card did not accept the cryptogram, which is never sent twice; and what
        VERIFY of the new PIN may raise, after the card said that it had set it.
        """
        if PinRule().faults(new):
            raise PinRefused
        yield from _select_application()
        answer = yield from ask((yield from _prove(grant)))
        if len(answer) != messages.MAC_LENGTH + messages.NONCE_LENGTH:
            raise ProofRefused
        cryptogram, next_nonce = answer[: messages.MAC_LENGTH], answer[messages.MAC_LENGTH :]
        yield from _authenticate(cryptogram)
        yield from _reset(new)  # the right covers the very next command only: nothing may come between
        yield from basics.compare_pin(names.PIN_REFERENCE, new)
        return (yield from _report(grant.session, next_nonce))

    def certificate(self) -> Conversation[bytes]:
        """Return the card's signing certificate (DER); raises StatusError, MalformedResponse."""
        return (yield from basics.read_file(names.DF_PKCS15, names.EF_CERTIFICATE))

    def sign(self, pin: Pin, digest: bytes) -> Conversation[bytes]:
        """Verify the PIN and sign a digest: RSA PKCS#1 v1.5, or ECDSA as DER.

        `digest` is a SHA-256 (32 bytes) or SHA-384 (48 bytes); raises ValueError for another length, WrongPin and its
        kin, StatusError.
        """
        if len(digest) not in DIGEST_LENGTHS:
            raise ValueError("a digest of SHA-256 or SHA-384")
        yield from _select_application()
        profile = yield from _read_profile()
        yield from basics.compare_pin(names.PIN_REFERENCE, pin)
        yield from _send_ok(Command(0x00, MANAGE_SECURITY_ENVIRONMENT, 0xC3, names.SIGNING_KEY_REFERENCE))
        data = digest if profile.key_kind == names.KEY_KIND_EC else digest_info.encode(digest)
        return (yield from _send_ok(Command(0x00, PERFORM_SECURITY_OPERATION, 0x9E, 0x9A, data, le=0)))


def _select_application() -> Conversation[None]:
    command = Command(0x00, basics.SELECT, 0x04, 0x0C, names.AID)  # P2=0C: no answer wanted
    response = yield from send(command)
    if response.sw == FILE_NOT_FOUND:
        raise UnknownCard
    expect_ok(command, response)


def _read_profile() -> Conversation[Profile]:
    data = yield from _send_ok(Command(0x00, basics.GET_DATA, 0x01, names.DATA_OWN, le=names.OWN_DATA_LENGTH))
    if len(data) != names.OWN_DATA_LENGTH:
        raise MalformedResponse("a card's profile has four bytes")
    return Profile(*data)


def _prove(grant: Grant) -> Conversation[bytes]:
    """Steps 1 and 2: a nonce from the card, then its statement over ours."""
    card_nonce = yield from _send_ok(Command(0x00, GET_CHALLENGE, 0x00, 0x00, le=messages.NONCE_LENGTH))
    if len(card_nonce) != messages.NONCE_LENGTH:
        raise MalformedResponse("a challenge has sixteen bytes")
    statement = yield from _statement(0x00, grant.nonce + grant.session)
    if messages.Counters.decode(statement[: messages.COUNTERS_LENGTH]).flags:
        raise MalformedResponse("a card cannot have done what nobody has asked for yet")
    return card_nonce + statement


def _authenticate(cryptogram: bytes) -> Conversation[None]:
    """Step 3; sent once, for every wrong one takes the card nearer to its end."""
    command = Command(0x00, EXTERNAL_AUTHENTICATE, 0x00, names.RESET_KEY_REFERENCE, cryptogram)
    response = yield from send(command)
    if response.sw == NOT_VERIFIED or tries_in(response.sw) is not None:
        raise ProofRefused
    expect_ok(command, response)


def _reset(new: Pin) -> Conversation[None]:
    """Step 4."""
    command = Command(0x00, RESET_RETRY_COUNTER, NEW_PIN_ONLY, names.PIN_REFERENCE, new.reveal())
    response = yield from send(command, changes_card=True)
    if response.sw != OK:
        raise PinRefused if response.sw == WRONG_DATA else StatusError(response.sw, command.ins)


def _report(session: bytes, nonce: bytes) -> Conversation[bytes]:
    """Step 6: what the card has to say of this unlock."""
    statement = yield from _statement(0x01, nonce + session)
    flags = messages.Counters.decode(statement[: messages.COUNTERS_LENGTH]).flags
    if flags != messages.FLAG_RESET | messages.FLAG_VERIFIED:
        raise MalformedResponse("a card that denies what it just said")
    return statement


def _statement(p1: int, data: bytes) -> Conversation[bytes]:
    command = Command(0x00, INTERNAL_AUTHENTICATE, p1, names.CARD_KEY_REFERENCE, data, le=0)
    statement = yield from _send_ok(command)
    if len(statement) != messages.EVIDENCE_LENGTH:
        raise MalformedResponse("a card's statement has 21 bytes")
    return statement


def _send_ok(command: Command) -> Conversation[bytes]:
    return expect_ok(command, (yield from send(command)))
