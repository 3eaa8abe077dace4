"""What a case happens in: a running stage, its people with their browsers, telephones and cards, and the program."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anahtar_faults.register import Register
from anahtar_story import holder
from anahtar_story.browser import Browser
from anahtar_story.guide import Guide
from anahtar_story.record import Chapter
from anahtar_story.stage import Stage

from anahtar_card.errors import CardError
from anahtar_card.families.akis.secrets_held import pin_of
from anahtar_card.fault_reader import At, Fault, FaultReader
from anahtar_card.flow import converse
from anahtar_card.identify import driver_for
from anahtar_card.reader import Readers
from anahtar_card.virtual import Memory
from anahtar_card.virtual_reader import FileReader, VirtualReaders
from anahtar_cases import clock
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.client import HttpServer
from anahtar_desktop.ending import Ending
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.new_pin import FAULTS
from anahtar_desktop.ports import Instead
from anahtar_desktop.readers import open_card
from anahtar_desktop.scripted import ScriptedView
from anahtar_desktop.transport import Transport
from anahtar_wire import inbox
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal

NES, SEAL = 0, 1
NEW_PIN = "482916"
DOORS = (
    ("NES PIN Oluşturma/Değiştirme", "NES İşlemleri"),
    ("Mali Mühür PIN Oluşturma/Değiştirme", "Mali Mühür İşlemleri"),
)
SMS_WITHIN = 5.0


class Telephone:
    """One person's SMS: each is read once, in the order in which they come."""

    def __init__(self, box: Path, mobile: str) -> None:
        self._box, self._mobile = box, mobile
        self._seen = len(inbox.read(box))

    def code(self) -> str:
        """Return the next confirmation code; raises TimeoutError when none comes."""
        deadline = time.monotonic() + SMS_WITHIN
        while time.monotonic() < deadline:
            messages = inbox.read(self._box)
            while self._seen < len(messages):
                message = messages[self._seen]
                self._seen += 1
                found = re.search(r"\b\d{8}\b", message.text)
                if message.to == self._mobile and found:
                    return found.group()
            time.sleep(0.02)
        raise TimeoutError("no SMS arrived")


@dataclass
class Happened:
    """What a case led to, as the test checks it."""

    problems: list[Problem]
    tries: tuple[int, int]
    code_tries: int
    confirmation_tries: int
    state: State


