"""A card is made in the workshop, and nothing of the workshop is left in it when it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from akis_authority import OLD_PIN, Authority, sw, verify
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from anahtar_card.families.akis import example
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.personalisation import NotInAdministration, Personalisation, WrongTransportKey
from anahtar_card.families.akis.signing_key import KeyKind, SigningKey
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.virtual import Memory

TRANSPORT_KEY = example.TRANSPORT_KEY
RESET, CARD = (aes_key_wrap(TRANSPORT_KEY, key) for key in (example.RESET_KEY, example.CARD_KEY))


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def blank(memory: Memory) -> Personalisation:
    return AkisCard.blank(memory, example.SERIAL, TRANSPORT_KEY)


@pytest.mark.parametrize("kind", ["rsa2048", "p384"])
def test_a_card_makes_its_own_key_and_proves_that_it_holds_it(blank: Personalisation, kind: KeyKind) -> None:
    public = serialization.load_der_public_key(blank.make_key_pair(kind))
    signature = blank.sign_request(b"request")
    if isinstance(public, rsa.RSAPublicKey):
        assert public.key_size == 2048
        public.verify(signature, b"request", padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(public, ec.EllipticCurvePublicKey)
        assert public.curve.name == "secp384r1"
        public.verify(signature, b"request", ec.ECDSA(hashes.SHA384()))


def test_a_card_leaves_the_workshop_whole_or_not_at_all(blank: Personalisation, memory: Memory) -> None:
    for step in (
        lambda: blank.load_keys(RESET, CARD, key_version=1),
        lambda: blank.make_key_pair("p384"),
        lambda: blank.store_certificate(b"\x30\x00", "NES"),
    ):
        with pytest.raises(ValueError, match="before it leaves"):
            blank.finish()
        step()
    blank.finish()
    assert memory.read("transport_key") == b""
    assert AkisCard.open(memory).life_cycle == 0xA5


def test_nothing_is_written_after_the_card_has_left(memory: Memory) -> None:
    example_card(memory)
    late = Personalisation(memory)
    for step in (
        lambda: late.load_keys(RESET, CARD, key_version=2),
        lambda: late.make_key_pair("p384"),
        lambda: late.sign_request(b"anything"),
        lambda: late.store_certificate(b"", "x"),
        lambda: late.finish(),
        lambda: AkisCard.blank(memory, example.SERIAL, TRANSPORT_KEY),
    ):
        with pytest.raises(NotInAdministration):
            step()


def test_keys_wrapped_for_another_card_are_refused(blank: Personalisation, memory: Memory) -> None:
    for reset, card in (
        (aes_key_wrap(bytes(16), example.RESET_KEY), CARD),
        (RESET, CARD[:-1] + bytes([CARD[-1] ^ 1])),
        (RESET, b""),
        (RESET, aes_key_wrap(TRANSPORT_KEY, bytes(32))),
        (RESET, RESET),  # one key for both directions could be reflected
    ):
        with pytest.raises(WrongTransportKey):
            blank.load_keys(reset, card, key_version=1)
    assert memory.read("reset_key") == b""


def test_a_serial_or_transport_key_of_another_length_makes_no_card(memory: Memory) -> None:
    for serial, key in ((bytes(11), bytes(16)), (bytes(12), bytes(32))):
        with pytest.raises(ValueError, match="12 bytes"):
            AkisCard.blank(memory, serial, key)
    assert memory.writes == 0


def test_a_card_in_the_workshop_does_none_of_its_later_work(blank: Personalisation, memory: Memory) -> None:
    blank.load_keys(RESET, CARD, key_version=1)
    blank.make_key_pair("p384")
    card = AkisCard.open(memory)
    assert card.transmit(bytes.fromhex("00CA01040A"))[6] == 0xA0
    assert sw(card, verify(OLD_PIN)) == 0x6A88
    assert sw(card, "0084000010") == 0x9000
    assert sw(card, "0088000220" + "00" * 32 + "00") == 0x6985
    assert sw(card, "0082000110" + "00" * 16) == 0x6985
    assert sw(card, "002C028106" + "373339313530") == 0x6985


def test_a_memory_of_something_else_is_no_card() -> None:
    for memory in (Memory(), Memory({"family": "kkp1"})):
        with pytest.raises(ValueError, match="akis"):
            AkisCard.open(memory)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 3072)])
def test_a_key_of_another_kind_is_refused(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    with pytest.raises(ValueError, match="RSA-2048 or P-384"):
        SigningKey.load(SigningKey(key).store())


def test_two_cards_draw_different_puks() -> None:
    first, second = Memory(), Memory()
    example_card(first)
    example_card(second)
    assert first.read("puk") != second.read("puk")
    assert first.read("puk_tries") == 3


def test_a_card_lives_on_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    Authority().unlock(example_card(Memory.open(path, rehearsal=True)), OLD_PIN)
    again = AkisCard.open(Memory.open(path, rehearsal=True))
    assert sw(again, verify(OLD_PIN)) == 0x9000
    assert OLD_PIN not in path.read_text()
