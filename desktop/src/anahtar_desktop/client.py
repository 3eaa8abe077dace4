"""The server over HTTPS: the wire's messages as calls, refusals as `Refusal`, nothing believed unchecked."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Self, TypeVar

from pydantic import ValidationError

from anahtar_card.family import Grant
from anahtar_desktop import RELEASE
from anahtar_desktop.program_key import ProgramKey
from anahtar_desktop.transport import Answer, Request, Transport
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import (
    Claimed,
    ClaimRequest,
    ConfirmationAnswer,
    ConfirmationRequest,
    ConfirmationRequested,
    Confirmed,
    Consented,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Hello,
    LinkAnswer,
    LinkRequest,
    Message,
    Method,
    Outcome,
    ProblemReport,
    Program,
    Report,
    SettleProof,
    Standing,
)
from anahtar_wire.problems import Problem, Refusal
from anahtar_wire.proof import HEADER

if TYPE_CHECKING:
    from anahtar_desktop.settings import Settings

ROOT = "/api/v1"
PATIENCE = 10.0
PATIENCE_WITH_CARD_OPEN = 4.0
"""Seconds. The card is held open for the consent; some systems reset a card that idles for 5 s."""
FACTS_OF_OURS = ("problem", "self", "language")
"""Names that a fact from outside may not have, for they would be taken for arguments."""

Kind = TypeVar("Kind", bound=Message)


class HttpServer:
    """The port `Server` over HTTPS, at `address` (scheme, host, port). `sealing_key` is the key service's X25519 public
    key, 32 bytes, which the answer to a confirmation needs; `language` is what errors are wanted in."""

    def __init__(
        self, address: str, sealing_key: bytes, *, language: str = "tr", transport: Transport | None = None
    ) -> None:
        self._address = address.rstrip("/")
        self._sealing_key = sealing_key
        self._language = language
        self._transport = transport or Transport()
        self._key: ProgramKey | None = None

    @classmethod
    def of(cls, settings: Settings, *, language: str | None = None, transport: Transport | None = None) -> Self:
        """Return the server that the settings name; raises ValueError where they name none."""
        if settings.server is None or settings.sealing_key is None:
            raise ValueError("the settings name no server")
        return cls(settings.server, settings.sealing_key, language=language or settings.language, transport=transport)

    @property
    def address(self) -> str:
        return self._address

    def hello(self) -> Hello:
        """Return who the server is and what time it has."""
        return self._call(Hello, "GET", "/hello")

    def code_of_link(self, reference: str) -> VerificationCode:
        """Trade the reference of a link from the portal for its code, once; raises Refusal LINK_SPENT, NotACode."""
        return VerificationCode.parse(self._call(LinkAnswer, "POST", "/link", LinkRequest(ref=reference)).code)

    def claim(self, code: VerificationCode) -> Claimed:
        """Trade the code for an unlock, bound to a key made now."""
        self._key = ProgramKey()
        request = ClaimRequest(code=code.reveal(), program_key=self._key.public(), program=_this_program())
        return self._call(Claimed, "POST", "/claim", request)

    def ask_confirmation(self, unlock: str, method: Method, card_serial: str) -> ConfirmationRequested:
        """Have the confirmation asked for."""
        request = ConfirmationRequest(method=Method(method), card_serial=card_serial)
        return self._call(ConfirmationRequested, "POST", f"/unlock/{unlock}/confirmation", request)

    def confirm(self, unlock: str, method: Method, answer: str) -> None:
        """Hand in the SMS code or web password, sealed to the key service (`anahtar_wire.sealing`)."""
        assert self._key is not None, "a confirmation follows a claim"
        request = ConfirmationAnswer.of(
            answer, method=Method(method), unlock=unlock, program_key=self._key.public(), to=self._sealing_key
        )
        self._call(Confirmed, "POST", f"/unlock/{unlock}/confirmation/answer", request)

    def grant(self, unlock: str, card_serial: str) -> Grant:
        """Return session and nonce for the card."""
        return _grant(self._call(GrantGiven, "POST", f"/unlock/{unlock}/grant", GrantRequest(card_serial=card_serial)))

    def consent(self, unlock: str, challenge: bytes) -> bytes:
        """Return the authority's answer to the card, within 4 s or not at all."""
        request = ConsentRequest(challenge=challenge)
        path = f"/unlock/{unlock}/consent"
        return self._call(Consented, "POST", path, request, PATIENCE_WITH_CARD_OPEN).answer

    def report(self, unlock: str, outcome: Outcome, evidence: bytes = b"") -> Standing:
        """Tell what became of the card."""
        return self._call(Standing, "POST", f"/unlock/{unlock}/report", Report(outcome=outcome, evidence=evidence))

    def cancel(self, unlock: str) -> None:
        """Give the unlock up before a consent."""
        self._call(Standing, "POST", f"/unlock/{unlock}/cancel", Message(), PATIENCE_WITH_CARD_OPEN)

    def standing(self, unlock: str) -> Standing:
        """Return where the unlock stands."""
        return self._call(Standing, "GET", f"/unlock/{unlock}")

    def settling_grant(self, card_serial: str) -> Grant:
        """Return session and nonce for settling."""
        return _grant(self._call(GrantGiven, "POST", "/settle", GrantRequest(card_serial=card_serial)))

    def settle(self, card_serial: str, proof: bytes) -> Standing:
        """Hand in the card's statement over the settling nonce."""
        return self._call(Standing, "POST", "/settle/proof", SettleProof(card_serial=card_serial, proof=proof))

    def _call(
        self, kind: type[Kind], method: str, path: str, message: Message | None = None, seconds: float = PATIENCE
    ) -> Kind:
        body = None if message is None else message.model_dump_json().encode()
        headers = {"Accept": "application/json", "Accept-Language": self._language}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._key is not None:
            headers[HEADER] = self._key.prove(method, ROOT + path, body or b"")
        answer = self._transport.send(Request(self._address, ROOT + path, body, headers), seconds)
        return _read(kind, answer)


def _read(kind: type[Kind], answer: Answer) -> Kind:
    if answer.status != 200:
        raise _refusal(answer)
    try:
        return kind.model_validate_json(answer.body)
    except ValidationError:
        raise Refusal(_why_unreadable(answer.body)) from None


def _refusal(answer: Answer) -> Refusal:
    try:
        report = ProblemReport.model_validate_json(answer.body)
    except ValidationError:
        return Refusal(_why_unreadable(answer.body))
    facts = {name: value for name, value in report.facts.items() if name not in FACTS_OF_OURS}
    try:
        return Refusal(Problem(report.code), **facts)
    except ValueError:  # a code of a later server: its number is all that we can say
        return Refusal(Problem.INTERNAL, **{**facts, "code": report.code})


def _why_unreadable(body: bytes) -> Problem:
    """Tell a server that speaks a later version of the wire from rubbish."""
    import json

    try:
        version = json.loads(body)["version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Problem.SERVER_RUBBISH
    return Problem.UPDATE_NEEDED if isinstance(version, int) and version > 1 else Problem.SERVER_RUBBISH


def _grant(given: GrantGiven) -> Grant:
    return Grant(given.session, given.nonce)


def _this_program() -> Program:
    return Program(
        name="E-İmza Uygulaması",
        release=RELEASE,
        system=f"{platform.system()} {platform.release()}"[:120].strip() or "?",
        computer=platform.node()[:120] or "?",
    )
