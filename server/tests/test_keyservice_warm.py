"""The provider's keys are at hand before the first holder needs them."""

from __future__ import annotations

import threading

from anahtar_server.keyservice.warm import keep_warm
from anahtar_server.signin.rules import AnswerWrong, Reason


def test_the_keys_are_fetched_at_once_and_again_while_the_provider_is_gone() -> None:
    fetched, stop, answers = threading.Event(), threading.Event(), [AnswerWrong(Reason.PROVIDER_GONE)]

    def fetch() -> None:
        if answers:
            raise answers.pop()
        fetched.set()

    thread = keep_warm(fetch, stop)
    assert fetched.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