@dataclass
class Visit:
    """One unlock that a holder opened in the portal, and the card that it is for."""

    world: World
    who: int
    card: Path
    serial: str
    code: str
    page: str
    tries_before: int
    telephone: Telephone
    problems: list[Problem] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    @property
    def unlock(self) -> str:
        """The unlock's name."""
        return self.page.rstrip("/").rsplit("/", 1)[-1]

    @property
    def person(self) -> dict[str, Any]:
        """Whose it is."""
        return self.world.stage.people[self.who]

    def reader(self, *plan: tuple[At, Fault], name: str = "Okuyucu 1") -> FaultReader:
        """Return a reader with the card in it, in which things go wrong as planned."""
        return FaultReader(FileReader(name, self.card, open_card), plan)

    def only(self, card: Path) -> VirtualReaders:
        """Return one reader with another card in it."""
        return VirtualReaders([FileReader("Okuyucu 1", card, open_card)])

    def program(
        self,
        *,
        server: str = "",
        readers: Readers | None = None,
        plan: Sequence[tuple[At, Fault]] = (),
        typed: Callable[[], str | Instead] | None = None,
        **script: Any,
    ) -> ScriptedView:
        """Run the program's unlock once and keep every problem that it showed.

        Without more it does everything right: types the code, a good PIN and the SMS code. `typed` answers the
        confirmation in another way, `script` goes to the scripted view.
        """
        return self.run(self.script(typed=typed, **script), server=server, readers=readers, plan=plan)

    def script(self, typed: Callable[[], str | Instead] | None = None, **script: Any) -> ScriptedView:
        """Return a view that does everything right but for what is given."""
        given = {"code": self.code, "new_pin": NEW_PIN, "confirmation": typed or self.telephone.code, **script}
        return ScriptedView(**given)

    def run(
        self,
        view: ScriptedView,
        *,
        server: str = "",
        readers: Readers | None = None,
        plan: Sequence[tuple[At, Fault]] = (),
    ) -> ScriptedView:
        """Run the program's unlock once with a view and keep every problem that it showed."""
        there = readers or VirtualReaders([self.reader(*plan)])
        journal = FileJournal(self.world.journal)
        self.endings.append(Assistant(view, self.world.server(server), there, journal).unlock())
        self._keep(view)
        return view

    def _keep(self, view: ScriptedView) -> None:
        self.problems += [problem for problem in view.problem_codes if problem is not Problem.CANCELLED]
        self.problems += [wanted.problem for wanted in view.wanted]
        self.problems += [FAULTS[fault] for fault in view.faults]

    def jump(self, what: str, seconds: float) -> None:
        """Let the clock jump, as far as this unlock's `code`, `question` or `confirmation` is concerned."""
        key = f"unlock:{self.unlock}" if what == "question" else self.unlock
        clock.jump(self.world.database, what, key, seconds)

    def state(self) -> State:
        """Return the state that the holder's page shows."""
        browser = self.world.browser(self.who)
        browser.open(self.page)
        return State(str(browser.element("#state")["data-state"]))

    def wait_for(self, state: State) -> None:
        """Wait until the page shows a state: the worker looks every second. Raises TimeoutError."""
        deadline = time.monotonic() + 5.0
        while self.state() is not state:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the page never said {state.value}")
            time.sleep(0.1)

    def happened(self) -> Happened:
        """Return what the case led to: the card, the register and the portal are asked now."""
        code, confirmation = self.world.tries_used(self.unlock)
        tries = holder.look(self.reader()).pin_tries or 0
        return Happened(self.problems, (self.tries_before, tries), code, confirmation, self.state())


