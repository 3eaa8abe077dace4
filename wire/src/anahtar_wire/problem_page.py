"""The problem table as a page of the docs, for those who are read a code on the telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from anahtar_wire.problems import Explained, Paragraph, Problem, table

Language = Literal["tr", "en"]


@dataclass(frozen=True, slots=True)
class _Words:
    heading: str
    intro: str
    happened: str
    cost: str
    do: str
    status: str
    local: str


_WORDS: dict[Language, _Words] = {
    "tr": _Words(
        heading="Sorun kodları",
        intro="Anahtar bir isteği geri çevirdiğinde ya da bir adım tamamlanamadığında bu kodlardan birini gösterir. "
        "Metinler sorun tablosundan üretilir. Süslü ayraç içindeki adların yerinde ekranda o anki değer durur.",
        happened="Ne oldu?",
        cost="Bir şey kaybedildi mi?",
        do="Şimdi ne yapmalısınız?",
        status="HTTP durumu",
        local="yalnız programda görülür",
    ),
    "en": _Words(
        heading="Problem codes",
        intro="Anahtar shows one of these codes when it refuses a request or cannot complete a step. The texts are "
        "generated from the problem table. Where a name stands in braces, the screen shows its value.",
        happened="What happened?",
        cost="Was anything lost or used?",
        do="What to do now?",
        status="HTTP status",
        local="seen in the program only",
    ),
}


def page(language: Language) -> str:
    """Return the whole problem table as Markdown in `language`: an overview, then a section for every code."""
    words = _WORDS[language]
    overview = [f"- [`{problem}`](#{problem}): {_paragraph(row, language).title}" for problem, row in _rows()]
    sections = [_section(problem, row, language) for problem, row in _rows()]
    return "\n\n".join([f"# {words.heading}", words.intro, "\n".join(overview), *sections]) + "\n"


def _rows() -> list[tuple[Problem, Explained]]:
    """Return the table in the order of the codes, whatever the order of the file."""
    return [(problem, table()[problem]) for problem in Problem]


def _paragraph(row: Explained, language: Language) -> Paragraph:
    return row.en if language == "en" else row.tr


def _section(problem: Problem, row: Explained, language: Language) -> str:
    words, text = _WORDS[language], _paragraph(row, language)
    status = f"{words.status}: {row.status}" if row.status else words.local
    lines = [
        f"- **{words.happened}** {text.happened}",
        f"- **{words.cost}** {text.cost}",
        f"- **{words.do}** {text.do}",
    ]
    return f"## {problem}\n\n**{text.title}** ({status})\n\n" + "\n".join(lines)
