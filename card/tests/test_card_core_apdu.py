"""Commands and responses, short and extended; long answers and long commands."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anahtar_card.apdu import Command, Response
from anahtar_card.errors import MalformedResponse
from anahtar_card.flow import chain, exchange


@pytest.mark.parametrize(
    ("command", "short", "extended"),
    [
        (Command(0, 0xA4, 4, 0), "00A40400", "00A40400"),
        (Command(0, 0xB0, 0, 0, le=16), "00B0000010", "00B00000000010"),
        (Command(0, 0xB0, 0, 0, le=0), "00B0000000", "00B00000000000"),
        (Command(0, 0x20, 0, 0x81, b"\x31"), "002000810131", "0020008100000131"),
        (Command(0, 0xA4, 4, 0, b"\x3f\x00", le=256), "00A40400023F0000", "00A404000000023F000100"),
    ],
)
def test_the_four_cases_have_the_lengths_that_the_standard_gives_them(
    command: Command, short: str, extended: str
) -> None:
    assert command.encode().hex().upper() == short
    assert command.encode(extended=True).hex().upper() == extended


def test_a_command_that_the_short_form_cannot_hold_becomes_extended() -> None:
    assert Command(0, 1, 2, 3, bytes(255), le=256).encode() == bytes([0, 1, 2, 3, 255]) + bytes(255) + b"\0"
    assert Command(0, 1, 2, 3, bytes(256)).encode() == bytes([0, 1, 2, 3, 0, 1, 0]) + bytes(256)
    assert Command(0, 1, 2, 3, le=257).encode() == bytes([0, 1, 2, 3, 0, 1, 1])


def test_a_command_too_long_for_any_card_is_refused() -> None:
    with pytest.raises(ValueError, match="65535"):
        Command(0, 1, 2, 3, bytes(65536)).encode()


byte = st.integers(0, 255)


@given(byte, byte, byte, byte, st.binary(max_size=600), st.none() | st.integers(1, 65536), st.booleans())
def test_a_card_reads_the_command_that_a_program_wrote(
    cla: int, ins: int, p1: int, p2: int, data: bytes, le: int | None, extended: bool
) -> None:
    command = Command(cla, ins, p1, p2, data, le)
    assert Command.decode(command.encode(extended=extended)) == command


@given(st.binary(max_size=20))
def test_a_card_reads_any_bytes_or_refuses_them(raw: bytes) -> None:
    try:
        command = Command.decode(raw)
    except ValueError:
        return
    assert raw in (command.encode(), command.encode(extended=True))


@pytest.mark.parametrize("raw", ["", "00A404", "00A40400023F", "00A40400023F000000", "00A404000000"])
def test_lengths_that_do_not_agree_are_refused(raw: str) -> None:
    with pytest.raises(ValueError):
        Command.decode(bytes.fromhex(raw))


def test_commands_and_responses_print_no_data() -> None:
    secret = b"135790"
    for shown in (Command(0, 0x20, 0, 0x81, secret), Response(secret, 0x9000)):
        for text in (repr(shown), str(shown), f"{shown}", f"{[shown]}"):
            assert "135790" not in text
            assert secret.hex() not in text
    assert repr(Command(0, 0x20, 0, 0x81, secret)) == "<Command 00 20 00 81 Lc=6 Le=None>"


@given(st.binary(max_size=300), st.sampled_from([0x9000, 0x63C2, 0x6983, 0x9104]))
def test_a_program_reads_the_answer_that_a_card_wrote(data: bytes, sw: int) -> None:
    response = Response(data, sw)
    assert Response.decode(response.encode()) == response


@pytest.mark.parametrize("raw", ["", "90", "6000", "0102", "900050FF"])
def test_an_answer_without_a_status_word_is_malformed(raw: str) -> None:
    with pytest.raises(MalformedResponse):
        Response.decode(bytes.fromhex(raw))


class Script:
    """A card that expects these commands in this order and gives these answers (both in hex)."""

    def __init__(self, lines: Iterable[tuple[str, str]]) -> None:
        self._lines = iter(lines)

    def transmit(self, command: bytes) -> bytes:
        expected, answer = next(self._lines)
        assert command.hex().upper() == expected
        return bytes.fromhex(answer)

    def is_done(self) -> bool:
        return next(self._lines, None) is None


def test_an_answer_in_pieces_is_collected() -> None:
    card = Script([("80CA000000", "01026102"), ("80C0000002", "03046101"), ("80C0000001", "059000")])
    assert exchange(card, Command(0x80, 0xCA, 0, 0, le=0)) == Response(bytes([1, 2, 3, 4, 5]), 0x9000)
    assert card.is_done()


def test_the_rest_of_an_answer_is_asked_on_the_same_channel_without_chaining_and_secure_messaging() -> None:
    card = Script([("1F2A000000", "6100"), ("03C0000000", "9000")])
    assert exchange(card, Command(0x1F, 0x2A, 0, 0, le=0)).sw == 0x9000
    assert card.is_done()


def test_a_wrong_expected_length_is_put_right_also_for_the_rest_of_an_answer() -> None:
    card = Script(
        [("00B0000000", "6C02"), ("00B0000002", "01026110"), ("00C0000010", "6C01"), ("00C0000001", "039000")]
    )
    assert exchange(card, Command(0, 0xB0, 0, 0, le=0)) == Response(bytes([1, 2, 3]), 0x9000)
    assert card.is_done()


def test_the_status_word_that_ends_a_long_answer_is_kept() -> None:
    card = Script([("00B0000000", "01026102"), ("00C0000002", "036282")])
    assert exchange(card, Command(0, 0xB0, 0, 0, le=0)) == Response(bytes([1, 2, 3]), 0x6282)


class Endless:
    def __init__(self, piece: bytes) -> None:
        self._piece = piece

    def transmit(self, command: bytes) -> bytes:
        return self._piece + b"\x61\x00"


@pytest.mark.parametrize("piece", [b"", bytes(256)])
def test_an_answer_without_end_is_malformed(piece: bytes) -> None:
    with pytest.raises(MalformedResponse):
        exchange(Endless(piece), Command(0, 0xB0, 0, 0, le=0))


@given(st.binary(max_size=1200), st.integers(1, 255))
def test_a_chain_carries_all_the_data_and_only_its_last_link_asks_for_an_answer(data: bytes, size: int) -> None:
    *linked, last = chain(Command(0x00, 0xDB, 0x3F, 0xFF, data, le=0), size)
    assert b"".join(link.data for link in [*linked, last]) == data
    assert all(link.cla == 0x10 and link.le is None and len(link.data) == size for link in linked)
    assert (last.cla, last.le) == (0x00, 0)
    assert len({link.header[1:] for link in [*linked, last]}) == 1