class World:
    """The stage and everybody on it. Cards are put back into a known state at the beginning of each case."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.database = stage.folder / "anahtar.sqlite3"
        self.register = Register(stage.folder, stage.folder / "cards" / "nes.json")
        self._browsers: dict[int, Browser] = {}
        self._menus: dict[int, str] = {}
        self._pristine = {path: path.read_bytes() for path in (stage.folder / "cards").glob("*.json")}
        self._visits: list[Visit] = []
        self._journals = 0
        self._transport = Transport()  # reading the computer's trust store takes a while

    def server(self, address: str = "") -> HttpServer:
        """Return the server as a program sees it: the portal itself, or at another address."""
        return self.stage.server(address, transport=self._transport)

    @property
    def journal(self) -> Path:
        """The journal's folder of the program at hand; each case has a new one."""
        return self.stage.folder / "journals" / str(self._journals)

    def browser(self, who: int = NES) -> Browser:
        """Return a person's browser, signed in; it stands on the person's menu."""
        if who not in self._browsers:
            self._browsers[who], self._menus[who] = self.sign_in(who)
        return self._browsers[who]

    def sign_in(self, who: int) -> tuple[Browser, str]:
        """Sign a person in with a fresh browser and return it with the address of the person's menu."""
        person = self.stage.people[who]
        door, arrives = DOORS[bool(person["vkn"])]
        browser = Guide(self.stage, VirtualReaders([])).sign_in(Chapter(""), person, door, arrives)
        if person["vkn"] and person["title"] in browser.text:
            with suppress(Exception):  # one firm may be chosen already
                browser.click(person["title"])
        return browser, browser.url

    def card(self, who: int, tries: int | None = None) -> Path:
        """Return a person's card as it was at first; of a NES card, with so many tries of its old PIN left."""
        path = self._card_path(who)
        path.write_bytes(self._pristine[path])
        if tries is not None and not self.stage.people[who]["vkn"]:
            Memory.open(path, rehearsal=True).write(pin_tries=tries)
        return path

    def _card_path(self, who: int) -> Path:
        name = "muhur" if who == SEAL else "nes" if who == NES else f"nes-{who}"
        return self.stage.folder / "cards" / f"{name}.json"

    def visit(self, who: int = NES, *, tries: int = 2) -> Visit:
        """Open an unlock in the portal for a person's card."""
        card = self.card(who, tries)
        seen = holder.look(FileReader("", card, open_card))
        browser = self.browser(who)
        browser.open(self._menus[who])
        code, page = Guide(self.stage, VirtualReaders([])).open_unlock(Chapter(""), browser, seen.serial)
        person = self.stage.people[who]
        telephone = Telephone(self.stage.inbox, person["mobile"])
        visit = Visit(self, who, card, seen.serial, code, page, seen.pin_tries or 0, telephone)
        self._visits.append(visit)
        return visit

    def get(self, who: int, url: str, problems: list[Problem]) -> None:
        """Look at a page that refuses, and keep its problem."""
        _keep(self.browser(who).session.get(url), problems)

    def post(self, who: int, url: str, problems: list[Problem], **fields: str) -> None:
        """Send a form as this person's browser would, with what is given changed, and keep the problem."""
        session = self.browser(who).session
        token = {"csrfmiddlewaretoken": session.cookies["anahtar_csrf"]}
        _keep(session.post(url, {**token, **fields}, headers={"Referer": url}), problems)

    def jump(self, who: int, what: str, seconds: float) -> None:
        """Let the clock jump as far as a person's `sign-in` or `web-password` is concerned."""
        tckn = self.stage.people[who]["tckn"]
        for (key,) in self.register.rows("SELECT id FROM people_holder WHERE tckn = ?", tckn):
            clock.jump(self.database, what, key, seconds)

    def operator(self, what: str, serial: str) -> None:
        """Have an operator act on a card."""
        command = [sys.executable, "-m", "anahtar_cases.operator", what, serial]
        environment = {**self.stage.environment, "PYTHONPATH": str(Path(__file__).parents[1])}
        subprocess.run(command, env=environment, check=True, capture_output=True)

    def tries_used(self, unlock: str) -> tuple[int, int]:
        """Return how many tries of the code and of the confirmation an unlock has used."""
        code = self.register.rows("SELECT code_tries_used FROM unlock_unlock WHERE id = ?", unlock)
        about = f"unlock:{unlock}"
        asked = self.register.rows("SELECT tries_used FROM confirmation_question WHERE about = ?", about)
        return int(code[0][0]), int(asked[0][0]) if asked else 0

    def end_case(self) -> None:
        """Leave nothing behind: settle what is open, cancel what is live, begin a new journal."""
        for visit in self._visits:
            with suppress(Refusal, CardError):
                _settle(self.server(), visit)
            browser = self.browser(visit.who)
            browser.open(visit.page)
            if "İşlemden Vazgeç" in browser.text:
                browser.press("İşlemden Vazgeç")
        self._visits.clear()
        self._journals += 1

    def wait_until_sent(self) -> None:
        """Wait until no message is under way; raises TimeoutError."""
        deadline = time.monotonic() + SMS_WITHIN
        while self.register.unfinished_messages():
            if time.monotonic() > deadline:
                raise TimeoutError("messages are still under way")
            time.sleep(0.1)

    def has_pin(self, card: Path, pin: str) -> bool:
        """Tell whether this is the card's PIN, looked up without the card noticing."""
        held = pin_of(Memory.open(card, rehearsal=True))
        return held.exists and held.matches(pin.encode())


def _keep(answer: Any, problems: list[Problem]) -> None:
    code = answer.headers.get("X-Problem")
    assert code, f"{answer.url} answered {answer.status_code} without a problem"
    problems.append(Problem(code))


def _settle(server: HttpServer, visit: Visit) -> None:
    grant = server.settling_grant(visit.serial)
    with closing(visit.reader().connect()) as connection:
        proof = converse(driver_for(connection.atr).prove(grant), connection)
    server.settle(visit.serial, proof)
