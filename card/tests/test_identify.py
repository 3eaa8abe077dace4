"""Families are told apart by what the card answers to a reset."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anahtar_card.errors import UnknownCard
from anahtar_card.families.akis import names
from anahtar_card.identify import driver_for, family_of, historical_bytes

REAL_AKIS = (
    "3BBA11008131FE4D55454B41452056312E30AE",
    "3B9F968131FE45806755454B41451212318073B3A180EA",
    "3B9F978131FE4580655443D2210831C073F6218081055B",
    "3B9F978131FE458065544353228231C073F62180810553",
)


@pytest.mark.parametrize("atr", REAL_AKIS)
def test_a_real_akis_card_is_foreign(atr: str) -> None:
    driver = driver_for(bytes.fromhex(atr))
    assert driver.family == "akis-foreign"
    assert not driver.can_unlock


def test_our_card_is_ours_and_claims_no_other_name() -> None:
    driver = driver_for(names.ATR)
    assert driver.family == "akis"
    assert driver.can_unlock
    assert historical_bytes(names.ATR) == b"\x80\x57ANAHTAR"
    assert b"UEKAE" not in names.ATR


def test_our_answer_to_reset_is_whole_and_speaks_t1() -> None:
    check = 0
    for byte in names.ATR[1:]:
        check ^= byte
    assert check == 0
    assert names.ATR[2] & 0x0F == 1


@pytest.mark.parametrize(
    "atr",
    [
        "",
        "3B",
        "3B00",  # no historical bytes at all
        "3B02544380",  # other bytes
        "3F6725002120000F6878",  # another maker's card
        names.ATR[:-1].hex(),
        (names.ATR[:-1] + b"\x15").hex(),  # TCK wrong
        names.ATR.hex() + "00",
        "3BBA11008131FE4D55454B41452056312E30AF",  # AKİS with a wrong TCK
        "3BF0",
    ],
)
def test_any_other_card_is_unknown(atr: str) -> None:
    with pytest.raises(UnknownCard):
        family_of(bytes.fromhex(atr))


def test_tc_elsewhere_in_the_historical_bytes_does_not_make_a_card_akis() -> None:
    with pytest.raises(UnknownCard):
        family_of(bytes.fromhex("3B04") + b"xxTC")


@given(st.binary(max_size=40))
def test_no_answer_to_reset_breaks_the_reading(atr: bytes) -> None:
    with contextlib.suppress(UnknownCard):
        assert family_of(atr) in ("akis", "akis-foreign")


def test_the_readers_side_needs_no_cryptography() -> None:
    """The window and the terminal import the drivers at once: they start faster without."""
    ask = "import sys, anahtar_card.identify; print('cryptography' in sys.modules)"
    asked = subprocess.run(  # our own interpreter
        [sys.executable, "-c", ask], capture_output=True, text=True, timeout=20, check=True
    )
    assert asked.stdout.strip() == "False"
