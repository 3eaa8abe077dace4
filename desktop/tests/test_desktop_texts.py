"""Every text and every problem in both languages, with the same facts."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import anahtar_desktop
from anahtar_card import errors
from anahtar_card.pin import PinFault
from anahtar_desktop.failures import PROBLEMS, problem_of
from anahtar_desktop.new_pin import FAULTS
from anahtar_desktop.texts import TEXTS, Text, say
from anahtar_wire.problems import Problem, explain


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_key_has_its_two_texts_with_the_same_facts() -> None:
    assert set(TEXTS) == set(Text)
    for key, (turkish, english) in TEXTS.items():
        assert turkish.strip(), key
        assert english.strip(), key
        assert facts(turkish) == facts(english), key


def test_every_text_is_used_somewhere() -> None:
    folder = Path(anahtar_desktop.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "texts.py")
    unused = [key.name for key in Text if not re.search(rf"Text\.{key.name}\b", sources)]
    assert unused == []


def test_the_guides_words_are_kept_letter_for_letter() -> None:
    assert say(Text.DONE) == "PIN Kodunuz başarılı bir şekilde değiştirilmiştir."
    assert say(Text.ASK_NEW_PIN).startswith("Yeni PIN Kodu:")
    assert say(Text.ASK_NEW_PIN_AGAIN).startswith("Yeni PIN Kodu (Tekrar):")
    assert say(Text.DUTIES_TITLE) == "Kilit Çözme Bilgilendirme"
    assert say(Text.METHOD_SMS) == "SMS Onay"
    assert say(Text.METHOD_WEB) == "WEB Parola"


@pytest.mark.parametrize("never", ["OTP", "token", "bricked", "reset", "deneme modu", "hatalı", "0 deneme", "user"])
def test_words_that_we_never_use_are_not_used(never: str) -> None:
    for key, both in TEXTS.items():
        for text in both:
            assert never.lower() not in text.lower(), key


def test_no_turkish_suffix_hangs_on_a_fact() -> None:
    for key, (turkish, _) in TEXTS.items():
        assert not re.search(r"\}['’]?\w", turkish), key


def all_errors() -> set[type[errors.CardError]]:
    found = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.CardError)}
    return found - {errors.CardError}


def test_every_error_of_a_card_has_its_problem() -> None:
    assert set(PROBLEMS) == all_errors()


def test_only_a_cards_own_word_is_called_a_wrong_pin() -> None:
    assert [kind for kind, problem in PROBLEMS.items() if problem is Problem.PIN_WRONG] == [errors.WrongPin]
    problem, said = problem_of(errors.StatusError(0x6982, 0x20))
    assert (problem, said) == (Problem.CARD_REFUSED, {"status_word": "6982", "instruction": "20"})


def test_an_adapters_own_error_reads_as_a_card_that_refused() -> None:
    class Odd(errors.CardError):
        pass

    assert problem_of(Odd())[0] is Problem.CARD_REFUSED


def test_every_line_of_the_pin_rule_has_its_paragraph() -> None:
    assert set(FAULTS) == set(PinFault)
    for problem in FAULTS.values():
        assert explain(problem, "tr").cost
