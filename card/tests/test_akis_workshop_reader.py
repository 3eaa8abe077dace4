"""A blank card in a reader is made by commands alone, and knows none of them when it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from akis_authority import OLD_PIN
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import load_der_public_key

from anahtar_card.apdu import Response
from anahtar_card.errors import StatusError
from anahtar_card.families.akis import example, names
from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.personalisation import Personalisation
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.families.akis.workshop import CardInWorkshop, NotBlank
from anahtar_card.flow import converse
from anahtar_card.virtual import Memory

RESET, CARD = (aes_key_wrap(example.TRANSPORT_KEY, key) for key in (example.RESET_KEY, example.CARD_KEY))
CERTIFICATE = bytes(range(256)) * 4


@pytest.fixture
def memory() -> Memory:
    memory = Memory()
    AkisCard.blank(memory, example.SERIAL, example.TRANSPORT_KEY)
    return memory


def powered(memory: Memory) -> AkisCard:
    """The card in a reader."""
    card = AkisCard.open(memory)
    card.power_on()
    return card


def sw(card: AkisCard, command: str) -> str:
    """The status word that a command gets."""
    return f"{Response.decode(card.transmit(bytes.fromhex(command))).sw:04X}"


def made(memory: Memory, kind: str) -> bytes:
    """Make the card by commands; returns its public key."""
    card = CardInWorkshop(powered(memory))
    card.load_keys(RESET, CARD, key_version=3)
    public = card.make_key_pair(kind)
    card.store_certificate(CERTIFICATE, "NES")
    card.finish()
    return public


@pytest.mark.parametrize("kind", ["rsa2048", "p384"])
def test_a_card_made_by_commands_is_the_card_made_in_memory(memory: Memory, kind: str) -> None:
    made(memory, kind)
    other = Memory()
    steps: Personalisation = AkisCard.blank(other, example.SERIAL, example.TRANSPORT_KEY)
    steps.load_keys(RESET, CARD, key_version=3)
    steps.make_key_pair("rsa2048" if kind == "rsa2048" else "p384")
    steps.store_certificate(CERTIFICATE, "NES")
    steps.finish()
    for name in ("files", "reset_key", "card_key", "key_version", "life_cycle", "transport_key", "serial"):
        assert memory.read(name) == other.read(name), name
    card = powered(memory)
    assert converse(AkisDriver().certificate(), card) == CERTIFICATE
    assert converse(AkisDriver().look(), card).pin.value == "none-yet"


@pytest.mark.parametrize("kind", ["rsa2048", "p384"])
def test_the_card_signs_its_request_with_the_key_it_told(memory: Memory, kind: str) -> None:
    card = CardInWorkshop(powered(memory))
    public = load_der_public_key(card.make_key_pair(kind))
    signature = card.sign_request(b"request")
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, b"request", padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(signature, b"request", ec.ECDSA(hashes.SHA384()))


WORKSHOP = ("80D8010118" + "00" * 24, "0046800005AC0380010100", "00E000000D620B800200108201018302" + "4301",
            "00D6000001FF", "00440000")  # fmt: skip


@pytest.mark.parametrize("command", WORKSHOP)
def test_a_card_that_has_left_knows_nothing_of_the_workshop(command: str) -> None:
    memory = Memory()
    card = example_card(memory, pin=OLD_PIN)
    card.power_on()
    before = memory.writes
    assert sw(card, command) == "6985"
    assert memory.writes == before
    with pytest.raises(NotBlank):
        CardInWorkshop(card)


def test_keys_wrapped_for_another_card_change_nothing(memory: Memory) -> None:
    card = CardInWorkshop(powered(memory))
    wrong = aes_key_wrap(bytes(16), example.RESET_KEY)
    with pytest.raises(StatusError) as refused:
        card.load_keys(wrong, CARD, key_version=1)
    assert refused.value.status_word == 0x6982
    assert memory.read("card_key") == b""


def test_a_card_does_not_leave_half_made(memory: Memory) -> None:
    card = CardInWorkshop(powered(memory))
    with pytest.raises(StatusError) as refused:
        card.finish()
    assert (refused.value.status_word, memory.read("life_cycle")) == (0x6985, names.ADMINISTRATION)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("80D8000118" + "00" * 24, "6A86"),
        ("80D8010918" + "00" * 24, "6A88"),
        ("80D8010104" + "00" * 4, "6700"),
        ("0046000005AC0380010100", "6A86"),
        ("0046800005AC0380010900", "6A80"),
        ("00E00000026203", "6A80"),
        ("00E0000004620283FF", "6A80"),
        ("00D6000001FF", "6985"),
        ("0044000101", "6A86"),
        ("002A9E9A02FFFF00", "6985"),
    ],
)
def test_what_makes_no_sense_is_refused(memory: Memory, command: str, answer: str) -> None:
    card = powered(memory)
    assert sw(card, command) == answer


def test_nothing_is_written_past_a_files_end(memory: Memory) -> None:
    card = powered(memory)
    assert sw(card, "00E00000" + "0D" + "620B" + "80020004" + "820101" + "83024301") == "9000"
    assert sw(card, "00D6000204" + "00" * 4) == "6B00"
    assert sw(card, "00D6000004" + "01020304") == "9000"
    assert memory.read("files") == {"3F004301": b"\x01\x02\x03\x04"}


def test_a_blank_card_is_kept_in_a_file_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "blank.json"
    AkisCard.blank(Memory.open(path, rehearsal=True), example.SERIAL, example.TRANSPORT_KEY)
    made(Memory.open(path, rehearsal=True), "p384")
    assert Memory.open(path, rehearsal=True).read("life_cycle") == names.OPERATION
