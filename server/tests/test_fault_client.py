"""The key service gone, slow, or answering rubbish: the web says so in time, and passes none of it on."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import Client

from anahtar_server.config import config
from anahtar_server.unlock.consent import LONGEST_LINE, Errand, Reply, SocketClient
from anahtar_wire.messages import GrantRequest
from anahtar_wire.problems import Problem, Refusal

SECONDS = 0.3
ERRAND = Errand(act="grant", method="POST", path="/", body="")
Answer = Callable[[socket.socket], object]


@contextmanager
def answering(path: Path, answer: Answer) -> Iterator[Path]:
    """Something on the socket that answers so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        path.unlink(missing_ok=True)
        server.bind(str(path))
        server.listen()

        def work() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    connection.recv(LONGEST_LINE)
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield path
        finally:
            thread.join(timeout=5)
            path.unlink(missing_ok=True)


def drip(connection: socket.socket) -> None:
    """One letter at a time, each before the socket's own patience is over."""
    for letter in b"{" + b" " * 30:
        connection.sendall(bytes([letter]))
        time.sleep(SECONDS / 4)


def line(text: str) -> Answer:
    """A whole line."""
    return lambda connection: connection.sendall(text.encode() + b"\n")


ANSWERS: dict[str, Answer] = {
    "closes at once": lambda connection: connection.close(),
    "says nothing": lambda connection: time.sleep(SECONDS * 2),
    "drips": drip,
    "half a line": lambda connection: connection.sendall(b'{"message":'),
    "no end": lambda connection: connection.sendall(b"x" * (LONGEST_LINE + 2)),
    "an empty line": line(""),
    "no JSON": line("<html>"),
    "not UTF-8": lambda connection: connection.sendall(b"\xff\xfe\n"),
    "other fields": line('{"cryptogram": "00"}'),
    "a list": line("[]"),
    "an unknown problem": line(Reply(problem="no-such-problem").model_dump_json()),
    "facts that are arguments": line('{"problem": "too-many", "facts": {"problem": "internal", "self": 1}}'),
    "deep": line("[" * 20000),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_whatever_answers_there_is_told_as_gone_in_time(tmp_path: Path, answer: Answer) -> None:
    with answering(tmp_path / "k.sock", answer) as path:
        began = time.monotonic()
        with pytest.raises(Refusal) as caught:
            SocketClient(path, SECONDS).run(ERRAND)
        assert caught.value.problem is Problem.KEY_SERVICE_GONE
        assert time.monotonic() - began < SECONDS + 0.3


def test_nobody_there_is_told_as_gone_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Refusal) as caught:
        SocketClient(tmp_path / "nobody.sock").run(ERRAND)
    assert (caught.value.problem, time.monotonic() - began < 0.3) == (Problem.KEY_SERVICE_GONE, True)


@pytest.mark.parametrize("message", ['{"version": 1}', "rubbish", '{"version": 1, "answer": "00"}', ""])
def test_the_web_passes_no_message_on_that_is_not_the_one_asked_for(message: str) -> None:
    with answering(config().keyservice.socket, line(Reply(message=message).model_dump_json())):
        body = GrantRequest(card_serial="AA" * 12).model_dump_json()
        reply = Client().post("/api/v1/settle", body, content_type="application/json")
    assert (reply.status_code, reply.json()["code"]) == (503, "key-service-gone")
