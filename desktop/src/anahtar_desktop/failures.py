"""One table: what a card's error means to people."""

from __future__ import annotations

from anahtar_card import errors
from anahtar_desktop.ports import masked
from anahtar_wire.problems import Problem, Refusal

PROBLEMS: dict[type[errors.CardError], Problem] = {
    errors.NoReaderService: Problem.NO_READER_SERVICE,
    errors.NoReader: Problem.NO_READER,
    errors.NoCard: Problem.NO_CARD,
    errors.CardMute: Problem.CARD_MUTE,
    errors.CardGone: Problem.CARD_GONE,
    errors.CardShared: Problem.CARD_SHARED,
    errors.MalformedResponse: Problem.CARD_MALFORMED,
    errors.UnknownCard: Problem.CARD_UNKNOWN,
    errors.ForeignCard: Problem.CARD_FOREIGN,
    errors.CardSwapped: Problem.CARD_OTHER,
    errors.StatusError: Problem.CARD_REFUSED,
    errors.WrongPin: Problem.PIN_WRONG,
    errors.PinLocked: Problem.PIN_LOCKED,
    errors.NoPinYet: Problem.PIN_NONE_YET,
    errors.PinRefused: Problem.PIN_REFUSED_BY_CARD,
    errors.CardDead: Problem.CARD_DEAD,
    errors.ProofRefused: Problem.CARD_REFUSED_AUTHORITY,
}
"""An error that is not here (an adapter's own) reads as a card that refused."""


def problem_of(error: errors.CardError) -> tuple[Problem, dict[str, int | str]]:
    """Return the problem that an error means, with the facts it carries."""
    problem = next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), Problem.CARD_REFUSED)
    match error:
        case errors.WrongPin(0):  # the last try is gone: for people that is a locked PIN
            return Problem.PIN_LOCKED, {}
        case errors.WrongPin(tries_left):
            return problem, {"tries_left": tries_left}
        case errors.CardSwapped(expected, _):
            return problem, {"serial": masked(expected)}
        case errors.StatusError(status_word, instruction):
            return problem, {"status_word": f"{status_word:04X}", "instruction": f"{instruction:02X}"}
        case _:
            return problem, {}


def refusal_of(error: BaseException) -> Refusal:
    """Return any error as a refusal that can be shown; what nobody foresaw says "internal" and nothing else."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, errors.CardError):
        problem, facts = problem_of(error)
        return Refusal(problem, **facts)
    return Refusal(Problem.INTERNAL)
