"""`script/demo`: sets the stage, lives the guide, and stays up for anyone who wants to look."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

from anahtar_story import guide
from anahtar_story.certificates import certificates_chapter
from anahtar_story.desk import best_reader, desk
from anahtar_story.record import Chapter, chapter
from anahtar_story.stage import FIRST_PORT, Stage
from anahtar_story.window import open_window

VERSION = 1
_CHAPTERS = (
    ("NES: a card that three wrong PINs locked", guide.nes),
    ("Mali Mühür: a seal's card that never had a PIN", guide.seal),
    ("Certificates: suspended, lifted and revoked before a relying party's eyes", certificates_chapter),
    ("The audit journal", guide.audit),
)


def main() -> int:
    """Run the demo; 0 only if all of it held."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of every `with`, so that nothing stays behind
    began, chapters, result = time.perf_counter(), list[Chapter](), 1
    set_up = 0.0
    print(f"Reader: {options.reader} ({'real PC/SC, virtual cards' if options.reader == 'pcsc' else 'direct'})")
    try:
        with (
            Stage(options.folder, readers=options.reader, seed=options.seed, first_port=options.first_port) as stage,
            desk(options.reader, stage.folder) as readers,
        ):
            set_up = time.perf_counter() - began
            _live(guide.Guide(stage, readers), chapters)
            result = 0
            _write(options, chapters, set_up, time.perf_counter() - began - set_up, "done")
            if not options.exit:
                _stay(stage, options)
    except KeyboardInterrupt:
        print("\nStopped.")
    except Exception as error:
        print(f"\n  ✗ {type(error).__name__}: {error}", file=sys.stderr)
        _write(options, chapters, set_up, time.perf_counter() - began - set_up, "failed")
        result = 1
    return result


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end after the story")
    parser.add_argument("--window", action="store_true", help="open the program's window on the demo's cards")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write steps, timings and evidence")
    parser.add_argument("--reader", choices=("pcsc", "direct"), default=best_reader(), help="default: what is there")
    parser.add_argument("--folder", type=Path, default=Path(".rehearsal"), help="made afresh at each start")
    parser.add_argument("--seed", type=int, default=1, help="the made-up names and numbers follow from it")
    parser.add_argument("--first-port", type=int, default=FIRST_PORT, help="of four for the servers, on loopback")
    return parser.parse_args()


def _live(one: guide.Guide, chapters: list[Chapter]) -> None:
    for name, live in _CHAPTERS:
        with chapter(chapters, name) as current:
            live(one, current)


def _write(options: argparse.Namespace, chapters: list[Chapter], set_up: float, story: float, end: str) -> None:
    print(f"\nStory {end}: set up in {set_up:.1f} s, lived in {story:.1f} s", flush=True)
    if options.json is None:
        return
    result: dict[str, Any] = {
        "version": VERSION,
        "story": end,
        "reader": options.reader,
        "setup_s": round(set_up, 3),
        "story_s": round(story, 3),
        "chapters": [
            {"name": one.name, "story": one.story, "steps": [vars(step) for step in one.steps]} for one in chapters
        ],
    }
    options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _stay(stage: Stage, options: argparse.Namespace) -> None:
    folder = stage.folder
    print(
        f"""
It stays up until Ctrl-C. PROVA: everything here is made up.
  Portal   {stage.portal}/
  Gate     {stage.gate}/      (sign in as a person of {options.folder}/people.json)
  Inbox    {stage.mail}/     (SMS and e-mail arrive here)
  Program  EIMZA_CONFIG={options.folder}/eimza.toml .venv/bin/eimza status   (then: unlock, change)"""
    )
    if options.reader == "pcsc":
        import os

        print(f"           with PCSCLITE_CSOCK_NAME={os.environ['PCSCLITE_CSOCK_NAME']}")
    if options.window and open_window(folder).wait() > 0:
        print("The window did not open; the line above says what is missing.", file=sys.stderr)
    stage.wait()


if __name__ == "__main__":
    sys.exit(main())
