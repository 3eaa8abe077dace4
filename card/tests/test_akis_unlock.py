"""Driver, issuer and card of the family akis do one unlock together, byte for byte as the vector has it."""

from __future__ import annotations

import pytest
from akis_authority import DRIVER, ISSUER, NEW_PIN, OLD_PIN, Authority, Recorder, mac, sw, verify

from anahtar_card.apdu import Command
from anahtar_card.errors import PinLocked, PinRefused, ProofRefused, WrongPin
from anahtar_card.families.akis import example, messages
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.messages import Counters, Direction, Nonces
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import CardRecord, Grant, PinState, ProofWrong
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory

N_S, N_S2, N_C, SID = b"\xb0" * 16, b"\xb1" * 16, b"\xc0" * 16, b"\xd0" * 16


def locked_card(memory: Memory | None = None) -> AkisCard:
    """The vector's card: its PIN is locked, and every nonce that it draws is c0."""
    return example_card(memory or Memory(), pin=OLD_PIN, pin_tries=0, chance=lambda length: b"\xc0" * length)


@pytest.mark.parametrize(
    ("direction", "key", "nonce", "counters", "expected"),
    [
        (1, example.CARD_KEY, N_S, Counters(0, 5, 3, 5, 0), "750ccf418619341fca6e8f6fefa8aece"),
        (2, example.RESET_KEY, N_S, Counters(0, 5, 3, 5, 0), "58fe53c8eb934d39728f19dcdc4f13a4"),
        (3, example.CARD_KEY, N_S2, Counters(3, 5, 3, 5, 3), "a0b21cff82ab94c9de02a57932d57ff3"),
    ],
)
def test_the_three_messages_are_those_of_the_vector(
    direction: int, key: bytes, nonce: bytes, counters: Counters, expected: str
) -> None:
    message = messages.message(Direction(direction), example.RECORD, Nonces(nonce, N_C, SID), counters)
    assert len(message) == 96
    assert messages.aes_cmac(key, message).hex() == expected


def test_the_context_of_a_cards_keys_names_suite_version_application_and_card() -> None:
    assert (
        messages.context(example.RECORD).hex()
        == "020109" + "f0414e414854415201" + "0c" + example.SERIAL.hex() + "000000"
    )


def test_card_and_driver_speak_the_bytes_of_the_vector() -> None:
    card = locked_card()
    wire = Recorder(card)

    def answer(challenge: bytes) -> bytes:
        wire.spoken.append(("ask", challenge.hex()))
        return bytes.fromhex("58fe53c8eb934d39728f19dcdc4f13a4") + N_S2

    evidence = converse(DRIVER.unlock(Grant(SID, N_S), Pin(NEW_PIN)), wire, answer=answer)
    assert wire.spoken[1:] == [
        ("0084000010", N_C.hex() + "9000"),
        ("0088000220" + N_S.hex() + SID.hex() + "00", "0005030500" + "750ccf418619341fca6e8f6fefa8aece" + "9000"),
        ("ask", N_C.hex() + "0005030500" + "750ccf418619341fca6e8f6fefa8aece"),
        ("0082000110" + "58fe53c8eb934d39728f19dcdc4f13a4", "9000"),
        ("002c028106" + NEW_PIN.encode().hex(), "9000"),
        ("0020008106" + NEW_PIN.encode().hex(), "9000"),
        ("0088010220" + N_S2.hex() + SID.hex() + "00", "0305030503" + "a0b21cff82ab94c9de02a57932d57ff3" + "9000"),
    ]
    assert evidence.hex() == "0305030503" + "a0b21cff82ab94c9de02a57932d57ff3"


def test_a_blocked_card_accepts_a_new_pin_with_consent() -> None:
    card, authority = example_card(Memory(), pin=OLD_PIN, pin_tries=0), Authority()
    assert converse(DRIVER.look(), card).pin is PinState.LOCKED
    with pytest.raises(PinLocked):
        converse(DRIVER.verify(Pin(OLD_PIN)), card)
    evidence = authority.unlock(card)
    assert (evidence.reset, evidence.verified) == (True, True)
    assert (evidence.pin_tries, evidence.pin_max, evidence.key_tries) == (3, 3, 5)
    assert authority.proof is not None
    assert authority.proof.pin_tries == 0
    card.power_off()
    converse(DRIVER.verify(Pin(NEW_PIN)), card)


