"""Whatever is sent to the card, it answers with a status word and changes nothing that the sender has no right to."""

from __future__ import annotations

import pytest
from akis_authority import NEW_PIN, OLD_PIN, sw, verify
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from anahtar_card.families.akis import names
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.virtual import ACTS, AkisCard
from anahtar_card.virtual import Memory

KEY = ec.generate_private_key(ec.SECP384R1())
COUNTERS = ("pin_tries", "puk_tries", "reset_key_tries")
SECRETS = ("pin", "puk", "reset_key", "card_key", "signing_key", "files", "serial", "life_cycle", "key_version")

known_headers = st.sampled_from([bytes(head) for head in ACTS] + [b"\x00\xc0", b"\x10\x2a", b"\x10\xa4"])
parameters = st.sampled_from([0x00, 0x01, 0x02, 0x04, 0x08, 0x0C, 0x80, 0x81, 0x82, 0x83, 0x9A, 0x9E, 0xA1, 0xC3])
bodies = st.one_of(
    st.binary(max_size=40),
    st.binary(max_size=32).map(lambda data: bytes([len(data)]) + data),
    st.binary(max_size=32).map(lambda data: bytes([len(data)]) + data + b"\0"),
    st.binary(min_size=1, max_size=300).map(lambda data: b"\0" + len(data).to_bytes(2, "big") + data + b"\0\0"),
    st.sampled_from([b"\x10", b"\x00", b"\x20" + bytes(32) + b"\0", b"\x10" + bytes(16)]),
)
likely = st.builds(
    lambda head, p1, p2, body: head + bytes([p1, p2]) + body, known_headers, parameters, parameters, bodies
)
commands = st.lists(st.one_of(likely, likely, likely, st.binary(max_size=30)), min_size=1, max_size=40)


@settings(max_examples=400, deadline=None)
@given(commands)
def test_hostile_commands_change_no_secret_and_only_spend_tries(hostile: list[bytes]) -> None:
    memory = Memory()
    card = example_card(memory, key=KEY, pin=OLD_PIN)
    secrets = {name: memory.read(name) for name in SECRETS}
    tries = {name: memory.read(name) for name in COUNTERS}
    for command in hostile:
        response = card.transmit(command)
        assert len(response) >= 2
        assert response[-2] & 0xF0 in (0x60, 0x90)
        for name in COUNTERS:
            assert 0 <= memory.read(name) <= tries[name]  # nobody here knows a secret: nothing is given back
            tries[name] = memory.read(name)
    assert {name: memory.read(name) for name in SECRETS} == secrets


@settings(max_examples=200, deadline=None)
@given(likely)
def test_a_command_spends_at_most_one_try_of_one_secret(command: bytes) -> None:
    memory = Memory()
    card = example_card(memory, key=KEY, pin=OLD_PIN)
    before = [memory.read(name) for name in COUNTERS]
    card.transmit(command)
    assert sum(before) - sum(memory.read(name) for name in COUNTERS) in (0, 1)


def test_no_unknown_command_touches_the_memory() -> None:
    memory = Memory()
    card = example_card(memory, key=KEY, pin=OLD_PIN)
    written = memory.writes
    for cla in (0x00, 0x80, 0x0C, 0x90, 0xA0, 0xFF):
        for ins in set(range(0x100)) - {known for its, known in ACTS if its == cla} - {0xC0}:
            for rest in ("0000", "0081063132333435", "008106313233343536", "008208" + "39" * 8):
                assert sw(card, f"{cla:02X}{ins:02X}{rest}") in (0x6D00, 0x6E00, 0x6700)
    assert memory.writes == written


@pytest.mark.parametrize("ins", sorted({ins for cla, ins in ACTS if cla == 0x00} - {0x2A}))
def test_only_signature_inputs_come_in_chains(card: AkisCard, ins: int) -> None:
    assert sw(card, f"10{ins:02X}000010" + "00" * 16) == 0x6884


