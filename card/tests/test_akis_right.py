"""The right to reset a PIN is the authority's alone, covers one command, and dies of everything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from akis_authority import DRIVER, ISSUER, NEW_PIN, OLD_PIN, Authority, sw, verify

from anahtar_card.errors import MalformedResponse, ProofRefused, StatusError, WrongPin
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.virtual import ACTS, AkisCard
from anahtar_card.family import CardRecord, ProofWrong
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory

N_S, SID = "B0" * 16, "D0" * 16
CHALLENGE = "0084000010"
PROVE = f"0088000220{N_S}{SID}00"
REPORT = f"0088010220{N_S}{SID}00"
RESET = f"002C028106{NEW_PIN.encode().hex()}"


def consent(card: AkisCard) -> str:
    """Bring the card to the point of EXTERNAL AUTHENTICATE and return that command, right for this card and moment."""
    nonce = card.transmit(bytes.fromhex(CHALLENGE))[:-2]
    statement = card.transmit(bytes.fromhex(PROVE))[:-2]
    return f"0082000110{Authority().answer(nonce + statement)[:16].hex()}"


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def card(memory: Memory) -> AkisCard:
    return example_card(memory, pin=OLD_PIN)


def test_the_right_covers_the_next_command(card: AkisCard) -> None:
    assert sw(card, consent(card)) == 0x9000
    assert sw(card, RESET) == 0x9000
    assert sw(card, verify(NEW_PIN)) == 0x9000


def test_the_right_serves_once(card: AkisCard) -> None:
    assert sw(card, consent(card)) == 0x9000
    assert sw(card, RESET) == 0x9000
    assert sw(card, RESET) == 0x6982


OTHER_COMMANDS = [f"{cla:02X}{ins:02X}0000" for cla, ins in ACTS]
OTHER_COMMANDS += ["00", "", "FF000000", "0C2C0281", "00FF0000", "802C0281"]


@pytest.mark.parametrize("between", [*OTHER_COMMANDS, "00CA01040A", verify(OLD_PIN), "00200081", PROVE])
def test_any_command_in_between_kills_the_right(card: AkisCard, between: str) -> None:
    assert sw(card, consent(card)) == 0x9000
    card.transmit(bytes.fromhex(between))
    assert sw(card, RESET) == 0x6982
    assert sw(card, verify(OLD_PIN)) == 0x9000


def test_get_response_is_part_of_the_command_before_it(card: AkisCard) -> None:
    assert sw(card, consent(card)) == 0x9000
    assert sw(card, "00C0000000") == 0x6985
    assert sw(card, RESET) == 0x9000


def test_a_statement_asked_in_pieces_is_still_the_same_statement(card: AkisCard) -> None:
    nonce = card.transmit(bytes.fromhex(CHALLENGE))[:-2]
    first = card.transmit(bytes.fromhex(PROVE[:-2] + "05"))
    assert first[-2:].hex() == "6110"
    rest = card.transmit(bytes.fromhex("00C0000010"))
    cryptogram = Authority().answer(nonce + first[:-2] + rest[:-2])[:16]
    assert sw(card, f"0082000110{cryptogram.hex()}") == 0x9000


def test_a_malformed_reset_uses_the_right_up(card: AkisCard) -> None:
    assert sw(card, consent(card)) == 0x9000
    assert sw(card, "002C028103313233") == 0x6700
    assert sw(card, RESET) == 0x6982


@pytest.mark.parametrize("pin", ["12345", "123456789", "000000", "23456789", "98765432", "12a456", "١٢٣"])
def test_the_card_itself_refuses_a_pin_against_the_rule(card: AkisCard, memory: Memory, pin: str) -> None:
    assert sw(card, consent(card)) == 0x9000
    block = pin.encode()
    assert sw(card, f"002C0281{len(block):02X}{block.hex()}") == 0x6A80
    assert sw(card, verify(OLD_PIN)) == 0x9000


def test_no_right_comes_without_a_challenge_and_a_statement(card: AkisCard, memory: Memory) -> None:
    assert sw(card, RESET) == 0x6982
    assert sw(card, PROVE) == 0x6985
    assert sw(card, "0082000110" + "00" * 16) == 0x6985
    assert sw(card, CHALLENGE) == 0x9000
    assert sw(card, "0082000110" + "00" * 16) == 0x6985
    assert memory.read("reset_key_tries") == 5


def test_a_challenge_serves_one_statement(card: AkisCard) -> None:
    assert sw(card, CHALLENGE) == 0x9000
    assert sw(card, PROVE) == 0x9000
    assert sw(card, PROVE) == 0x6985


def test_a_challenge_serves_one_cryptogram(card: AkisCard, memory: Memory) -> None:
    cryptogram = consent(card)
    assert sw(card, cryptogram) == 0x9000
    assert sw(card, cryptogram) == 0x6985
    assert sw(card, RESET) == 0x6982


@pytest.mark.parametrize("between", ["0084000008", "00CA01064D", "00A40400", verify(OLD_PIN), "00"])
def test_a_command_between_statement_and_cryptogram_kills_the_challenge(
    card: AkisCard, memory: Memory, between: str
) -> None:
    cryptogram = consent(card)
    card.transmit(bytes.fromhex(between))
    assert sw(card, cryptogram) == 0x6985
    assert memory.read("reset_key_tries") == 5


def test_random_bytes_for_other_programs_begin_no_unlock(card: AkisCard) -> None:
    assert len(card.transmit(bytes.fromhex("0084000008"))) == 10
    assert sw(card, PROVE) == 0x6985


def test_power_down_takes_challenge_right_and_flags(card: AkisCard) -> None:
    cryptogram = consent(card)
    card.power_off()
    assert sw(card, cryptogram) == 0x6985
    assert sw(card, consent(card)) == 0x9000
    card.power_off()
    assert sw(card, RESET) == 0x6982
    assert sw(card, REPORT) == 0x6985


def test_a_cryptogram_is_refused_in_another_session_and_under_another_nonce(card: AkisCard, memory: Memory) -> None:
    recorded = consent(card)
    assert sw(card, recorded) == 0x9000
    for prove in (PROVE, PROVE.replace(SID, "D1" * 16), PROVE.replace(N_S, "B1" * 16)):
        memory.write(reset_key_tries=5)
        sw(card, CHALLENGE)
        sw(card, prove)
        assert sw(card, recorded) == 0x63C4
        assert sw(card, RESET) == 0x6982


def test_the_same_card_nonce_in_another_session_refuses_the_cryptogram() -> None:
    card = example_card(Memory(), pin=OLD_PIN, chance=lambda length: b"\xc0" * length)
    recorded = consent(card)
    sw(card, CHALLENGE)
    sw(card, PROVE.replace(SID, "D1" * 16))
    assert sw(card, recorded) == 0x63C4


def test_a_cryptogram_is_refused_by_another_card() -> None:
    here = example_card(Memory(), pin=OLD_PIN, chance=lambda length: b"\xc0" * length)
    there = example_card(Memory(), serial=b"1" * 12, pin=OLD_PIN, chance=lambda length: b"\xc0" * length)
    recorded = consent(here)
    sw(there, CHALLENGE)
    sw(there, PROVE)
    assert sw(there, recorded) == 0x63C4


def test_the_authority_does_not_believe_another_card() -> None:
    there = example_card(Memory(), serial=b"1" * 12, pin=OLD_PIN)
    with pytest.raises(ProofWrong):
        Authority().unlock(there)
    Authority(record=CardRecord("31" * 12, 1, 0x81)).unlock(there)


def test_five_wrong_cryptograms_kill_the_reset_and_leave_the_pin_alone(card: AkisCard, memory: Memory) -> None:
    for left in (4, 3, 2, 1, 0):
        sw(card, CHALLENGE)
        sw(card, PROVE)
        assert sw(card, "0082000110" + "00" * 16) == 0x63C0 + left
        assert memory.read("reset_key_tries") == left
    assert sw(card, consent(card)) == 0x6983
    assert sw(card, RESET) == 0x6982
    assert sw(card, verify(OLD_PIN)) == 0x9000


def test_a_right_cryptogram_gives_the_tries_back(card: AkisCard, memory: Memory) -> None:
    sw(card, CHALLENGE)
    sw(card, PROVE)
    assert sw(card, "0082000110" + "00" * 16) == 0x63C4
    assert sw(card, consent(card)) == 0x9000
    assert memory.read("reset_key_tries") == 5


def test_a_locked_reset_key_is_no_locked_pin(card: AkisCard, memory: Memory) -> None:
    memory.write(reset_key_tries=0)
    with pytest.raises(StatusError) as refused:
        Authority().unlock(card)
    assert (refused.value.status_word, refused.value.instruction) == (0x6983, 0x82)


def test_the_report_tells_only_what_happened(card: AkisCard) -> None:
    assert sw(card, REPORT) == 0x6985
    assert sw(card, consent(card)) == 0x9000
    assert card.transmit(bytes.fromhex(REPORT))[4] == 0  # nothing happened, and the right is gone with the question
    assert sw(card, RESET) == 0x6982
    assert sw(card, consent(card)) == 0x9000
    assert sw(card, RESET) == 0x9000
    assert card.transmit(bytes.fromhex(REPORT))[4] == 1
    assert sw(card, verify(NEW_PIN)) == 0x9000
    assert card.transmit(bytes.fromhex(REPORT))[4] == 3
    assert sw(card, REPORT.replace(SID, "D1" * 16)) == 0x6985
    assert sw(card, CHALLENGE) == 0x9000
    assert sw(card, REPORT) == 0x6985


def test_the_old_pin_verified_during_an_unlock_counts_for_nothing(card: AkisCard) -> None:
    sw(card, CHALLENGE)
    sw(card, PROVE)
    assert sw(card, verify(OLD_PIN)) == 0x9000
    assert card.transmit(bytes.fromhex(REPORT))[4] == 0


def test_a_reset_ends_what_the_old_pin_had_opened(card: AkisCard) -> None:
    assert sw(card, verify(OLD_PIN)) == 0x9000
    assert sw(card, "0022C301") == 0x9000
    assert sw(card, consent(card)) == 0x9000
    assert sw(card, RESET) == 0x9000
    assert card.transmit(bytes.fromhex(REPORT))[4] == 1
    assert sw(card, "00200081") == 0x63C3
    assert sw(card, "002A9E9A30" + "00" * 48 + "00") == 0x6982


class Lying:
    """A card whose answers to one command, told by its first bytes, are changed."""

    def __init__(self, card: AkisCard, command: str, change: Callable[[bytes], bytes]) -> None:
        self._card, self._begin, self._change = card, bytes.fromhex(command), change

    def transmit(self, command: bytes) -> bytes:
        response = self._card.transmit(command)
        return self._change(response) if command.startswith(self._begin) else response


@pytest.mark.parametrize("flags", [0, 1, 2, 7])
def test_the_driver_takes_no_report_that_denies_reset_or_verification(card: AkisCard, flags: int) -> None:
    liar = Lying(card, "00880102", lambda response: response[:4] + bytes([flags]) + response[5:])
    with pytest.raises(MalformedResponse):
        Authority().unlock(liar)


@pytest.mark.parametrize(
    ("command", "change"),
    [
        ("00880002", lambda response: response[:4] + b"\x01" + response[5:]),
        ("00880002", lambda response: response[1:]),
        ("00880002", lambda response: b"\0" + response),
        ("0084", lambda response: response[1:]),
        ("0084", lambda response: b"\0" + response),
    ],
)
def test_the_authority_is_not_asked_about_a_card_that_makes_no_sense(
    card: AkisCard, command: str, change: Callable[[bytes], bytes]
) -> None:
    authority = Authority()
    with pytest.raises(MalformedResponse):
        authority.unlock(Lying(card, command, change))
    assert authority.sent == b""


def test_the_driver_gives_no_evidence_when_the_new_pin_does_not_verify(card: AkisCard) -> None:
    class Liar:
        """A card that says 9000 to the reset and does nothing."""

        def transmit(self, command: bytes) -> bytes:
            return b"\x90\x00" if command[1] == 0x2C else card.transmit(command)

    authority = Authority()
    with pytest.raises(WrongPin):
        converse(DRIVER.unlock(authority.grant, Pin(NEW_PIN)), Liar(), answer=authority.answer)


def test_a_card_that_refuses_the_cryptogram_with_6300_is_understood(card: AkisCard) -> None:
    with pytest.raises(ProofRefused):
        Authority().unlock(Lying(card, "0082", lambda response: b"\x63\x00"))


def test_the_issuer_packs_only_whole_answers() -> None:
    with pytest.raises(ValueError, match="sixteen"):
        ISSUER.answer(bytes(15), bytes(16))
