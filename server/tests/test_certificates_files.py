"""Answers as files: they lie there as long as the responder would give them, and a web server gives them by itself."""

from __future__ import annotations

import base64
import http.client
import os
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import pytest
from certificates_stage import Stage, make_stage
from cryptography.x509 import ocsp
from django.db import DatabaseError
from nginx_here import free_port, nginx
from responder_here import Process, running
from test_certificates_ocsp import asked

from anahtar_server.certificates import acts
from anahtar_server.certificates.models import Certificate
from anahtar_server.certificates.ocsp.failures import Failure
from anahtar_server.certificates.responder import files
from anahtar_server.certificates.responder.files import Files

pytestmark = pytest.mark.django_db(transaction=True)
LIFE = timedelta(hours=12)


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


def file_of(stage: Stage, certificate: Certificate) -> Path:
    """Where the answer lies: as the library writes the request, and a GET the request."""
    return stage.folder / "status" / "ocsp" / base64.b64encode(asked(stage, certificate)).decode()


def status(answer: bytes) -> str:
    """What an answer says."""
    return ocsp.load_der_ocsp_response(answer).certificate_status.name


def test_an_answer_lies_as_a_file_from_its_signing_until_the_act_that_ends_it(stage: Stage) -> None:
    certificate, other = stage.issue(), stage.issue()
    stage.publish()
    kept, file = Files(stage.folder / "status", life=LIFE), file_of(stage, certificate)
    assert not file.exists()
    kept.round(stage.now)
    assert status(file.read_bytes()) == "GOOD"
    assert file.read_bytes() == stage.reply(asked(stage, certificate)).body
    assert file.stat().st_mtime == stage.now.timestamp()
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    kept.round(stage.now)
    assert not file.exists()
    assert file_of(stage, other).exists()
    stage.publish()
    kept.round(stage.now)
    assert status(file.read_bytes()) == "REVOKED"


def test_what_lay_there_before_is_not_given_again(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    Files(stage.folder / "status", life=LIFE).round(stage.now)
    assert file_of(stage, certificate).exists()
    acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    later = Files(stage.folder / "status", life=LIFE)
    assert not file_of(stage, certificate).exists()
    later.round(stage.now)
    assert not file_of(stage, certificate).exists()


def test_while_the_first_files_are_written_a_change_does_not_wait(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "STEP", 1)
    first, second = stage.issue(), stage.issue()
    stage.publish()
    kept = Files(stage.folder / "status", life=LIFE)
    kept.round(stage.now)
    assert file_of(stage, first).exists() and not file_of(stage, second).exists()
    acts.revoke(certificate=first, actor=stage.by_holder, now=stage.now)
    kept.round(stage.now)
    assert not file_of(stage, first).exists()
    for _ in range(3):
        kept.round(stage.now)
    assert file_of(stage, second).exists()


def test_without_the_database_no_file_lies_for_long(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = stage.issue()
    stage.publish()
    kept = Files(stage.folder / "status", life=LIFE)
    kept.round(stage.now)

    def gone(**_: object) -> NoReturn:
        raise DatabaseError

    monkeypatch.setattr(files.Feed.objects, "filter", gone)
    kept.round(stage.now)
    assert file_of(stage, certificate).exists()
    monkeypatch.setattr(files, "BLIND_SECONDS", -1.0)
    kept.round(stage.now)
    assert not file_of(stage, certificate).exists()
    monkeypatch.undo()
    kept.round(stage.now)
    assert file_of(stage, certificate).exists()


def test_a_file_goes_before_its_answer_ends(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    kept = Files(stage.folder / "status", life=LIFE)
    kept.round(stage.now)
    stage.pass_time(hours=11)
    kept.round(stage.now)
    assert file_of(stage, certificate).exists()
    stage.pass_time(minutes=45)
    kept.round(stage.now)
    assert not file_of(stage, certificate).exists()
    assert not Files(stage.folder / "status", life=LIFE).round(stage.now)
    assert not file_of(stage, certificate).exists()


def test_a_web_server_gives_files_and_asks_the_responder_for_the_rest(stage: Stage) -> None:
    certificate, port = stage.issue(), free_port()
    stage.publish()
    text = base64.b64encode(asked(stage, certificate)).decode()
    file, status_folder = file_of(stage, certificate), stage.folder / "status"
    with (
        running(stage.folder, f'answers_folder = "{status_folder}"\n') as responder,
        nginx(stage.folder, served(responder, status_folder, port), port),
    ):
        appears(file)
        given = get(port, f"/ocsp/{quote(text, safe='')}")
        assert given == get(port, f"/ocsp/{text}")
        assert (status(given[2]), given[0]) == ("GOOD", 200)
        assert given[1]["content-type"] == "application/ocsp-response"
        assert given[1]["cache-control"] == "max-age=60, public, no-transform, must-revalidate"
        assert parsedate_to_datetime(given[1]["last-modified"]) == stage.now
        os.utime(file, (0, 0))  # so that it is seen who gives
        assert get(port, f"/ocsp/{text}")[1]["last-modified"].endswith("1970 00:00:00 GMT")
        through, nonce = Process(port), base64.b64encode(asked(stage, certificate, nonce=b"\xff" * 32)).decode()
        assert "//" in nonce
        assert through.ask("GET", f"/ocsp/{nonce}") == (200, given[2])
        assert through.ask("POST", "/ocsp", asked(stage, certificate), "application/ocsp-request") == (200, given[2])
        assert through.ask("GET", "/crl/issuing-1-0.crl") == (200, stage.full())
        assert through.ask("GET", "/metrics")[0] == 404
        acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
        time.sleep(0.5)  # some rounds
        assert through.ask("GET", f"/ocsp/{text}") == (200, Failure.TRY_LATER.answer)
        stage.publish()
        appears(file)
        assert status(get(port, f"/ocsp/{text}")[2]) == "REVOKED"
    assert not file.exists()  # nobody keeps it fresh any more


def appears(file: Path) -> None:
    """Wait until the responder has written a file."""
    deadline = time.monotonic() + 5
    while not file.exists():
        assert time.monotonic() < deadline, list(file.parents[1].rglob("*"))
        time.sleep(0.02)


def served(responder: Process, folder: Path, port: int) -> str:
    """The settings that an authority takes, for this test's ports and folder."""
    text = (Path(__file__).parents[2] / "deploy/nginx/status.conf").read_text(encoding="utf-8")
    for ours, its in (
        ("listen 80", f"listen 127.0.0.1:{port}"),
        ("127.0.0.1:8403", f"127.0.0.1:{responder.port}"),
        ("/run/anahtar/status", str(folder)),
    ):
        assert ours in text
        text = text.replace(ours, its)
    return text


def get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    """Ask and return status, headers (several of one name joined) and body."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request("GET", path)
    reply = link.getresponse()
    body = reply.read()
    names = {name.lower() for name, _ in reply.getheaders()} - {"date"}
    headers = {name: reply.getheader(name) or "" for name in names}
    link.close()
    return reply.status, headers, body
