"""The client against real sockets: an honest server, and all that can stand in its place."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from anahtar_desktop import client, transport
from anahtar_desktop.client import HttpServer
from anahtar_desktop.transport import Transport
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import Claimed, Kind, Method, Outcome, PersonalDigits
from anahtar_wire.problems import Problem, Refusal
from anahtar_wire.proof import HEADER, signed_bytes
from anahtar_wire.sealing import About, name_of, unseal

CODE = VerificationCode.parse("ABCD-EFGH-JKLM")
KEY = X25519PrivateKey.generate()
SEALING_KEY = KEY.public_key().public_bytes_raw()
UNLOCK = "d0" * 16
SERIAL = "303132333435363738393A3B"
SOON = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
CLAIMED = Claimed(
    unlock=UNLOCK,
    kind=Kind.NES,
    holder="A***",
    card_serial=SERIAL,
    card_family="akis",
    expires_at=SOON,
    methods=[],
    personal=PersonalDigits(salt=bytes(16), cost=1024, digests=[]),
).model_dump_json()
STANDING = json.dumps({"version": 1, "unlock": UNLOCK, "state": "done", "evidence": "G1", "pin": "new"})


class Recorder(ThreadingHTTPServer):
    """A server that answers every request from `answers` (path → status and body) and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[int, str | bytes]] = {}
        self.came: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.came.append((self.command, self.path, dict(self.headers), body))
        status, answer = self.server.answers.get(self.path.removeprefix("/api/v1"), (200, STANDING))
        raw = answer.encode() if isinstance(answer, str) else answer
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", "https://login.captive.invalid/")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(raw)

    do_GET = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with serving(Recorder()) as server:
        yield server


@contextlib.contextmanager
def serving(server: Recorder) -> Iterator[Recorder]:
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server without manners: `talk` gets each connection after its request was read."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    talk(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def refusal(call: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value


def test_every_request_of_an_unlock_is_signed_with_one_fresh_key(recorder: Recorder) -> None:
    recorder.answers["/claim"] = 200, CLAIMED
    server = HttpServer(recorder.address, SEALING_KEY, language="en")
    assert server.claim(CODE).unlock == UNLOCK
    server.report(UNLOCK, Outcome.DONE, b"\1")
    server.standing(UNLOCK)
    point = bytes.fromhex(json.loads(recorder.came[0][3])["program_key"])
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    for method, path, headers, body in recorder.came:
        key.verify(bytes.fromhex(headers[HEADER]), signed_bytes(method, path, body), ec.ECDSA(hashes.SHA256()))
        assert headers["Accept-Language"] == "en"
    server.claim(CODE)
    assert json.loads(recorder.came[-1][3])["program_key"] != point.hex()


def test_settling_needs_no_key(recorder: Recorder) -> None:
    recorder.answers["/settle"] = 200, json.dumps({"version": 1, "session": "11" * 16, "nonce": "22" * 16})
    assert HttpServer(recorder.address, SEALING_KEY).settling_grant(SERIAL).nonce == b"\x22" * 16
    assert HEADER not in recorder.came[0][2]


def test_each_call_asks_at_its_own_place(recorder: Recorder) -> None:
    grant = json.dumps({"version": 1, "session": "11" * 16, "nonce": "22" * 16})
    recorder.answers |= {
        "/claim": (200, CLAIMED),
        f"/unlock/{UNLOCK}/confirmation": (
            200,
            json.dumps({"version": 1, "method": "sms", "to": None, "expires_at": SOON.isoformat(), "tries_left": 5}),
        ),
        f"/unlock/{UNLOCK}/confirmation/answer": (200, json.dumps({"version": 1, "expires_at": SOON.isoformat()})),
        f"/unlock/{UNLOCK}/grant": (200, grant),
        f"/unlock/{UNLOCK}/consent": (200, json.dumps({"version": 1, "answer": "33" * 32})),
    }
    server = HttpServer(recorder.address + "/", SEALING_KEY)
    server.claim(CODE)
    assert server.ask_confirmation(UNLOCK, Method.SMS, SERIAL).tries_left == 5
    server.confirm(UNLOCK, Method.SMS, "12345678")
    assert server.grant(UNLOCK, SERIAL).session == b"\x11" * 16
    assert server.consent(UNLOCK, b"\1\2") == b"\x33" * 32
    server.cancel(UNLOCK)
    assert server.settle(SERIAL, b"\1").pin == "new"
    assert json.loads(recorder.came[4][3]) == {"version": 1, "challenge": "0102"}
    typed, program = json.loads(recorder.came[2][3]), bytes.fromhex(json.loads(recorder.came[0][3])["program_key"])
    about = About(UNLOCK, "sms", program)
    assert unseal(bytes.fromhex(typed.pop("sealed")), key=KEY, about=about) == "12345678"
    assert typed == {"version": 1, "method": "sms", "key": name_of(SEALING_KEY).hex()}
    assert [came[1] for came in recorder.came[-2:]] == [f"/api/v1/unlock/{UNLOCK}/cancel", "/api/v1/settle/proof"]


def problem_report(code: str, **facts: object) -> str:
    return json.dumps({"type": "about:blank", "code": code, "title": "…", "status": 403, "facts": facts, "version": 1})


