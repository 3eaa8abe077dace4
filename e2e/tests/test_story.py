"""The main job as `script/demo` lives it, on every kind of reader and every kind of keys."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST_PORTS = {"direct": 18400, "pcsc": 18410}


@pytest.mark.parametrize("reader", ["direct", "pcsc"])
def test_the_demo_lives_the_guide_and_says_so_as_data(reader: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    command = [ROOT / "script" / "demo", "--exit", "--json", out, "--reader", reader, "--folder", tmp_path / "stage"]
    command += ["--first-port", str(FIRST_PORTS[reader])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ})
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["version"], told["story"], told["reader"]) == (1, "done", reader)
    assert [chapter["story"] for chapter in told["chapters"]] == ["done"] * len(told["chapters"])
    steps = {step["name"]: step["evidence"] for chapter in told["chapters"] for step in chapter["steps"]}
    assert steps["three wrong PINs lock the card"] == {"tries_before": 3, "tries_after": 0, "state": "locked"}
    assert steps["the old PIN"] == {"card_says": "wrong"}
    assert steps["the new PIN"] == {"card_says": "right", "tries": 3}
    assert told["story_s"] < 20
    no_secret_outside_the_rehearsals_own_files(tmp_path / "stage")


def no_secret_outside_the_rehearsals_own_files(stage: Path) -> None:
    """Logs, audit and journal hold no password, no PIN, no TCKN and no telephone number."""
    people = json.loads((stage / "people.json").read_text(encoding="utf-8"))
    secrets = [person[name] for person in people for name in ("password", "web_password", "tckn", "mobile", "email")]
    searched = [*(stage / "logs").iterdir(), stage / "audit.jsonl", *(stage / "journal").iterdir()]
    assert len(searched) >= 6
    for file in searched:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert not [secret for secret in secrets if secret in text], file.name
