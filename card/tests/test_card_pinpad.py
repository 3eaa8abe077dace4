"""Readers with keys of their own, on a fake reader layer: it takes the structures apart as part 10 describes them, lets
a person type, and sends the filled command to a card."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from akis_authority import OLD_PIN
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from anahtar_card import pinpad
from anahtar_card.apdu import Command
from anahtar_card.errors import CardError, CardGone, MalformedResponse
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.pinpad import (
    Limits,
    NotOnPad,
    PadCancelled,
    PadLengthWrong,
    PadPinsDiffer,
    PadTimedOut,
    Pinpad,
    pinpad_of,
)
from anahtar_card.virtual import Memory

KEY = ec.generate_private_key(ec.SECP384R1())
VERIFY = Command(0x00, 0x20, 0x00, 0x81)
CHANGE = Command(0x00, 0x24, 0x00, 0x81)
CODES = {pinpad.VERIFY_PIN_DIRECT: 0x42000006, pinpad.MODIFY_PIN_DIRECT: 0x42000007, pinpad.TLV_PROPERTIES: 0x42000012}


class FakePad:
    """A reader with a pad. `types` are the entries that its holder makes, one after the other; None presses cancel,
    an empty one waits until the time is over."""

    def __init__(
        self,
        card: Callable[[bytes], bytes],
        types: list[str | None],
        features: dict[int, int] | None = None,
        properties: bytes = b"",
    ) -> None:
        self.card, self.types, self.properties = card, types, properties
        self.features = CODES if features is None else features
        self.asked: list[tuple[int, int, int]] = []

    def control(self, code: int, data: bytes) -> bytes:
        if code == pinpad.GET_FEATURE_REQUEST:
            return b"".join(struct.pack(">BBI", tag, 4, value) for tag, value in self.features.items())
        if code == CODES[pinpad.TLV_PROPERTIES]:
            return self.properties
        return (self._verify if code == CODES[pinpad.VERIFY_PIN_DIRECT] else self._modify)(data)

    def _verify(self, raw: bytes) -> bytes:
        _, _, form, block, length_form, digits, _, messages, language, _, _, size = struct.unpack(
            "<BBBBBHBBHB3sI", raw[:19]
        )
        assert (form, block, length_form, messages, language) == (0x82, 0, 0, 1, 0x041F)
        assert len(raw) - 19 == size
        return self._send(raw[19:], [self._entry(digits)])

    def _modify(self, raw: bytes) -> bytes:
        fields = struct.unpack("<BBBBBBBHBBBHBBB3sI", raw[:24])
        form, old_at, new_at, digits, confirm, size = fields[2], fields[5], fields[6], fields[7], fields[8], fields[16]
        assert (form, confirm) == (0x82, 0x03)
        assert len(raw) - 24 == size
        old, new, again = (self._entry(digits) for _ in range(3))
        if isinstance(new, str) and new != again:
            return b"\x64\x02"
        assert old_at == 0
        return self._send(raw[24:], [old, new], new_at)

    def _entry(self, digits: int) -> str | bytes:
        least, most = digits >> 8, digits & 0xFF
        self.asked.append((least, most, len(self.types)))
        typed = self.types.pop(0)
        if typed is None:
            return b"\x64\x01"
        if not typed:
            return b"\x64\x00"
        return typed if least <= len(typed) <= most else b"\x64\x03"

    def _send(self, command: bytes, entries: list[str | bytes], new_at: int = 0) -> bytes:
        for entry in entries:
            if isinstance(entry, bytes):
                return entry
        pins = "".join(str(entry) for entry in entries).encode()
        assert command[4] == 0
        assert new_at in (0, len(str(entries[0])))
        return self.card(command[:4] + bytes([len(pins)]) + pins)


@pytest.fixture
def memory() -> Memory:
    memory = Memory()
    example_card(memory, key=KEY, pin=OLD_PIN)
    return memory


def pad(memory: Memory, *types: str | None, **more: object) -> Pinpad:
    return pinpad_of(FakePad(AkisCard.open(memory).transmit, list(types), **more))  # type: ignore[arg-type]


def test_the_right_pin_typed_on_the_pad_is_taken(memory: Memory) -> None:
    assert pad(memory, OLD_PIN).verify(VERIFY, 6, 8).sw == 0x9000


def test_a_wrong_pin_uses_a_try_and_the_card_says_so(memory: Memory) -> None:
    assert pad(memory, "618203").verify(VERIFY, 6, 8).sw == 0x63C2
    assert memory.read("pin_tries") == 2


@pytest.mark.parametrize(
    ("typed", "error"),
    [(None, PadCancelled), ("", PadTimedOut), ("123", PadLengthWrong), ("1" * 17, PadLengthWrong)],
)
def test_what_ends_on_the_pad_uses_no_try(memory: Memory, typed: str | None, error: type[CardError]) -> None:
    with pytest.raises(error):
        pad(memory, typed).verify(VERIFY, 6, 8)
    assert memory.read("pin_tries") == 3


def iso_card(pins: list[str]) -> Callable[[bytes], bytes]:
    """A card whose CHANGE REFERENCE DATA holds old ‖ new without lengths (ISO/IEC 7816-4 section 11.5.7)."""

    def transmit(command: bytes) -> bytes:
        data = command[5:].decode()
        if not data.startswith(pins[0]):
            return b"\x63\xc2"
        pins[0] = data[len(pins[0]) :]
        return b"\x90\x00"

    return transmit


def test_a_pin_is_changed_on_the_pad_where_the_card_takes_both_side_by_side() -> None:
    pins = ["739154"]
    pinpad_of(FakePad(iso_card(pins), ["739154", "482916", "482916"])).modify(CHANGE, 6, 6, new_at=6)
    assert pins == ["482916"]


def test_a_new_pin_typed_in_two_ways_is_sent_nowhere() -> None:
    pins = ["739154"]
    with pytest.raises(PadPinsDiffer):
        pinpad_of(FakePad(iso_card(pins), ["739154", "482916", "482917"])).modify(CHANGE, 6, 6, new_at=6)
    assert pins == ["739154"]


@pytest.mark.parametrize("new_at", [-1, 16, 300])
def test_a_change_that_a_pad_cannot_fill_goes_to_the_keyboard(memory: Memory, new_at: int) -> None:
    with pytest.raises(NotOnPad):
        pad(memory).modify(CHANGE, 6, 8, new_at=new_at)
    with pytest.raises(NotOnPad):  # AKİS wants each PIN's length before it
        pad(memory).modify(Command(0x00, 0x24, 0x02, 0x01, b"\x06"), 6, 8, new_at=7)


@pytest.mark.parametrize("features", [{}, {0x12: 0x42000012}, {0x0A: 0x4200000A}])
def test_a_reader_without_keys_goes_to_the_keyboard(memory: Memory, features: dict[int, int]) -> None:
    with pytest.raises(NotOnPad):
        pad(memory, features=features)


def test_a_pad_that_only_verifies_changes_by_the_keyboard(memory: Memory) -> None:
    only = pad(memory, OLD_PIN, features={pinpad.VERIFY_PIN_DIRECT: CODES[pinpad.VERIFY_PIN_DIRECT]})
    with pytest.raises(NotOnPad):
        only.modify(CHANGE, 6, 8, new_at=6)
    assert only.verify(VERIFY, 6, 8).sw == 0x9000


def test_a_readers_own_bounds_narrow_the_cards(memory: Memory) -> None:
    fake = FakePad(AkisCard.open(memory).transmit, [OLD_PIN], properties=bytes.fromhex("020102 060105 070107"))
    found = pinpad_of(fake)
    assert found.limits == Limits(5, 7, 2)
    assert found.verify(VERIFY, 4, 16).sw == 0x9000
    assert fake.asked == [(5, 7, 1)]
    with pytest.raises(NotOnPad):
        found.verify(VERIFY, 8, 12)


def test_an_entry_that_can_end_in_no_way_we_know_goes_to_the_keyboard(memory: Memory) -> None:
    with pytest.raises(NotOnPad):
        pad(memory, OLD_PIN, properties=bytes.fromhex("020104")).verify(VERIFY, 6, 8)


@pytest.mark.parametrize("features", [b"\x06", b"\x06\x05\0\0\0\0", b"\x06\x04\0\0\0\x01\x07"])
def test_a_reader_that_talks_rubbish_of_its_features_is_not_believed(features: bytes) -> None:
    class Rubbish:
        def control(self, code: int, data: bytes) -> bytes:
            return features

    with pytest.raises(MalformedResponse):
        pinpad_of(Rubbish())


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=5))
def test_no_reader_gets_the_pad_out_of_step(features: bytes, properties: bytes, answer: bytes) -> None:
    class Any:
        def __init__(self) -> None:
            self.answers = [features, properties]

        def control(self, code: int, data: bytes) -> bytes:
            return self.answers.pop(0) if self.answers else answer

    try:
        pinpad_of(Any()).verify(VERIFY, 6, 8)
    except CardError:
        return


def test_a_card_pulled_while_its_holder_types_is_gone(memory: Memory) -> None:
    def gone(command: bytes) -> bytes:
        raise CardGone

    with pytest.raises(CardGone):
        pinpad_of(FakePad(gone, [OLD_PIN])).verify(VERIFY, 6, 8)


def test_the_structures_are_those_of_the_standard(memory: Memory) -> None:
    sent: list[bytes] = []

    class Keeps(FakePad):
        def control(self, code: int, data: bytes) -> bytes:
            sent.append(data)
            return super().control(code, data)

    pinpad_of(Keeps(AkisCard.open(memory).transmit, [OLD_PIN])).verify(VERIFY, 6, 8)
    assert sent[-1].hex() == "3c0f82000008060201" + "1f0400" + "000000" + "05000000" + "0020008100"
