"""One stage that stays up while its processes die one after the other, and what is asked after each death."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from anahtar_story import holder
from anahtar_story.guide import fresh_pin
from anahtar_story.record import NotAsPromised, expect
from anahtar_story.stage import Stage

from anahtar_card.fault_reader import FaultReader
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.ports import Instead
from anahtar_desktop.readers import readers_of
from anahtar_desktop.scripted import ScriptedView
from anahtar_desktop.settings import read_file
from anahtar_faults.places import Place, Story
from anahtar_faults.program import Order, Told, confirmation, live
from anahtar_faults.register import Register
from anahtar_faults.visitor import Visitor
from anahtar_server.points import VARIABLE, Point

UP_AGAIN_WITHIN = 60.0
"""Seconds after a restart in which nothing may be stuck any more."""
_DIES_WITHIN = 10.0
_PROVED_BY_TRIES = (Point.OUTCOME_BEFORE_COMMIT, Point.OUTCOME_AFTER_COMMIT)
"""Where a settling comes to an outcome only if the card was locked before."""
_MORTAL = ("portal", "keyservice", "worker")
LIMITS = """
[limits]
silence_seconds = 1
unlocks_per_card_a_day = 1000000
settles_per_address = 1000000
"""


class World:
    """The stage, its first person and that person's card. Enter it to start the processes."""

    def __init__(self, folder: Path, first_port: int) -> None:
        self.stage = Stage(folder, readers="direct", seed=1, first_port=first_port, settings=LIMITS)
        for name in _MORTAL:
            self.stage.own_environment[name] = {VARIABLE: str(self._order_to_die(name))}

    def __enter__(self) -> World:
        self.stage.__enter__()
        self.person = self.stage.people[0]
        card = self.stage.folder / "cards" / "nes.json"
        self.register = Register(self.stage.folder, card)
        self.reader = FaultReader(next(one for one in self._readers().list() if "nes" in one.name))
        self.serial = holder.look(self.reader).serial
        self.visitor = Visitor(self.stage.portal, self.person, self.stage.inbox, self.serial)
        return self

    def __exit__(self, *_: Any) -> None:
        self.stage.stop()

    def _readers(self) -> Any:
        return readers_of(read_file(self.stage.folder / "eimza.toml"))

    def _order_to_die(self, process: str) -> Path:
        return self.stage.folder / f"die-{process}"

    def lock_card(self) -> None:
        """Three wrong PINs lock the card."""
        for wrong in ("135790", "246801", "975312"):
            holder.verify(self.reader, wrong)

    def order(self, code: str, new_pin: str, story: Story, die_at: str = "") -> Order:
        """Return what the program is to do in a story."""
        cut = {Story.CUT_BEFORE: "before", Story.CUT_AFTER: "after", Story.SILENT: "after"}.get(story, "")
        return Order(
            folder=str(self.stage.folder),
            portal=self.stage.portal,
            code=code,
            new_pin=new_pin,
            method="sms" if story is Story.SMS else "web",
            web_password=self.person["web_password"],
            mobile=self.person["mobile"],
            cut=cut,
            silent=story is Story.SILENT,
            die_at=die_at,
        )

    def kill_server_at(self, place: Place, number: int) -> None:
        """One round: a process of the server dies at `place`, and everything comes right again."""
        self._begin(bool(number % 2) or place.point in _PROVED_BY_TRIES)
        doomed = self._order_to_die(place.process)
        doomed.write_text(f"{place.point}#{place.passing}", encoding="utf-8")
        new_pin = self._another_pin()
        self._settle_after(new_pin, lambda: self._live_while_it_dies(place, new_pin, doomed), place.process)

    def kill_program_at(self, die_at: str, number: int) -> None:
        """One round: the program itself dies at a place that it passes."""
        self._begin(bool(number % 2))
        new_pin = self._another_pin()

        def live_and_die() -> Told | None:
            order = self.order(self.visitor.code(UP_AGAIN_WITHIN), new_pin, Story.WEB, die_at)
            ended = self.run_program(order)
            expect(ended.returncode == -9, f"the program did not die at {die_at}: {ended.stdout}{ended.stderr}")
            return None

        self._settle_after(new_pin, live_and_die, None)

    def run_program(self, order: Order) -> subprocess.CompletedProcess[str]:
        """Run the program as a process of its own."""
        command = [sys.executable, "-m", "anahtar_faults.program"]
        return subprocess.run(command, input=json.dumps(asdict(order)), capture_output=True, text=True, timeout=60)

    def _another_pin(self) -> str:
        """A PIN that the card does not hold: else nothing could tell whether it took it."""
        return next(pin for pin in iter(fresh_pin, "") if not self.register.card_takes(pin))

    def _begin(self, locked: bool) -> None:
        self.visitor.sign_in()
        if locked:
            self.lock_card()
        self._before = self.register.newest()[0]

    def _live_while_it_dies(self, place: Place, new_pin: str, doomed: Path) -> Told | None:
        told = None
        try:
            code = self.visitor.ask_for_code()
            if place.story is Story.CANCEL:
                self.visitor.cancel()
            elif code:
                told = self._unlock(place, code, new_pin, doomed)
        except (NotAsPromised, OSError):
            expect(place.process == "portal", f"the portal failed although {place.process} died")
        deadline = time.monotonic() + _DIES_WITHIN
        while doomed.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        expect(not doomed.exists(), f"nobody came by {place}: {told}")
        return told

    def _unlock(self, place: Place, code: str, new_pin: str, doomed: Path) -> Told:
        order = self.order(code, new_pin, place.story)
        typed = confirmation(order)

        def answered() -> str | Instead:
            if place.process == "worker" and not doomed.exists():
                self.stage.restart("worker")  # as its supervisor would, while the holder waits for the SMS
            return typed()

        return live(order, answered)

    def _settle_after(self, new_pin: str, dying: Callable[[], Told | None], process: str | None) -> None:
        told = dying()
        taken = self.register.card_takes(new_pin)
        if told is not None:
            self._statement_is_true(told.pin or "old", taken)
        interrupted = self.register.newest()[0]
        if process is not None:
            self.stage.restart(process)
        began = time.monotonic()
        for statement in self._next_start():
            self._statement_is_true(statement, taken)
        self._unlock_again()
        expect(time.monotonic() - began < UP_AGAIN_WITHIN, "nothing is stuck after a minute")
        if interrupted not in (self._before, self.register.newest()[0]):  # an open code may have been used after all
            self._server_is_true(self.register.state(interrupted), taken)
        broken = self.register.broken()
        expect(not broken, "; ".join(broken))

    def _next_start(self) -> list[str]:
        """Start the program again: what it says about what its journal has open."""
        server, journal = self.stage.server(), FileJournal(self.stage.folder / "journal")
        settled = Assistant(ScriptedView(), server, self._readers(), journal).settle()
        return [truth.pin.value for _, truth in settled if truth is not None]

    def _statement_is_true(self, says: str, taken: bool) -> None:
        expect(says == "unknown" or (says == "new") == taken, f"says {says}, the card took the new PIN: {taken}")

    def _server_is_true(self, state: str, taken: bool) -> None:
        expect(state != "released", "an outcome stays released")
        if state not in ("uncertain", "unsettled"):  # these say that nobody knows
            expect((state == "done") == taken, f"the server says {state}, the card took the new PIN: {taken}")

    def _unlock_again(self) -> None:
        new_pin = self._another_pin()
        told = live(self.order(self.visitor.code(UP_AGAIN_WITHIN), new_pin, Story.WEB))
        expect(told.outcome == "DONE" and told.pin == "new", f"the unlock after it ended with {told}")
        expect(self.register.card_takes(new_pin), "the card takes the PIN of the unlock after it")

    def come_to_rest(self) -> None:
        """See that no message and no audit row is left over when time has passed."""
        subprocess.run(
            [sys.executable, "-m", "anahtar_faults.later", "31"], env=self.stage.environment, check=True, timeout=60
        )
        expect(self.register.unfinished_messages() == 0, "every message has left or was given up")
        file = self.stage.folder / "audit.jsonl"
        self.stage.run("anahtar", "audit", "export", str(file))
        said = self.stage.run("anahtar", "audit", "verify", str(file))
        expect("the audit holds" in said, said)
