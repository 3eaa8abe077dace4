"""`eimza doctor`: Sistem Kontrolü in the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from anahtar_desktop.check_report import as_json, as_text, save
from anahtar_desktop.check_up import patient_of
from anahtar_desktop.doctor import examine, is_well
from anahtar_desktop.journal import FileJournal, default_folder
from anahtar_desktop.readers import readers_of
from anahtar_desktop.settings import Settings
from anahtar_desktop.texts import Text, say


def check(settings: Settings, language: str, *, wants_json: bool, report: str | None) -> int:
    """Print the findings, save them where `report` says, and return 0 when nothing stands in the way, else 1."""
    journal = FileJournal(settings.journal or default_folder(os.environ))
    findings = examine(patient_of(settings, readers_of(settings), journal))
    print(as_json(findings) if wants_json else as_text(findings, language), end="\n" if wants_json else "")
    if report is not None:
        path = Path(report)
        try:
            save(path, findings, language)
        except OSError:
            print(say(Text.REPORT_NOT_SAVED, language, file=path.name), file=sys.stderr)
            return 1
        print(say(Text.REPORT_SAVED, language, file=path.name), file=sys.stderr)
    return 0 if is_well(findings) else 1