def test_an_unknown_instruction_and_class_are_named(card: AkisCard) -> None:
    assert sw(card, "00FB0000") == 0x6D00
    assert sw(card, "80CA0000") == 0x6D00
    assert sw(card, "90200081") == 0x6E00


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00A4040009A00000030800001000", 0x6A82),  # another application
        ("00A404000DA000000063504B43532D3135", 0x6700),  # a byte short
        ("00A404000CA000000063504B43532D313500", 0x6A82),
        ("00A40400", 0x6A80),
        ("00A4000002123400", 0x6A82),
        ("00A4020002501500", 0x6A82),  # a DF is no EF
        ("00A4080003" + "3F002F" + "00", 0x6700),
        ("00A4030002123400", 0x6A86),
        ("00A4000102501500", 0x6A86),
        ("00B0000010", 0x6986),  # nothing selected
        ("00B0810010", 0x6A86),
        ("00CA020010", 0x6A88),
        ("00CA017710", 0x6A88),
        ("00200083", 0x6A88),
        ("00200181", 0x6A86),
        ("00240101" + "0E06" + "31" * 6 + "06" + "32" * 6, 0x6A88),
        ("002C0182" + "06" + "31" * 6, 0x6A88),
        ("002C0381" + "06" + "31" * 6, 0x6A86),
        ("0022C302", 0x6A88),
        ("0022C101", 0x6A86),
        ("002A9E9A30" + "00" * 48 + "00", 0x6982),
        ("002A80860100", 0x6A86),
        ("0084010010", 0x6A86),
        ("0084000000", 0x6700),
        ("0088000120" + "00" * 32 + "00", 0x6A88),
        ("0088000210" + "00" * 16 + "00", 0x6700),
        ("0088020220" + "00" * 32 + "00", 0x6A86),
        ("0082010110" + "00" * 16, 0x6A86),
        ("0082000210" + "00" * 16, 0x6A88),
        ("0082000108" + "00" * 8, 0x6700),
    ],
)
def test_a_command_against_the_card_is_refused_by_name(card: AkisCard, command: str, answer: int) -> None:
    assert sw(card, command) == answer


def test_files_are_found_as_akis_finds_them(card: AkisCard) -> None:
    for command in (
        "00A40800043F002F0000",
        "00A40000022F0000",
        "00A40200022F0000",
        "00A4000000",
        "00A40000023F0000",
        "00A40000025015" + "00",
        "00A4020002503100",
        "00A4080004" + "50155031" + "00",
        "00A4040009" + names.AID.hex() + "00",
        "00A40000025015" + "00",  # from inside itself
    ):
        assert sw(card, command) == 0x9000, command


def test_a_file_ends_where_it_says(card: AkisCard) -> None:
    sw(card, "00A40800043F002F0000")
    assert len(card.transmit(bytes.fromhex("00B0000000"))) == 0x1C + 2
    assert sw(card, "00B0001C10") == 0x6B00
    assert sw(card, "00A4040C09" + names.AID.hex()) == 0x9000
    assert sw(card, "00B0000010") == 0x6986


def test_a_logged_out_card_signs_no_more(card: AkisCard) -> None:
    assert sw(card, verify(OLD_PIN)) == 0x9000
    assert sw(card, "002A9E9A30" + "00" * 48 + "00") == 0x6985  # no key chosen
    assert sw(card, "0022C301") == 0x9000
    assert sw(card, "002A9E9A30" + "00" * 48 + "00") == 0x9000
    assert sw(card, "002A9E9A21" + "00" * 33 + "00") == 0x6A80
    assert sw(card, "801A0000") == 0x9000
    assert sw(card, "002A9E9A30" + "00" * 48 + "00") == 0x6982


def test_a_wrong_pin_takes_the_right_to_sign(card: AkisCard) -> None:
    assert sw(card, verify(OLD_PIN)) == 0x9000
    assert sw(card, "0022C301") == 0x9000
    assert sw(card, verify(NEW_PIN)) == 0x63C2
    assert sw(card, "002A9E9A30" + "00" * 48 + "00") == 0x6982


def test_a_chain_is_short_and_is_dropped_by_any_other_command(card: AkisCard) -> None:
    sw(card, verify(OLD_PIN))
    sw(card, "0022C301")
    assert sw(card, "102A9E9A10" + "00" * 16) == 0x9000
    assert sw(card, "002A9E9A20" + "00" * 32 + "00") == 0x9000  # 16 + 32: a digest of 48 bytes
    assert sw(card, "102A9E9A10" + "00" * 16) == 0x9000
    sw(card, "00CA01040A")
    assert sw(card, "002A9E9A10" + "00" * 16 + "00") == 0x6A80
    assert sw(card, "102A9E9AF0" + "00" * 240) == 0x9000
    assert sw(card, "102A9E9AF0" + "00" * 240) == 0x6700


@pytest.fixture
def card() -> AkisCard:
    return example_card(Memory(), key=KEY, pin=OLD_PIN)
