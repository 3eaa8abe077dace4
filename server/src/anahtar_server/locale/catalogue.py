"""Collects what the pages say, and keeps the English catalogue whole: `python -m anahtar_server.locale.catalogue`.

A tool for developers (it needs Babel); running needs the compiled catalogue only.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HERE = Path(__file__).parent
SERVER = HERE.parent
PO = HERE / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
_WHENEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""The header's dates stand still, so that a file that did not change does not differ."""

_KEYWORDS: dict[str, None] = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))


def said() -> Iterator[tuple[str, str]]:
    """Yield every text of templates and code, with the file it stands in, in a fixed order."""
    for path in sorted([*SERVER.rglob("*.py"), *SERVER.rglob("templates/**/*.html")]):
        source = path.read_text(encoding="utf-8")
        # What templatize makes of a template looks like calls amid rubbish: the lenient reader copes with that.
        reader, code = ("javascript", templatize(source)) if path.suffix == ".html" else ("python", source)
        for _line, message, _comments, _context in extract(reader, io.BytesIO(code.encode()), keywords=_KEYWORDS):
            yield str(message), path.relative_to(SERVER).as_posix()


def renewed(old: Catalog) -> Catalog:
    """Return a catalogue with exactly the texts that are said, translated as far as `old` knows them."""
    new = Catalog(
        locale="en",
        project="Anahtar",
        version="1",
        charset="utf-8",
        fuzzy=False,
        header_comment="# English of the pages.",
        creation_date=_WHENEVER,
        revision_date=_WHENEVER,
        last_translator="Anahtar",
        language_team="Anahtar",
        msgid_bugs_address="-",
    )
    for text, place in said():
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(place, 0)])
    return new


def read() -> Catalog:
    """Return the catalogue as it is kept."""
    with PO.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def main() -> int:
    """Renew the catalogue from the pages and compile it; name the texts that have no English yet."""
    catalogue = renewed(read() if PO.exists() else Catalog(locale="en"))
    with PO.open("wb") as file:
        write_po(file, catalogue, width=116, omit_header=False)
    MO.write_bytes(compiled(read()))
    missing = [message.id for message in catalogue if message.id and not message.string]
    sys.stdout.writelines(f"no English yet: {text}\n" for text in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