def test_a_refusal_comes_with_its_facts(recorder: Recorder) -> None:
    recorder.answers["/claim"] = 403, problem_report("confirmation-wrong", tries_left=3)
    refused = refusal(lambda: HttpServer(recorder.address, SEALING_KEY).claim(CODE))
    assert (refused.problem, refused.facts) == (Problem.CONFIRMATION_WRONG, {"tries_left": 3})


def test_a_code_that_this_program_does_not_know_is_shown_as_it_is(recorder: Recorder) -> None:
    recorder.answers["/claim"] = 403, problem_report("moon-full", problem="x", language="xx", self="y")
    refused = refusal(lambda: HttpServer(recorder.address, SEALING_KEY).claim(CODE))
    assert (refused.problem, refused.facts) == (Problem.INTERNAL, {"code": "moon-full"})


RUBBISH = {
    "empty": (200, ""),
    "page": (200, "<html>Hotel Wi-Fi</html>"),
    "array": (200, "[]"),
    "wrong types": (200, CLAIMED.replace('"A***"', "7")),
    "another message": (200, STANDING.replace("unlock", "lock")),
    "unknown field": (200, CLAIMED[:-1] + ',"pin":"123456"}'),
    "not text": (200, b"\xff\x00\xfe"),
    "deep": (200, "[" * 20000),
    "huge": (200, '{"version":1,"name":"' + "x" * 70000 + '"}'),
    "error page": (502, "<h1>Bad Gateway</h1>"),
    "redirect": (302, ""),
    "temporary redirect": (307, ""),
    "nothing": (204, ""),
    "facts of a wrong type": (403, problem_report("code-wrong", tries_left=[1])),
}


@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish_from_a_server_is_called_so(kind: str, recorder: Recorder) -> None:
    recorder.answers["/claim"] = RUBBISH[kind]
    assert refusal(lambda: HttpServer(recorder.address, SEALING_KEY).claim(CODE)).problem is Problem.SERVER_RUBBISH


def test_a_server_of_a_later_version_means_an_update(recorder: Recorder) -> None:
    recorder.answers["/claim"] = 200, '{"version": 2, "unlock": {}}'
    assert refusal(lambda: HttpServer(recorder.address, SEALING_KEY).claim(CODE)).problem is Problem.UPDATE_NEEDED


def test_a_server_that_does_not_speak_http_is_rubbish() -> None:
    with raw_server(lambda connection: connection.sendall(b"220 mail.invalid ESMTP\r\n")) as address:
        assert refusal(lambda: HttpServer(address, SEALING_KEY).claim(CODE)).problem is Problem.SERVER_RUBBISH


def test_an_answer_cut_short_is_not_believed() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + STANDING.encode()
    with raw_server(lambda connection: connection.sendall(cut)) as address:
        assert refusal(lambda: HttpServer(address, SEALING_KEY).standing(UNLOCK)).problem is Problem.SERVER_RUBBISH


def test_nobody_there_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert (
        refusal(lambda: HttpServer(f"http://127.0.0.1:{port}", SEALING_KEY).claim(CODE)).problem is Problem.SERVER_GONE
    )


def test_a_server_that_hangs_up_is_gone() -> None:
    with raw_server(lambda connection: None) as address:
        assert refusal(lambda: HttpServer(address, SEALING_KEY).claim(CODE)).problem is Problem.SERVER_GONE


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Slow: 1\r\n")
        time.sleep(0.015)


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 16)
        time.sleep(0.05)


def silent(connection: socket.socket) -> None:
    time.sleep(1)


@pytest.mark.parametrize("talk", [drip, endless, silent])
def test_a_slow_server_is_given_up_in_time_however_it_is_slow(
    talk: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE_WITH_CARD_OPEN", 0.3)
    with raw_server(talk) as address:
        began = time.monotonic()
        assert refusal(lambda: HttpServer(address, SEALING_KEY).cancel(UNLOCK)).problem is Problem.SERVER_SLOW
        assert time.monotonic() - began < 0.9


def test_the_consent_is_given_four_seconds_and_no_more() -> None:
    asked: list[float] = []

    class Noting(Transport):
        def send(self, request: transport.Request, seconds: float) -> transport.Answer:
            asked.append(seconds)
            raise Refusal(Problem.SERVER_SLOW)

    refusal(lambda: HttpServer("https://s.invalid", SEALING_KEY, transport=Noting()).consent(UNLOCK, b""))
    assert asked == [4.0]


def test_a_flood_is_stopped_early() -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with raw_server(flood) as address:
        assert refusal(lambda: HttpServer(address, SEALING_KEY).standing(UNLOCK)).problem is Problem.SERVER_RUBBISH


def test_a_certificate_that_nobody_trusts_is_refused_and_a_trusted_one_taken(tmp_path: Path) -> None:
    own = self_signed(tmp_path)
    server = Recorder()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with serving(server):
        address = f"https://127.0.0.1:{server.server_port}"
        assert refusal(lambda: HttpServer(address, SEALING_KEY).standing(UNLOCK)).problem is Problem.SERVER_UNTRUSTED
        assert server.came == []
        trust = ssl.create_default_context(cafile=own)
        assert HttpServer(address, SEALING_KEY, transport=Transport(trust)).standing(UNLOCK).pin == "new"


def test_the_proxy_of_the_system_is_not_asked_for_this_computer(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert HttpServer(recorder.address, SEALING_KEY).standing(UNLOCK).pin == "new"


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "own.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
