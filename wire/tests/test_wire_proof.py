"""What a program signs: two different requests never give the same bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anahtar_wire.proof import signed_bytes

methods = st.sampled_from(["GET", "POST", "PUT", "DELETE"])
paths = st.text("/ab\n", max_size=6)
bodies = st.text("ab/\n", max_size=6).map(str.encode)
requests = st.tuples(methods, paths, bodies)


def test_each_part_changes_what_is_signed() -> None:
    signed = {
        signed_bytes("POST", "/api/claim", b"{}"),
        signed_bytes("PUT", "/api/claim", b"{}"),
        signed_bytes("POST", "/api/claim/", b"{}"),
        signed_bytes("POST", "/api/claim?a=1", b"{}"),
        signed_bytes("POST", "/api/claim", b"{} "),
        signed_bytes("POST", "/api/claim", b""),
    }
    assert len(signed) == 6


def test_a_newline_cannot_move_between_path_and_body() -> None:
    assert signed_bytes("POST", "/a\nb", b"c") != signed_bytes("POST", "/a", b"b\nc")
    assert signed_bytes("POST", "/a\n", b"") != signed_bytes("POST", "/a", b"\n")
    assert signed_bytes("POST\n/a", "b", b"") != signed_bytes("POST", "/a\nb", b"")


@given(requests, requests)
def test_two_requests_give_the_same_bytes_only_if_they_are_the_same(
    one: tuple[str, str, bytes], other: tuple[str, str, bytes]
) -> None:
    assert (signed_bytes(*one) == signed_bytes(*other)) == (one == other)


@given(requests, st.integers(0, 8), st.integers(0, 8))
def test_cutting_the_same_text_elsewhere_gives_other_bytes(
    request_: tuple[str, str, bytes], first: int, second: int
) -> None:
    method, path, body = request_
    text = path + body.decode()
    cuts = {min(cut, len(text)) for cut in (first, second)}
    assert len({signed_bytes(method, text[:cut], text[cut:].encode()) for cut in cuts}) == len(cuts)


def test_the_method_may_be_written_small() -> None:
    assert signed_bytes("post", "/a", b"") == signed_bytes("POST", "/a", b"")


def test_what_is_signed_is_fixed_for_good() -> None:
    expected = b"\0\0\0\x0fanahtar-proof-1\0\0\0\x04POST\0\0\0\x06/\xc5\x9f\xc5\x9fa\0\0\0\x02{}"
    assert signed_bytes("POST", "/şşa", b"{}") == expected
