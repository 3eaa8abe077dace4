"""The statements of whole unlocks as the database logged them, made into scripts that can be run again and again.

Each logged unlock is of another card. What must be new in each run (the unlock's name, the code's reference, the card's
nonce, the numbers that the database gives) becomes a variable; all else stays as it was logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.parts.marks import MARK

NUMBERED = ("unlock_grant", "unlock_consent", "confirmation_question", "notices_outboxmessage")
"""Tables whose numbers come back in later statements."""
FIRST = {table: 71_000_000_000 + index * 1_000_000_000 for index, table in enumerate(NUMBERED)}
"""Where their numbering begins while statements are logged, so that each number is known for what it is."""
_NUMBER = re.compile(r"(:?)\b(7[1-4]\d{9})\b")
_INSERTED = re.compile(r'INSERT INTO "(\w+)".*RETURNING', re.DOTALL)
_CREATED = re.compile(r"""INSERT INTO "unlock_unlock" .*?VALUES \('([0-9a-f]{32})'""", re.DOTALL)
_REFERENCE = re.compile(r"""(?<="code_reference" = )'([A-Z2-9]{4})'""")
_NONCE = re.compile(r"""(?<="card_nonce" = )(?:'\\x|[xX]')([0-9a-fA-F]{32})'""")
_OBJECTION = re.compile(
    r"""(?<=INSERT INTO "people_objection" )(.*?VALUES \((?:'\\x|[xX]'))([0-9a-fA-F]{64})'""", re.DOTALL
)
_OF_CONNECTIONS = ("SELECT set_config(", "PRAGMA")
"""A new connection's own statements: a peer that keeps its connections has none."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and the step that sent it."""

    step: str
    text: str

    @property
    def inserts_into(self) -> str:
        """The table whose new number comes back, if that matters later."""
        found = _INSERTED.match(self.text)
        return found.group(1) if found and found.group(1) in NUMBERED else ""


@dataclass(frozen=True, slots=True)
class Unlock:
    """One whole unlock in statements, and what of them is its own."""

    statements: list[Statement]
    name: str
    reference: str
    nonce: str
    numbers: dict[int, str]
    """Each number that the database gave, and its variable."""


def split(logged: Sequence[str]) -> list[Unlock]:
    """Return the unlocks of a log, in order; marks stand before each step."""
    unlocks: list[list[Statement]] = []
    step = ""
    for text in logged:
        if text.startswith(MARK):
            step = text.removeprefix(MARK).rstrip("'")
            if step == "open":
                unlocks.append([])
        elif unlocks and not text.startswith(_OF_CONNECTIONS):
            unlocks[-1].append(Statement(step, text))
    given = dict(FIRST)
    return [_known(statements, given) for statements in unlocks]


def _known(statements: list[Statement], given: dict[str, int]) -> Unlock:
    whole = "\n".join(one.text for one in statements)
    numbers = {}
    for index, statement in enumerate(statements):
        if statement.inserts_into:
            numbers[given[statement.inserts_into]] = f"z{index}_id"
            given[statement.inserts_into] += 1
    name, nonce = _one(_CREATED, whole), _one(_NONCE, whole).lower()
    # The digest of the way to object is unique too: the two that are new in each run stand in its place.
    own = [replace(one, text=_OBJECTION.sub(rf"\g<1>{name}{nonce}'", one.text)) for one in statements]
    return Unlock(own, name, _one(_REFERENCE, whole), nonce, numbers)


def _one(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise LookupError(f"the log holds no {pattern.pattern}")
    return found.group(1)


def write_pgbench(unlock: Unlock, path: Path) -> list[str]:
    """Write an unlock as a script for pgbench (simple protocol) and return the step of each of its statements."""
    words = sorted(set(re.findall(rf"(\w+):{unlock.name}", "\n".join(one.text for one in unlock.statements))))
    drawn = "SELECT replace(gen_random_uuid()::text, '-', '') AS h, md5(random()::text) AS n"
    named = "".join(f", '{word}:' || h AS z{word}" for word in words)
    lines = [f"SELECT h AS zname, n AS znonce, upper(left(n, 4)) AS zcode{named} FROM ({drawn}) d \\gset"]
    for index, statement in enumerate(unlock.statements):
        end = f" \\gset z{index}_" if statement.inserts_into else ";"
        lines.append(_varied(statement.text, unlock) + end)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ["", *(one.step for one in unlock.statements)]


def _varied(text: str, unlock: Unlock) -> str:
    text = re.sub(rf"(\w+):{unlock.name}", r":z\1", text).replace(unlock.name, ":zname")
    text = text.replace(f"'{unlock.reference}'", "':zcode'").replace(unlock.nonce, ":znonce")
    return _numbered(text, unlock)


def _numbered(text: str, unlock: Unlock) -> str:
    def variable(found: re.Match[str]) -> str:
        # Two colons in a row mean a cast to pgbench: a variable after a colon (in JSON) gets a space before it.
        name = unlock.numbers.get(int(found[2]), "")
        return f"{found[1]}{' ' if found[1] else ''}:{name}" if name else found[0]

    return _NUMBER.sub(variable, text)


_LITERAL = re.compile(r"[xX]'[0-9a-fA-F]*'|'(?:[^']|'')*'|\b7[1-4]\d{9}\b")

Part = str
Parameter = tuple[str, list[Part]]
Prepared = tuple[str, list[Parameter], str]
"""A statement with `?` for each literal; the literals as kind (text, blob, number) and pieces, of which those that
begin with a zero byte are variables; and the variable that takes the number it returns."""


def for_sqlite(unlock: Unlock) -> list[Prepared]:
    """Return an unlock for a script that prepares each statement once and binds its values."""
    prepared = []
    for index, statement in enumerate(unlock.statements):
        parameters: list[Parameter] = []

        def bind(found: re.Match[str], parameters: list[Parameter] = parameters) -> str:
            parameters.append(_parameter(found[0], unlock))
            return "?"

        text = _LITERAL.sub(bind, statement.text)
        prepared.append((text, parameters, f"z{index}_id" if statement.inserts_into else ""))
    return prepared


def _parameter(literal: str, unlock: Unlock) -> Parameter:
    if literal[0] in "xX":
        return "blob", list(_pieces(literal[2:-1].lower(), unlock))
    if literal[0] == "'":
        return "text", list(_pieces(literal[1:-1].replace("''", "'"), unlock))
    return "number", list(_pieces(literal, unlock))


def _pieces(text: str, unlock: Unlock) -> Iterator[Part]:
    """Cut a literal at what varies."""
    varying = {unlock.name: "\0name", unlock.nonce: "\0nonce"}
    varying |= {str(number): f"\0{name}" for number, name in unlock.numbers.items()}
    if text == unlock.reference:
        yield "\0code"
        return
    for piece in re.split("(" + "|".join(varying) + ")", text):
        if piece:
            yield varying.get(piece, piece)