def test_the_old_pin_is_refused_after_an_unlock_and_costs_one_try() -> None:
    card = example_card(Memory(), pin=OLD_PIN, pin_tries=0)
    Authority().unlock(card)
    card.power_off()
    with pytest.raises(WrongPin) as refused:
        converse(DRIVER.verify(Pin(OLD_PIN)), card)
    assert refused.value.tries_left == 2


def test_a_card_without_a_pin_gets_its_first_one() -> None:
    card = example_card(Memory())
    before = converse(DRIVER.look(), card)
    assert (before.pin, before.pin_tries) == (PinState.NONE_YET, None)
    Authority().unlock(card)
    card.power_off()
    after = converse(DRIVER.look(), card)
    assert (after.pin, after.pin_tries) == (PinState.ACTIVE, 3)


def test_a_forgotten_pin_that_is_not_locked_is_replaced_the_same_way() -> None:
    card = example_card(Memory(), pin=OLD_PIN)
    Authority().unlock(card)
    assert sw(card, verify(OLD_PIN)) == 0x63C2


@pytest.mark.parametrize("pin", ["12345", "123456789", "777777", "456789", "987654", "12a456", "48291٦"])
def test_a_new_pin_against_the_rule_is_refused_before_the_authority_is_asked(pin: str) -> None:
    with pytest.raises(PinRefused):
        next(DRIVER.unlock(Authority().grant, Pin(pin)))


def test_a_refused_cryptogram_ends_the_unlock_and_is_not_repeated() -> None:
    memory = Memory()
    wire = Recorder(example_card(memory, pin=OLD_PIN, pin_tries=0))
    with pytest.raises(ProofRefused):
        converse(DRIVER.unlock(Authority().grant, Pin(NEW_PIN)), wire, answer=lambda challenge: bytes(32))
    assert [command[2:4] for command, _ in wire.spoken] == ["a4", "84", "88", "82"]
    assert memory.read("reset_key_tries") == 4


def test_an_answer_of_another_length_never_reaches_the_card() -> None:
    memory = Memory()
    card = example_card(memory, pin=OLD_PIN)
    with pytest.raises(ProofRefused):
        converse(DRIVER.unlock(Authority().grant, Pin(NEW_PIN)), card, answer=lambda challenge: bytes(31))
    assert memory.read("reset_key_tries") == 5


def test_nothing_is_sent_between_the_consent_and_the_reset() -> None:
    authority, wire = Authority(), Recorder(example_card(Memory()))
    marked: list[Command] = []

    def answer(challenge: bytes) -> bytes:
        wire.spoken.clear()
        return authority.answer(challenge)

    converse(DRIVER.unlock(authority.grant, Pin(NEW_PIN)), wire, answer=answer, before_change=marked.append)
    assert [command[2:4] for command, _ in wire.spoken] == ["82", "2c", "20", "88"]
    assert [command.ins for command in marked] == [0x2C]


def test_a_journal_that_cannot_write_keeps_the_card_as_it_was() -> None:
    memory = Memory()
    card = example_card(memory, pin=OLD_PIN)

    def full(command: object) -> None:
        raise OSError

    with pytest.raises(OSError):
        converse(DRIVER.unlock(Authority().grant, Pin(NEW_PIN)), card, answer=Authority().answer, before_change=full)
    card.power_off()
    converse(DRIVER.verify(Pin(OLD_PIN)), card)


def test_a_proof_shows_the_tries_before_and_after() -> None:
    card, authority = example_card(Memory(), pin=OLD_PIN, pin_tries=0), Authority()
    grant = Grant(SID, N_S)
    before = ISSUER.read_proof(example.RECORD, grant, converse(DRIVER.prove(grant), card), mac)
    authority.unlock(card)
    after = ISSUER.read_proof(example.RECORD, grant, converse(DRIVER.prove(grant), card), mac)
    assert (before.pin_tries, after.pin_tries) == (0, 3)
    assert before.card_nonce != after.card_nonce
    assert not after.reset


