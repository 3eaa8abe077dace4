"""The pretend server of the practice mode, as tests want it: what they know, and what goes wrong at which call."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from anahtar_desktop import practice_server
from anahtar_desktop.practice_server import PracticeServer
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import Claimed, ConfirmationMethod, Method
from anahtar_wire.problems import Problem, Refusal

SMS_CODE = "40718263"
WEB_PASSWORD = "kiraz dalı 7"
PHONE = "5321234567"
CALLS = ("ask_confirmation", "confirm", "grant", "consent", "report", "cancel", "standing", "settling_grant", "settle")

practice_server.personal_digits = functools.cache(
    practice_server.personal_digits
)  # scrypt is slow, and every test asks


@dataclass
class StandInServer(PracticeServer):
    """`before` and `after` hold, for a call's name, what to do (usually: raise) before or after it did its work;
    `calls` lists the calls in order."""

    code: VerificationCode
    sms: str = SMS_CODE
    password: str = WEB_PASSWORD
    holder: str = "A*** D***"
    phone: str = PHONE
    to: str = "*** ** 67"
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    problem_at_claim: Problem | None = None
    links: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.methods.append(ConfirmationMethod(method=Method.WEB, usable=True))

    @property
    def address(self) -> str:
        return "https://stand-in.invalid"

    def code_of_link(self, reference: str) -> VerificationCode:
        return self._around("code_of_link", self._spend, reference)  # type: ignore[no-any-return]  # what is around takes any act

    def _spend(self, reference: str) -> VerificationCode:
        if reference not in self.links:
            raise Refusal(Problem.LINK_SPENT)
        self.links.discard(reference)
        return self.code

    def claim(self, code: VerificationCode) -> Claimed:
        if self.problem_at_claim:
            self.calls.append("claim")
            raise Refusal(self.problem_at_claim)
        return self._around("claim", super().claim, code)  # type: ignore[no-any-return]

    def _around(self, name: str, call: Callable[..., Any], *given: Any) -> Any:
        self.calls.append(name)
        self.before.get(name, _nothing)()
        result = call(*given)
        self.after.get(name, _nothing)()
        return result


def _nothing() -> None:
    pass


def _wrapped(name: str) -> Callable[..., Any]:
    def call(self: StandInServer, *given: Any) -> Any:
        return self._around(name, getattr(super(StandInServer, self), name), *given)

    return call


for _name in CALLS:
    setattr(StandInServer, _name, _wrapped(_name))


def refuse(problem: Problem) -> Callable[[], None]:
    """Something to do in `before` or `after`: refuse so, every time."""

    def act() -> None:
        raise Refusal(problem)

    return act
