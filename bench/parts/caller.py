"""One caller: a browser that opens an unlock, and a program with a virtual card that lives it to the proved end."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import Grant
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_desktop.client import HttpServer
from anahtar_desktop.settings import read_file
from anahtar_desktop.transport import Answer, Request, Transport
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import Evidence, Method, Outcome, State
from bench.parts.seat import Seat

NEW_PIN = "482916"
_SHOWN = re.compile(rb'id="code"[^>]*>(.{12,600})', re.DOTALL)
_TAG = re.compile(rb"<[^>]*>|\s")
_CODE = re.compile(rb"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){2}")
STEPS = ("open", "code page", "claim", "confirmation", "answer", "grant", "consent", "report")
Mark = Callable[[str], None]
Times = dict[str, float]
SmsCode = Callable[[Seat, str], str]
Result = TypeVar("Result")


class NotAsPromised(Exception):
    """The server answered something else than the unlock's next step."""


class KeptOpen(Transport):
    """The program's transport over one connection that stays open, as behind a reverse proxy."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, request: Request, seconds: float) -> Answer:
        """See `Transport.send`."""
        method = "GET" if request.body is None else "POST"
        reply, body = self.exchange(method, request.path, request.body, request.headers)
        return Answer(reply.status, body)

    def exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send one request and return the answer with its whole body."""
        self._link.request(method, path, body, headers)
        reply = self._link.getresponse()
        return reply, reply.read()


class Caller:
    """Lives unlocks one after the other, as the program of the settings in `folder`; `sms_code` returns the code that a
    seat's holder got for an unlock's name."""

    def __init__(self, folder: Path, sms_code: SmsCode, mark: Mark = lambda step: None) -> None:
        self._settings = read_file(folder / "eimza.toml")
        port = urlsplit(self._settings.server or "").port
        assert port is not None
        self._link = KeptOpen(port)
        self._sms_code = sms_code
        self._mark = mark

    def unlock(self, seat: Seat) -> Times:
        """Live one unlock and return each step's seconds; raises NotAsPromised unless the card proves it (G1)."""
        times: Times = {}
        server = HttpServer.of(self._settings, transport=self._link)
        page = self._step(times, "open", lambda: self._open(seat))
        code = self._step(times, "code page", lambda: self._code(seat, *page))
        claimed = self._step(times, "claim", lambda: server.claim(VerificationCode.parse(code)))
        name, serial = claimed.unlock, claimed.card_serial
        self._step(times, "confirmation", lambda: server.ask_confirmation(name, Method.SMS, serial))
        typed = self._sms_code(seat, name)
        self._step(times, "answer", lambda: server.confirm(name, Method.SMS, typed))
        grant = self._step(times, "grant", lambda: server.grant(name, serial))
        evidence = self._card(
            seat, grant, lambda proof: self._step(times, "consent", lambda: server.consent(name, proof))
        )
        stands = self._step(times, "report", lambda: server.report(name, Outcome.DONE, evidence))
        if (stands.state, stands.evidence) != (State.DONE, Evidence.G1):
            raise NotAsPromised(f"{stands.state} {stands.evidence}")
        return times

    def _step(self, times: Times, name: str, act: Callable[[], Result]) -> Result:
        self._mark(name)
        began = time.perf_counter()
        result = act()
        times[name] = time.perf_counter() - began
        return result

    def _open(self, seat: Seat) -> tuple[str, str]:
        """Send the form and return the page that it leads to, with the cookie that holds the code."""
        form = {"csrfmiddlewaretoken": seat.csrf, "card": seat.serial, "duties": "on"}
        headers = {"Cookie": _cookies(seat), "Content-Type": "application/x-www-form-urlencoded"}
        reply, _ = self._link.exchange("POST", "/nes/pin/", urlencode(form).encode(), headers)
        if reply.status != 302:
            raise NotAsPromised(f"open: {reply.status} {reply.headers.get('X-Problem', '')}")
        if "Set-Cookie" not in reply.headers:
            raise NotAsPromised("open: this card has a live unlock")
        return reply.headers["Location"], reply.headers["Set-Cookie"].partition(";")[0]

    def _code(self, seat: Seat, path: str, cookie: str) -> str:
        reply, body = self._link.exchange("GET", path, None, {"Cookie": f"{_cookies(seat)}; {cookie}"})
        shown = _SHOWN.search(body)
        found = _CODE.match(_TAG.sub(b"", shown[1])) if shown else None
        if reply.status != 200 or found is None:
            raise NotAsPromised(f"code page: {reply.status}")
        return found.group().decode()

    def _card(self, seat: Seat, grant: Grant, consent: Callable[[bytes], bytes]) -> bytes:
        card = AkisCard.open(seat.memory)
        card.power_on()
        return converse(AkisDriver().unlock(grant, Pin(NEW_PIN)), card, answer=consent)


def _cookies(seat: Seat) -> str:
    return f"anahtar_oturum={seat.session}; anahtar_csrf={seat.csrf}"
