"""Sealing: only the key service opens what a program sealed, and only for what it is about."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from anahtar_wire.messages import ConfirmationAnswer, Method
from anahtar_wire.sealing import LONGEST, SEALED, About, NotSealed, name_of, seal, unseal

KEY = X25519PrivateKey.from_private_bytes(b"\x11" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
ABOUT = About("d0" * 16, "sms", b"\x04" + b"\x1a" * 64)
answers = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=LONGEST)


@given(answers)
def test_what_was_sealed_opens_and_is_of_one_length(answer: str) -> None:
    sealed = seal(answer, to=PUBLIC, about=ABOUT)
    assert len(sealed) == SEALED
    assert unseal(sealed, key=KEY, about=ABOUT) == answer


@pytest.mark.parametrize("answer", ["1", "\x80", "\x00", "a\x00", "ğ\x80\x00", "𝟙" * LONGEST])
def test_no_answer_is_taken_for_padding(answer: str) -> None:
    assert unseal(seal(answer, to=PUBLIC, about=ABOUT), key=KEY, about=ABOUT) == answer


def test_yesterdays_sealed_answer_opens() -> None:
    golden = Path(__file__).parent.parent / "golden" / "confirmation-answer.json"
    read = ConfirmationAnswer.model_validate_json(golden.read_text())
    assert read.key == name_of(PUBLIC)
    assert unseal(read.sealed, key=KEY, about=ABOUT) == "48291657"


@pytest.mark.parametrize(
    "other",
    [
        replace(ABOUT, unlock="d1" * 16),
        replace(ABOUT, method="web"),
        replace(ABOUT, program_key=b"\x04" + b"\x1b" * 64),
        replace(ABOUT, unlock="d0" * 16 + "s", method="ms"),  # no character moves from one part to the next
    ],
)
def test_what_is_about_something_else_does_not_open(other: About) -> None:
    with pytest.raises(NotSealed):
        unseal(seal("48291657", to=PUBLIC, about=other), key=KEY, about=ABOUT)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(NotSealed):
        unseal(seal("48291657", to=PUBLIC, about=ABOUT), key=X25519PrivateKey.generate(), about=ABOUT)


def test_no_changed_byte_and_no_other_length_opens() -> None:
    sealed = seal("48291657", to=PUBLIC, about=ABOUT)
    changed = [sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :] for place in range(SEALED)]
    for wrong in (*changed, b"", sealed[:-1], sealed[:31], sealed + b"\x00", bytes(SEALED)):
        with pytest.raises(NotSealed):
            unseal(wrong, key=KEY, about=ABOUT)


def test_the_same_answer_looks_different_each_time() -> None:
    assert seal("48291657", to=PUBLIC, about=ABOUT) != seal("48291657", to=PUBLIC, about=ABOUT)


@pytest.mark.parametrize("answer", ["", "1" * (LONGEST + 1), "\ud800"])
def test_what_is_no_answer_is_not_sealed(answer: str) -> None:
    with pytest.raises(ValueError):
        seal(answer, to=PUBLIC, about=ABOUT)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32)])
def test_nothing_is_sealed_to_a_key_that_is_none(key: bytes) -> None:
    """Zeros are a point to which everybody's shared secret is zeros (RFC 7748 section 6.1)."""
    with pytest.raises(ValueError):
        seal("48291657", to=key, about=ABOUT)


def test_a_message_shows_only_how_it_was_answered() -> None:
    message = ConfirmationAnswer.of("48291657", method=Method.SMS, unlock="d0" * 16, program_key=bytes(65), to=PUBLIC)
    assert message.sealed.hex() not in repr(message)
    assert set(json.loads(message.model_dump_json())) == {"version", "method", "key", "sealed"}
