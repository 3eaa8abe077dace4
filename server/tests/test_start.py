"""The start of the server's processes."""

from __future__ import annotations

import os
import subprocess
import sys

LATER = ("anahtar_server.unlock.acts", "anahtar_server.certificates.acts", "anahtar_wire.messages", "phonenumbers")


def after_the_start(look: str) -> str:
    """What a process finds that has just been set up."""
    program = f"import gc, sys\nfrom anahtar_server.starting import set_up\nset_up()\n{look}"
    return subprocess.run(
        [sys.executable, "-c", program], env=dict(os.environ), check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_process_starts_without_what_only_some_need() -> None:
    assert after_the_start(f"print([name for name in {LATER} if name in sys.modules])") == "[]"


def test_a_revocation_ends_unlocks_though_they_are_loaded_later() -> None:
    asked = "from anahtar_server.certificates.acts import on_closed\nprint([one.__module__ for one in on_closed])"
    assert after_the_start(asked) == "['anahtar_server.unlock.apps']"


def test_garbage_is_looked_for_after_the_start_but_not_in_what_it_made() -> None:
    enabled, kept = after_the_start("print(gc.isenabled(), gc.get_freeze_count())").split()
    assert enabled == "True"
    assert int(kept) > 50_000
