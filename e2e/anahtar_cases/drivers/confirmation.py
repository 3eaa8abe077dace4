"""SMS Onay and WEB Parola: wrong, late, asked anew, in the wrong field."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from anahtar_cases.world import Happened, Visit, World
from anahtar_desktop.ports import Instead

LATE = 4 * 60
KNOWN_FOR = 30 * 24 * 3600
"""How long the rehearsal's lines and passwords are known, in seconds."""
TOO_NEW = 2


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def _in_turn(answers: Iterator[str | Instead]) -> Callable[[], str | Instead]:
    """Type one answer after the other; what is computed is computed when it is asked for."""
    return lambda: next(answers)


def _wrong_then(visit: Visit, wrong: int) -> Iterator[str | Instead]:
    code = visit.telephone.code()
    yield from [_other(code)] * wrong
    yield code


def sms_code_wrong_once(world: World) -> Happened:
    """Mistyped, then right."""
    visit = world.visit()
    visit.program(typed=_in_turn(_wrong_then(visit, 1)))
    return visit.happened()


def sms_code_wrong_five_times(world: World) -> Happened:
    """The fifth wrong one ends the unlock."""
    visit = world.visit()
    visit.program(typed=_in_turn(_wrong_then(visit, 5)))
    return visit.happened()


def sms_code_late(world: World) -> Happened:
    """Typed four minutes after it came; a new one counts."""
    visit = world.visit()

    def answers() -> Iterator[str | Instead]:
        late = visit.telephone.code()
        visit.jump("question", LATE)
        yield late
        yield Instead.RESEND
        yield visit.telephone.code()

    visit.program(typed=_in_turn(answers()))
    return visit.happened()


def new_sms_code_asked(world: World) -> Happened:
    """After a new code came, the old one counts no more."""
    visit = world.visit()

    def answers() -> Iterator[str | Instead]:
        old = visit.telephone.code()
        yield Instead.RESEND
        new = visit.telephone.code()
        yield old if old != new else _other(new)
        yield new

    visit.program(typed=_in_turn(answers()))
    return visit.happened()


def too_many_sms_codes(world: World) -> Happened:
    """A fifth SMS is not sent; the fourth code still counts."""
    visit = world.visit()

    def answers() -> Iterator[str | Instead]:
        codes = [visit.telephone.code()]
        for _ in range(3):
            yield Instead.RESEND
            codes.append(visit.telephone.code())
        yield Instead.RESEND
        yield codes[-1]

    visit.program(typed=_in_turn(answers()))
    return visit.happened()


def verification_code_instead(world: World) -> Happened:
    """The code of the portal in the field of the SMS code: found out by the program, no try used."""
    visit = world.visit()

    def answers() -> Iterator[str | Instead]:
        yield visit.code
        yield visit.code.lower()
        yield visit.telephone.code()

    visit.program(typed=_in_turn(answers()))
    return visit.happened()


def web_password_wrong(world: World) -> Happened:
    """Mistyped, then right."""
    visit = world.visit()
    password = visit.person["web_password"]
    visit.program(method="web", typed=_in_turn(iter([password + "x", password])))
    return visit.happened()


def web_password_wrong_five_times(world: World) -> Happened:
    """The fifth wrong one ends the unlock."""
    visit = world.visit()
    visit.program(method="web", typed=_in_turn(iter([f"not-the-password-{count}" for count in range(5)])))
    return visit.happened()


def tries_are_shared_by_both_ways(world: World) -> Happened:
    """Three wrong SMS codes and two wrong passwords are five."""
    visit = world.visit()

    def answers() -> Iterator[str | Instead]:
        code = visit.telephone.code()
        yield from [_other(code)] * 3
        script.method = "web"
        yield Instead.OTHER_METHOD
        yield "not-the-password-1"
        yield "not-the-password-2"

    script = visit.script(typed=_in_turn(answers()))
    visit.run(script)
    return visit.happened()


def web_password_too_new(world: World) -> Happened:
    """A web password set a moment ago confirms nothing for a day; the SMS does."""
    visit = world.visit(TOO_NEW)
    world.jump(TOO_NEW, "web-password", -KNOWN_FOR)
    visit.program(method="web")
    return visit.happened()
