"""The responder's own process, asked by openssl and by hand, and the operator's commands beside it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from certificates_stage import Stage, make_stage
from responder_here import Process, running

from anahtar_server.certificates import acts, commands
from anahtar_server.certificates.models import Certificate
from anahtar_server.certificates.ocsp.failures import Failure
from anahtar_server.certificates.responder import connection
from anahtar_server.certificates.responder.connection import Connection
from anahtar_server.commands import rooms_jobs
from anahtar_server.config import config
from anahtar_server.worker import attempt

pytestmark = pytest.mark.django_db(transaction=True)


OCSP = b"content-type: application/ocsp-request\r\n"


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


@pytest.fixture
def process(stage: Stage) -> Iterator[Process]:
    """The responder in a process of its own, on the test's database."""
    with running(stage.folder) as process:
        yield process


def openssl_asks(stage: Stage, process: Process, certificate: Certificate) -> str:
    """Let openssl ask the process over HTTP."""
    stage.chain()
    return stage.openssl(
        "ocsp", "-issuer", "issuing.pem", "-cert", stage.pem(certificate), "-url", f"http://127.0.0.1:{process.port}/ocsp",
        "-CAfile", "root.pem", "-verify_other", "issuing.pem", "-status_age", "999999999",
    )  # fmt: skip


def seen(stage: Stage, process: Process, certificate: Certificate, words: str) -> str:
    """Ask until openssl sees `words`; an old answer in between would be a fault, none is not."""
    deadline = time.monotonic() + 5
    while True:
        try:
            said = openssl_asks(stage, process, certificate)
        except AssertionError as none:
            assert "trylater" in str(none), none
            said = ""
        if words in said:
            return said
        assert time.monotonic() < deadline, said
        time.sleep(0.02)


def test_openssl_asks_the_process_and_sees_each_act(stage: Stage, process: Process) -> None:
    certificate = stage.issue()
    stage.publish()
    assert "Response verify OK" in seen(stage, process, certificate, "leaf.pem: good")
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    stage.publish()
    seen(stage, process, certificate, "certificateHold")
    acts.lift(certificate=certificate, actor=stage.by_holder, now=stage.now)
    stage.publish()
    seen(stage, process, certificate, "leaf.pem: good")
    acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    time.sleep(0.5)  # some rounds of the memory
    with pytest.raises(AssertionError, match="trylater"):
        openssl_asks(stage, process, certificate)
    stage.publish()
    assert "revoked" in seen(stage, process, certificate, "Revocation Time")


def test_the_process_answers_by_get_and_gives_lists(stage: Stage, process: Process) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.ask(certificate)
    request = (stage.folder / "request.der").read_bytes()
    expected = stage.reply(request).body
    text = base64.b64encode(request).decode()
    assert process.ask("POST", "/ocsp", request, "application/ocsp-request") == (200, expected)
    assert process.ask("GET", f"/ocsp/{quote(text, safe='')}") == (200, expected)
    assert process.ask("GET", f"/ocsp/{text}") == (200, expected)
    assert process.ask("GET", "/crl/issuing-1-0.crl") == (200, stage.full())
    assert process.ask("GET", "/ca/root-1.cer")[0] == 200


def test_no_rubbish_makes_the_process_fail(stage: Stage, process: Process) -> None:
    stage.publish()
    for method, path, body, kind, status in (
        ("POST", "/ocsp", b"\xff" * 8192, "application/ocsp-request", 200),
        ("POST", "/ocsp", b"\xff" * 8193, "application/ocsp-request", 413),
        ("POST", "/ocsp", b"\xff" * 1_000_000, "application/ocsp-request", 413),
        ("POST", "/ocsp", b"x", "application/x-www-form-urlencoded", 415),
        ("GET", "/ocsp//////", b"", "", 200),
        ("GET", "/ocsp/%ff%fe%00", b"", "", 200),
        ("GET", "/crl/%2e%2e/x.crl", b"", "", 404),
        ("PATCH", "/ocsp", b"", "", 405),
    ):
        assert process.ask(method, path, body, kind)[0] == status, (method, path)
    for bytes_sent in (
        b"\x16\x03\x01\x00\xa5\x01\x00",
        b"GET\r\n\r\n",
        b"POST /ocsp HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /ocsp HTTP/1.1\r\nhost: x\r\n" + OCSP + b"content-length: 500\r\n\r\ncut off",
    ):
        assert not process.raw(bytes_sent).startswith(b"HTTP/1.1 5")
    assert process.ask("POST", "/ocsp", b"\x30\x00", "application/ocsp-request") == (
        200,
        Failure.MALFORMED_REQUEST.answer,
    )


