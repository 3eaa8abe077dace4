"""The problem table: complete, equal in both languages, short, and in the words that holders know."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from anahtar_wire.problem_page import Language, page
from anahtar_wire.problems import Explained, Paragraph, Problem, Refusal, explain, paragraph, table

FACTS = {"tries_left", "until", "serial", "minutes"}
LONGEST = {"title": 60, "happened": 140, "cost": 140, "do": 140}
LANGUAGES: tuple[Language, ...] = ("tr", "en")

NEVER = {
    "tr": r"token|otp|reset\w*|kullanıcı\w*|bloke\w*|puk|0 deneme|deneme modu|hatalı\w*|geçersiz\w*|oturum\w*",
    "en": r"token\w*|otp|reset\w*|reinit\w*|users?|block\w*|cancel\w*|bricked|puk|invalid|illegal|failed|oops",
}
"""Words that people never read: those of the voice table, blame, and abbreviations nobody explained."""

CAPITALS = {"PIN", "SMS", "WEB", "USB", "NES", "I", "İ", "O"}
"""The only words in capitals; all are known to holders or are single characters of a code."""

EVERY_TEXT = [(problem, language) for problem in Problem for language in LANGUAGES]


def _paragraph(problem: Problem, language: str) -> Paragraph:
    row = table()[problem]
    return row.tr if language == "tr" else row.en


def _whole(problem: Problem, language: str) -> str:
    return "\n".join(_paragraph(problem, language))


def _facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_table_has_every_code_and_nothing_else() -> None:
    raw = tomllib.loads(files("anahtar_wire").joinpath("problems.toml").read_text(encoding="utf-8"))
    assert list(raw) == [problem.value for problem in Problem]
    assert all(set(row) == {"status", "tr", "en"} for row in raw.values())
    assert all(isinstance(row, Explained) for row in table().values())


@pytest.mark.parametrize(("problem", "language"), EVERY_TEXT)
def test_a_paragraph_read_alone_is_the_one_of_the_table(problem: Problem, language: str) -> None:
    assert paragraph(problem, language) == _paragraph(problem, language)


def test_a_code_is_fit_for_the_telephone() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", problem) and len(problem) <= 30 for problem in Problem)


def test_a_status_is_an_http_refusal_or_none() -> None:
    assert {row.status for row in table().values()} <= {0, 400, 401, 403, 404, 409, 410, 422, 426, 429, 500, 503}


def test_what_only_the_program_meets_has_no_http_status() -> None:
    order = list(Problem)
    local = set(order[order.index(Problem.NO_READER_SERVICE) :])
    assert {problem for problem, row in table().items() if row.status == 0} == local


@pytest.mark.parametrize("problem", Problem)
def test_both_languages_state_the_same_facts(problem: Problem) -> None:
    facts = _facts(_whole(problem, "tr"))
    assert facts == _facts(_whole(problem, "en"))
    assert facts <= FACTS


@pytest.mark.parametrize(("problem", "language"), EVERY_TEXT)
def test_every_text_is_there_and_short(problem: Problem, language: str) -> None:
    paragraph = _paragraph(problem, language)
    for part, longest in LONGEST.items():
        text = getattr(paragraph, part)
        assert 0 < len(text) <= longest, (part, len(text))
        assert text == " ".join(text.split())
        assert text.endswith(".") == (part != "title"), part


@pytest.mark.parametrize(("problem", "language"), EVERY_TEXT)
def test_no_text_uses_a_forbidden_word(problem: Problem, language: str) -> None:
    found = re.findall(rf"(?<!\w)(?:{NEVER[language]})(?!\w)", _whole(problem, language), re.IGNORECASE)
    assert found == []


@pytest.mark.parametrize(("problem", "language"), EVERY_TEXT)
def test_no_text_has_an_abbreviation_nobody_explained(problem: Problem, language: str) -> None:
    assert set(re.findall(r"\b[A-ZÇĞİÖŞÜ]+\b", _whole(problem, language))) - {"E", "A"} <= CAPITALS


@pytest.mark.parametrize(("problem", "language"), EVERY_TEXT)
def test_no_text_hangs_a_suffix_or_a_noun_on_a_fact(problem: Problem, language: str) -> None:
    assert re.search(r"\}(?![.;]( |$|\n))", _whole(problem, language)) is None


@pytest.mark.parametrize("problem", Problem)
def test_no_turkish_plural_follows_a_number(problem: Problem) -> None:
    counted = r"\b\d+ (?:deneme )?(?:dakika|saat|rakam|karakter|deneme|hak|kez)l[ae]r"
    assert re.search(counted, _whole(problem, "tr")) is None


def test_a_paragraph_is_filled_with_its_facts() -> None:
    assert "kalan: 3." in explain(Problem.CONFIRMATION_WRONG, "tr", tries_left=3).cost
    assert explain(Problem.PIN_WRONG, "en", tries_left=2).cost.endswith("Tries left: 2.")


def test_a_missing_fact_reads_as_a_question_mark() -> None:
    assert explain(Problem.PIN_WRONG, "en").cost.endswith("Tries left: ?.")


def test_a_fact_with_braces_is_not_read_as_a_template() -> None:
    assert "{minutes}" in explain(Problem.CARD_OTHER, "tr", serial="{minutes}", minutes=7).happened


def test_the_answer_to_a_wrong_code_does_not_tell_how_many_tries_it_had() -> None:
    # A count would show that the code exists: an unknown code has none.
    assert _facts(_whole(Problem.CODE_WRONG, "tr")) == set()


LOCAL = "pin-not-digits pin-length pin-one-digit pin-run pin-personal pins-differ pin-last-try"


@pytest.mark.parametrize("problem", [Problem(code) for code in LOCAL.split()])
def test_what_is_refused_locally_says_that_no_try_was_used(problem: Problem) -> None:
    assert "Deneme hakkınız azalmadı." in explain(problem, "tr").cost
    assert "You have not lost a try." in explain(problem, "en").cost


def test_no_pin_yet_is_not_told_as_a_lock_and_a_lock_is_not_told_as_dead() -> None:
    assert "Kart kilitli değil" in explain(Problem.PIN_NONE_YET, "tr").happened
    assert "geri döndürülebilir" in explain(Problem.PIN_LOCKED, "tr").cost
    assert "kullanım dışı" not in _whole(Problem.PIN_LOCKED, "tr").lower()


def test_a_refusal_carries_its_code_and_facts_and_no_text() -> None:
    refusal = Refusal(Problem.PIN_WRONG, tries_left=2)
    assert (str(refusal), refusal.facts) == ("pin-wrong", {"tries_left": 2})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_every_code_with_all_its_texts(language: Language) -> None:
    text = page(language)
    for problem in Problem:
        section = text.split(f"\n## {problem}\n")[1].split("\n## ")[0]
        assert all(part in section for part in _paragraph(problem, language))
