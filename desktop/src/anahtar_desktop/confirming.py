"""The confirmation: SMS Onay or WEB Parola, asked and answered before the card is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anahtar_desktop.ports import Instead, Server, View
from anahtar_wire.code import NotACode, VerificationCode
from anahtar_wire.problems import Problem, Refusal

if TYPE_CHECKING:
    from anahtar_wire.messages import Claimed, ConfirmationRequested, Method

LONGEST_ANSWER = 128
OUT_OF_REACH = (Problem.SERVER_GONE, Problem.SERVER_SLOW, Problem.KEY_SERVICE_GONE)
"""After these the same is tried again: no card is open yet, and the server takes a right answer twice as once."""
TYPE_AGAIN = (Problem.CONFIRMATION_WRONG, Problem.CONFIRMATION_EXPIRED, Problem.CONFIRMATION_IS_CODE, *OUT_OF_REACH)
"""After these the same question, or a new code, goes on; tries and time are the server's."""
CHOOSE_AGAIN = (
    Problem.MESSAGE_NOT_SENT,
    Problem.METHOD_NOT_SET,
    Problem.METHOD_TOO_NEW,
    Problem.TOO_MANY,
    *OUT_OF_REACH,
)
"""After these another method, or the same one later, may still do."""


class Confirming:
    """Asks until the unlock is confirmed. `code` is the verification code of this unlock, often typed here too."""

    def __init__(self, view: View, server: Server, claimed: Claimed, code: VerificationCode) -> None:
        self._view = view
        self._server = server
        self._claimed = claimed
        self._code = code
        self._tries_left: int | None = None

    def run(self) -> None:
        """Return when the server has taken the confirmation; raises Cancelled, or the Refusal that ends the unlock."""
        confirmed = False
        while not confirmed:
            self._need_a_method()
            asked = self._ask(self._view.choose_method(self._claimed.methods))
            confirmed = asked is not None and self._answered(asked)

    def _need_a_method(self) -> None:
        methods = self._claimed.methods
        if any(one.usable for one in methods):
            return
        why = next((one for one in methods if one.problem in set(Problem)), None)
        if why is None or why.problem is None:
            raise Refusal(Problem.METHOD_NOT_SET)
        facts = {"until": why.usable_from.isoformat()} if why.usable_from else {}
        raise Refusal(Problem(why.problem), **facts)

    def _ask(self, method: Method) -> ConfirmationRequested | None:
        try:
            return self._server.ask_confirmation(self._claimed.unlock, method, self._claimed.card_serial)
        except Refusal as refusal:
            self._go_on_after(refusal, CHOOSE_AGAIN)
            return None

    def _answered(self, asked: ConfirmationRequested) -> bool:
        """Ask for the answer until it is right (True) or another method is wanted (False)."""
        while True:
            asked = self._with_tries(asked)
            typed = self._view.ask_confirmation(asked)
            if typed is Instead.OTHER_METHOD:
                return False
            if typed is Instead.RESEND:
                asked = self._ask(asked.method) or asked
            elif isinstance(typed, str) and self._try(asked.method, typed):
                return True

    def _with_tries(self, asked: ConfirmationRequested) -> ConfirmationRequested:
        """A wrong answer used a try: what is shown next says so."""
        left, self._tries_left = self._tries_left, None
        return asked if left is None else asked.model_copy(update={"tries_left": left})

    def _try(self, method: Method, typed: str) -> bool:
        wrong = self._wrong_here(method, typed)
        try:
            if wrong is not None:
                raise Refusal(wrong)
            self._server.confirm(self._claimed.unlock, method, typed)
        except Refusal as refusal:
            self._go_on_after(refusal, (*TYPE_AGAIN, Problem.MESSAGE_MALFORMED))
            return False
        return True

    def _wrong_here(self, method: Method, typed: str) -> Problem | None:
        """Return what is wrong with an answer before anyone is asked, so that no try is used by it."""
        if not typed.strip() or len(typed) > LONGEST_ANSWER or _has_surrogates(typed):
            return Problem.MESSAGE_MALFORMED
        try:
            code = VerificationCode.parse(typed)
        except NotACode:
            return None
        # A web password may look like some code; only the one of this very unlock is surely in the wrong field.
        return Problem.CONFIRMATION_IS_CODE if method == "sms" or code == self._code else None

    def _go_on_after(self, refusal: Refusal, going_on: tuple[Problem, ...]) -> None:
        if refusal.problem not in going_on:
            raise refusal
        left = refusal.facts.get("tries_left")
        self._tries_left = left if isinstance(left, int) else self._tries_left
        self._view.problem(refusal.problem, **refusal.facts)


def _has_surrogates(text: str) -> bool:
    """Tell text that no message can carry: half a character, from a keyboard or terminal that is set up wrongly."""
    return any("\ud800" <= one <= "\udfff" for one in text)