OTHERS = [
    (example.RECORD, Grant(SID, N_S2)),
    (example.RECORD, Grant(N_C, N_S)),
    (CardRecord("31" * 12, 1, 0x81), Grant(SID, N_S)),
    (CardRecord(example.RECORD.serial, 2, 0x81), Grant(SID, N_S)),
    (CardRecord(example.RECORD.serial, 1, 0x83), Grant(SID, N_S)),
]


@pytest.mark.parametrize(("record", "grant"), OTHERS, ids=["nonce", "session", "card", "key version", "pin"])
def test_a_proof_for_anything_else_is_wrong(record: CardRecord, grant: Grant) -> None:
    proof = converse(DRIVER.prove(Grant(SID, N_S)), locked_card())
    assert ISSUER.read_proof(example.RECORD, Grant(SID, N_S), proof, mac).card_nonce == N_C
    with pytest.raises(ProofWrong):
        ISSUER.read_proof(record, grant, proof, mac)


def test_every_changed_bit_spoils_a_proof() -> None:
    proof = converse(DRIVER.prove(Grant(SID, N_S)), locked_card())
    for bit in range(len(proof) * 8):
        spoiled = bytearray(proof)
        spoiled[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofWrong):
            ISSUER.read_proof(example.RECORD, Grant(SID, N_S), bytes(spoiled), mac)


@pytest.mark.parametrize("length", [0, 5, 21, 36, 38])
def test_a_proof_of_another_length_is_wrong(length: int) -> None:
    with pytest.raises(ProofWrong):
        ISSUER.read_proof(example.RECORD, Grant(SID, N_S), bytes(length), mac)
    if length != messages.EVIDENCE_LENGTH:
        with pytest.raises(ProofWrong):
            ISSUER.read_evidence(example.RECORD, Grant(SID, N_S), N_C, bytes(length), mac)


@pytest.mark.parametrize(
    "counters", [Counters(0, 5, 3, 5, 1), Counters(0, 5, 3, 5, 2), Counters(0, 5, 9, 5, 0), Counters(0, 5, 3, 9, 0)]
)
def test_a_proof_that_no_card_of_ours_would_make_is_wrong_however_well_it_is_signed(counters: Counters) -> None:
    message = messages.message(Direction.CARD_PROVES_ITSELF, example.RECORD, Nonces(N_S, N_C, SID), counters)
    proof = N_C + counters.encode() + messages.aes_cmac(example.CARD_KEY, message)
    with pytest.raises(ProofWrong):
        ISSUER.read_proof(example.RECORD, Grant(SID, N_S), proof, mac)


def test_a_proof_is_no_evidence_and_evidence_no_proof() -> None:
    authority, card = Authority(), locked_card()
    proof = converse(DRIVER.prove(authority.grant), card)
    with pytest.raises(ProofWrong):
        ISSUER.read_evidence(example.RECORD, authority.grant, N_C, proof[16:], mac)
    evidence = converse(DRIVER.unlock(authority.grant, Pin(NEW_PIN)), card, answer=authority.answer)
    with pytest.raises(ProofWrong):
        ISSUER.read_proof(example.RECORD, authority.later, N_C + evidence, mac)


def test_evidence_of_another_unlock_is_wrong() -> None:
    card, first = example_card(Memory()), Authority()
    evidence = converse(DRIVER.unlock(first.grant, Pin(NEW_PIN)), card, answer=first.answer)
    assert first.settle(evidence).reset
    second = Authority(session=b"\xd1" * 16)
    second.unlock(card)
    with pytest.raises(ProofWrong):
        second.settle(evidence)


def test_no_consent_is_made_for_a_card_that_already_did_it() -> None:
    authority = Authority()
    done = authority.unlock(example_card(Memory()))
    with pytest.raises(ProofWrong):
        ISSUER.consent(example.RECORD, authority.grant, done, mac)