def test_a_body_of_unknown_length_is_read_only_as_far_as_a_request_may_be_long(stage: Stage, process: Process) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.ask(certificate)
    request = (stage.folder / "request.der").read_bytes()
    head = b"POST /ocsp HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n" + OCSP + b"\r\n"

    def chunked(*pieces: bytes) -> bytes:
        return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))

    said = process.raw(chunked(request[:40], request[40:]), waits=True)
    assert said.startswith(b"HTTP/1.1 200") and said.endswith(stage.reply(request).body)
    assert process.raw(chunked(*[bytes(4000)] * 3), waits=True).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("method", ["length", "chunked"])
def test_who_offers_another_protocol_is_answered_in_this_one(stage: Stage, process: Process, method: str) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.ask(certificate)
    request = (stage.folder / "request.der").read_bytes()
    offer = b"host: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAA\r\n" + OCSP
    if method == "length":
        whole = b"content-length: %d\r\n\r\n%s" % (len(request), request)
    else:
        whole = b"transfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(request), request)
    asked = b"POST /ocsp HTTP/1.1\r\n" + offer + whole
    said = process.raw(asked * 3 + b"GET /ocsp HTTP/1.1\r\n" + offer + b"\r\n")
    assert said.count(stage.reply(request).body) == 3
    assert said.count(b"HTTP/1.1 200 OK") == 4
    assert said.endswith(Failure.MALFORMED_REQUEST.answer)
    assert process.raw(asked, pause=len(asked) - 20).endswith(stage.reply(request).body)
    assert process.raw(b"CONNECT x:443 HTTP/1.1\r\n" + offer + b"\r\n").startswith(b"HTTP/1.1 405")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"content-length: 5\r\ntransfer-encoding: chunked\r\n", 400),
        (b"content-length: 5\r\ncontent-length: 6\r\n", 400),
        (b"content-length: 99999999999999999999999\r\n", 400),
        (b"content-length: +5\r\n", 400),
        (b"transfer-encoding: identity\r\n", 400),
        (b"content-length: 5\r\ncontent-type: text/plain\r\n", 200),  # of two the first counts
        (b"content-length: 5\r\nexpect: something\r\n", 200),
        (b"content-length: 5\r\ncontent-encoding: gzip\r\n", 200),
    ],
)
def test_a_head_that_contradicts_itself_is_refused(process: Process, head: bytes, expected: int) -> None:
    said = process.raw(b"POST /ocsp HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + OCSP + head + b"\r\nhello")
    assert said.startswith(b"HTTP/1.1 %d" % expected)
    assert expected != 200 or said.endswith(Failure.MALFORMED_REQUEST.answer)


def test_old_clients_keep_their_connection_and_a_head_has_no_body(stage: Stage, process: Process) -> None:
    stage.publish()
    asked = b"HEAD /crl/issuing-1-0.crl HTTP/1.0\r\n"
    said = process.raw(asked + b"connection: keep-alive\r\n\r\n" + asked + b"\r\n", waits=True)
    assert said.count(b" 200 OK\r\n") == 2
    assert said.count(b"content-length: %d\r\n" % len(stage.full())) == 2
    assert said.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("times", [5, 50])
def test_requests_that_come_at_once_are_answered_in_their_order(stage: Stage, process: Process, times: int) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.ask(certificate)
    request = (stage.folder / "request.der").read_bytes()
    plain = b"POST /ocsp HTTP/1.1\r\nhost: x\r\n" + OCSP + b"content-length: %d\r\n\r\n%s" % (len(request), request)
    pieces = [b"GET /crl/none.crl HTTP/1.1\r\nhost: x\r\n\r\n", plain, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", plain]
    process.ask("POST", "/ocsp", request, "application/ocsp-request")  # from here on it is in memory
    said = process.raw(b"".join(pieces * times))
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"404", b"200", b"200", b"200"] * times
    assert said.count(stage.reply(request).body) == 2 * times


def test_what_is_no_http_or_has_endless_headers_is_told_so_and_closed(process: Process) -> None:
    for sent, status in (
        (b"rubbish\r\n\r\n", b"400"),
        (b"POST /ocsp HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x: y\r\n" * 5000, b"431"),
        (b"GET /" + b"a" * 20_000, b"431"),
        (b"GET http://durum.example/ca/root-1.cer?x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b"200"),
        (b"POST /ocsp HTTP/1.1\r\nexpect: 100-continue\r\n" + OCSP + b"content-length: 9000\r\n\r\n", b"413"),
    ):
        said = process.raw(sent, waits=True)
        assert said.startswith(b"HTTP/1.1 " + status), (sent[:60], said[:60])


def test_whoever_waits_to_be_told_to_go_on_is_told(stage: Stage, process: Process) -> None:
    stage.publish()
    head = b"POST /ocsp HTTP/1.1\r\nexpect: 100-continue\r\nconnection: close\r\n" + OCSP + b"content-length: 2\r\n\r\n"
    with socket.create_connection(("127.0.0.1", process.port), timeout=5) as link:
        link.sendall(head)
        assert link.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        link.sendall(b"0\x00")
        assert link.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")


def test_who_dawdles_or_comes_on_top_of_too_many_is_sent_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST", 1)
    service = stage.service

    async def dawdle() -> None:
        loop, held = asyncio.get_running_loop(), set[Connection]()
        server = await loop.create_server(lambda: Connection(service, held), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HT")
            assert (await reader.readuntil(b"/ca/\n")).startswith(b"HTTP/1.1 200")
            extra, other = await asyncio.open_connection("127.0.0.1", port)
            assert await extra.read() == b""  # there is one already
            other.close()
            (one,) = held
            began = loop.time()
            one.close_idle(began + 29)
            writer.write(b"TP/1.1\r\nx: y\r\n")  # a little more, now and then
            await writer.drain()
            await asyncio.sleep(0.05)
            assert held == {one}
            one.close_idle(began + 31)
            assert await reader.read() == b""
            assert not held
            writer.close()

    asyncio.run(asyncio.wait_for(dawdle(), 10))


# --- commands ---------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> int:
    parser = ArgumentParser()
    commands.add_arguments(parser)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


def test_an_operator_acts_by_command_and_reads_the_life_back(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    certificate = stage.issue()
    stage.publish()
    serial = certificate.serial
    assert run("suspend", serial.upper(), "--actor", "operator:demo", "--asked-by", stage.by_holder) == 0
    assert run("suspend", serial, "--actor", "operator:demo") == 1
    assert run("lift", serial, "--actor", "operator:demo") == 1
    assert run("lift", serial, "--actor", "operator:demo", "--second", "operator:zwei") == 0
    assert run("revoke", serial, "--actor", "operator:demo", "--reason", "key-compromise") == 0
    assert run("revoke", serial, "--actor", "operator:demo", "--reason", "no-such") == 2
    assert run("show", "ffff") == 1
    said = capsys.readouterr()
    assert said.out.split("\n")[:3] == [f"{serial} suspended", f"{serial} valid", f"{serial} revoked"]
    assert said.err.split()[1::2][:2] == ["certificate-suspended", "second-person-needed"]
    assert run("list", "--card", certificate.card.serial) == 0
    assert f"{serial} nes revoked" in capsys.readouterr().out
    assert run("show", serial) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [step["event"] for step in shown["life"]] == ["issue", "suspend", "lift", "revoke"]
    assert (shown["published"]["answer"], shown["life"][1]["asked_by"]) == ("", stage.by_holder)


def test_the_settings_of_a_rehearsal_follow_the_portals_port() -> None:
    from anahtar_server.certificates.settings import of

    portal = config().portal.model_copy(update={"port": 9400})
    own = of(config().model_copy(update={"portal": portal}))
    assert (own.port, own.status_url) == (9403, "http://localhost:9403")


def test_no_process_starts_with_policies_that_are_not_ours(tmp_path: Path) -> None:
    text = Path(os.environ["ANAHTAR_CONFIG"]).read_text(encoding="utf-8")
    own = tmp_path / "anahtar.toml"
    own.write_text(text + '\n[certificates]\noids = { nes = "2.16.792.1.2.1.1.5.7.1.1" }\n', encoding="utf-8")
    for name in ("django", "codes", "client", "sms-codes"):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text("x" * 40)
    command = [str(Path(sys.executable).parent / "anahtar"), "certificates", "list"]
    done = subprocess.run(command, env={**os.environ, "ANAHTAR_CONFIG": str(own)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "outside our arc" in done.stderr


def test_the_worker_opens_renewals_by_itself(stage: Stage) -> None:
    old = stage.issue()
    new = stage.issue(renews=old)
    jobs = rooms_jobs(config())
    assert all(attempt(job, stage.now) for job in jobs)
    assert Certificate.objects.get(pk=new.pk).state == "waiting"
    acts.revoke(certificate=old, actor=stage.by_holder, now=stage.now)
    assert all(attempt(job, stage.now) for job in jobs)
    assert Certificate.objects.get(pk=new.pk).state == "valid"
