"""Data objects: what is written is read, and what is malformed is said to be so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anahtar_card import tlv
from anahtar_card.errors import MalformedResponse

one_byte = st.integers(0x01, 0xFE).filter(lambda tag: tag & 0x1F != 0x1F)
two_bytes = st.builds(
    lambda first, second: first << 8 | second, st.sampled_from([0x1F, 0x5F, 0x7F, 0xBF]), st.integers(0x1F, 0x7F)
)
objects = st.lists(st.tuples(one_byte | two_bytes, st.binary(max_size=300)), max_size=5)


@given(objects)
def test_what_is_written_is_read(written: list[tuple[int, bytes]]) -> None:
    assert list(tlv.decode(b"".join(tlv.encode(*item) for item in written))) == written


@given(objects)
def test_padding_between_objects_is_passed_over(written: list[tuple[int, bytes]]) -> None:
    padded = b"\x00\xff".join(tlv.encode(*item) for item in written)
    assert list(tlv.decode(b"\x00" + padded + b"\xff\xff")) == written


@pytest.mark.parametrize(
    ("size", "head"), [(0, "8000"), (127, "807F"), (128, "808180"), (256, "80820100"), (65536, "8083010000")]
)
def test_lengths_take_their_shortest_form(size: int, head: str) -> None:
    assert tlv.encode(0x80, bytes(size)).hex().upper() == head + "00" * size


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_being_malformed(data: bytes) -> None:
    try:
        found = list(tlv.decode(data))
    except MalformedResponse:
        return
    assert sum(len(value) for _, value in found) <= len(data)


@pytest.mark.parametrize("data", ["80", "8002AA", "5F", "7F8181", "8080", "808400000001", "8081", "808201"])
def test_an_object_that_runs_past_the_end_is_malformed(data: str) -> None:
    with pytest.raises(MalformedResponse):
        list(tlv.decode(bytes.fromhex(data)))


def test_an_object_is_found_by_its_path() -> None:
    data = bytes.fromhex("6F0A8002010284043F005015")
    assert tlv.find(data, 0x6F, 0x84) == bytes.fromhex("3F005015")
    assert tlv.find(data, 0x6F, 0x85) is None
    assert tlv.find(data, 0x70, 0x84) is None
