"""A drawn part of a page that is otherwise written by hand, and the tables that such parts are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


class NotDrawn(Exception):
    """A page cannot be drawn; the text says what is missing and where."""


class NoMarks(NotDrawn):
    """The page does not have both marks of the part, once each."""

    def __init__(self, part: str) -> None:
        super().__init__(f"a page needs the marks <!-- drawn: {part} --> and <!-- end: {part} -->, once each")


def put(page: str, part: str, content: str) -> str:
    """Return `page` with `content` between the marks of `part`; raises NoMarks."""
    begin, end = f"<!-- drawn: {part} -->", f"<!-- end: {part} -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise NoMarks(part)
    before, rest = page.split(begin)
    return f"{before}{begin}\n\n{content.strip()}\n\n{end}{rest.split(end)[1]}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def code(text: str) -> str:
    """Return text as code, nothing for nothing."""
    return f"`{text}`" if text else ""


def one_line(text: str | None) -> str:
    """Return a docstring as one line."""
    return re.sub(r"\s+", " ", text or "").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
