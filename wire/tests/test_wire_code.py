"""The verification code: read however people write it, never confused, never shown by accident."""

from __future__ import annotations

import math
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anahtar_wire.code import ALPHABET, GROUP, GROUPS, LooksLikeSmsCode, NotACode, VerificationCode

CODE = "ABCD-EFGH-JKLM"
PLAIN = CODE.replace("-", "")
PARTS = ("ABCD", "EFGHJKLM")

codes = st.text(ALPHABET, min_size=GROUP * GROUPS, max_size=GROUP * GROUPS)
separators = st.text(" -\u2013\u2014\u2010\u2011\t\r\n\u00a0\u200b\ufeff", max_size=3)


def _parts(text: str) -> tuple[str, str]:
    code = VerificationCode.parse(text)
    return code.reference, code.secret


@given(codes)
def test_a_code_that_was_revealed_reads_back_the_same(plain: str) -> None:
    code = VerificationCode(plain[:GROUP], plain[GROUP:])
    assert VerificationCode.parse(code.reveal()) == code


@given(codes, st.lists(separators, min_size=13, max_size=13))
def test_spaces_and_dashes_do_not_matter_wherever_they_stand(plain: str, gaps: list[str]) -> None:
    scattered = gaps[0] + "".join(letter + gap for letter, gap in zip(plain, gaps[1:], strict=True))
    assert VerificationCode.parse(scattered) == VerificationCode.parse(plain)


@given(st.text(max_size=300))
def test_any_other_text_is_refused_or_is_a_code(text: str) -> None:
    try:
        code = VerificationCode.parse(text)
    except NotACode:
        return
    assert set(code.reference + code.secret) <= set(ALPHABET)
    assert (len(code.reference), len(code.secret)) == (4, 8)


@pytest.mark.parametrize(
    "text", [CODE, PLAIN, CODE.lower(), "aBcD eFgH jKlM", f"  {CODE}\r\n", "ABCD\u2013EFGH\u2014JKLM"]
)
def test_the_usual_ways_to_write_a_code_are_read(text: str) -> None:
    assert _parts(text) == PARTS


def test_full_width_letters_are_read() -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in PLAIN)
    assert wide != PLAIN
    assert _parts(wide) == PARTS


@pytest.mark.parametrize("letter", ["i", "ı", "İ", "I", "i\u0307", "l\u0307"])
def test_every_turkish_i_is_refused(letter: str) -> None:
    with pytest.raises(NotACode):
        VerificationCode.parse(letter + PLAIN[1:])


@pytest.mark.parametrize("letter", "\u0410\u0412\u0415\u041a\u041c\u041d\u0420\u0421\u0422\u0425")
def test_a_cyrillic_look_alike_is_refused(letter: str) -> None:
    with pytest.raises(NotACode):
        VerificationCode.parse(letter + PLAIN[1:])


def test_a_letter_that_grows_in_capitals_is_refused() -> None:
    assert len(("ß" + PLAIN[:10]).upper()) == len(PLAIN)
    with pytest.raises(NotACode):
        VerificationCode.parse("ß" + PLAIN[:10])


@pytest.mark.parametrize("letter", "01OIoi")
def test_a_character_that_no_code_has_is_refused_and_not_guessed(letter: str) -> None:
    for place in range(len(PLAIN)):
        with pytest.raises(NotACode):
            VerificationCode.parse(PLAIN[:place] + letter + PLAIN[place + 1 :])


@pytest.mark.parametrize("text", ["", "   ", PLAIN[:-1], PLAIN + "A", PLAIN * 2, "ABCD_EFGH_JKLM", "ABCD/EFGH/JKLM"])
def test_a_wrong_length_or_a_foreign_sign_is_refused(text: str) -> None:
    with pytest.raises(NotACode):
        VerificationCode.parse(text)


@pytest.mark.parametrize(
    "text", ["48291657", " 4829 1657 ", "4829-1657", "\uff14\uff18\uff12\uff19\uff11\uff16\uff15\uff17"]
)
def test_eight_digits_are_told_to_be_an_sms_code(text: str) -> None:
    with pytest.raises(LooksLikeSmsCode):
        VerificationCode.parse(text)


@pytest.mark.parametrize("text", ["4829165", "482916573", "٤٨٢٩١٦٥٧"])
def test_other_digits_are_no_sms_code(text: str) -> None:
    with pytest.raises(NotACode) as caught:
        VerificationCode.parse(text)
    assert caught.type is NotACode


def test_a_code_is_never_printed_by_accident() -> None:
    code = VerificationCode.parse(CODE)
    shown = f"{code!r} {code} {[code]} {(code,)!r}"
    assert all(part not in shown for part in (*PARTS, PLAIN, CODE))


@pytest.mark.parametrize("text", ["ABCD-EFGH-JKL1", "48291657"])
def test_a_refusal_does_not_show_what_was_typed(text: str) -> None:
    with pytest.raises(NotACode) as caught:
        VerificationCode.parse(text)
    assert text not in str(caught.value) + repr(caught.value)


def test_the_secret_has_forty_bits() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 32
    secret = VerificationCode.make(secrets.choice).secret
    assert len(secret) * math.log2(len(ALPHABET)) == 40


def test_the_alphabet_has_no_look_alikes() -> None:
    assert not set("IİıO01") & set(ALPHABET)
    assert ALPHABET.isascii()
    assert ALPHABET.upper() == ALPHABET


def test_every_character_of_a_new_code_is_chosen_from_the_whole_alphabet() -> None:
    asked: list[str] = []

    def choose(letters: object) -> str:
        asked.append(str(letters))
        return ALPHABET[len(asked) - 1]

    assert VerificationCode.make(choose).reveal() == CODE
    assert asked == [ALPHABET] * 12
