"""The verification code: mistyped, wrong, old, used, another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from anahtar_cases.world import SEAL, Happened, Visit, World
from anahtar_wire.code import ALPHABET, VerificationCode
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal

AT_ONCE = 8


def _other_secret(code: str) -> str:
    """The same first group with another secret."""
    return code[:-1] + next(letter for letter in ALPHABET if letter != code[-1])


def lower_case_and_spaces(world: World) -> Happened:
    """Typed as people type."""
    visit = world.visit()
    visit.program(code=" " + visit.code.lower().replace("-", "  ") + " ")
    return visit.happened()


def look_alikes(world: World) -> Happened:
    """O for Q, 0 for O, I for J: no code has them."""
    visit = world.visit()
    visit.program(codes=["O" + visit.code[1:], "0" + visit.code[1:]], code="I" + visit.code[1:])
    return visit.happened()


def too_short(world: World) -> Happened:
    """The last group is missing."""
    visit = world.visit()
    visit.program(code=visit.code[:-5])
    return visit.happened()


def sms_code_instead(world: World) -> Happened:
    """Eight digits in the code's field."""
    visit = world.visit()
    visit.program(code="12345678")
    return visit.happened()


def wrong_secret(world: World) -> Happened:
    """The right first group, a wrong secret."""
    visit = world.visit()
    visit.program(code=_other_secret(visit.code))
    return visit.happened()


def unknown(world: World) -> Happened:
    """A code that nobody made reads like a wrong one."""
    visit = world.visit()
    visit.program(code=("A" if visit.code[0] != "A" else "B") + visit.code[1:])
    return visit.happened()


def wrong_then_right(world: World) -> Happened:
    """Mistyped once, then pasted."""
    visit = world.visit()
    visit.program(codes=[_other_secret(visit.code)])
    return visit.happened()


def wrong_five_times(world: World) -> Happened:
    """The fifth wrong secret ends the unlock."""
    visit = world.visit()
    visit.program(codes=[_other_secret(visit.code)] * 4, code=_other_secret(visit.code))
    return visit.happened()


def old(world: World) -> Happened:
    """Eleven minutes old."""
    visit = world.visit()
    visit.jump("code", 11 * 60)
    visit.program()
    visit.wait_for(State.EXPIRED)
    return visit.happened()


def used_before(world: World) -> Happened:
    """A first program has taken it and waits; a second one brings it again."""
    visit = world.visit()
    world.server().claim(VerificationCode.parse(visit.code))
    visit.program()
    browser = world.browser(visit.who)
    browser.open(visit.page)
    browser.element("#claimed-again")  # the portal says so as loudly
    return visit.happened()


def two_programs_at_once(world: World) -> Happened:
    """Eight programs bring one code in the same moment; one gets it."""
    visit = world.visit()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: _claimed(visit), range(AT_ONCE)))
    assert answers.count(None) == 1, "one winner"
    visit.problems += [answer for answer in answers if answer is not None]
    return visit.happened()


def _claimed(visit: Visit) -> Problem | None:
    try:
        visit.world.server().claim(VerificationCode.parse(visit.code))
    except Refusal as refusal:
        return refusal.problem
    return None


def of_another_holder(world: World) -> Happened:
    """Somebody else's code, one's own card in the reader: the card that it is for is asked for."""
    mine, others = world.card(0, 2), world.visit(SEAL)
    others.program(readers=others.only(mine))
    return others.happened()
