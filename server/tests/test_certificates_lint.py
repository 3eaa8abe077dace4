"""pkilint, which no one here wrote, finds nothing wrong with certificates, lists and answers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pkilint_here
import pytest
import test_certificates_profiles as profiles_tested
from certificates_stage import Stage, make_stage
from test_certificates_ocsp import asked

from anahtar_server.certificates import acts
from anahtar_server.certificates.lifecycle import Reason
from anahtar_server.certificates.models import Answer, Authority, Publication
from anahtar_server.certificates.ocsp.live import answer as answer_live
from anahtar_server.certificates.profiles import PROFILES
from anahtar_server.certificates.settings import CertificateSettings

pytestmark = pytest.mark.django_db(transaction=True)

IN_EARNEST = CertificateSettings(
    arc="2.25.28146183", status_url="http://durum.anahtar.example", practice_url="http://www.anahtar.example/"
)
"""Hosts with a whole name, for the linter takes localhost for no address; and an arc of few bits (see below)."""

TOO_LARGE_FOR_THE_LINTER = "OID contains arc which is larger than 32-bits"
"""pkilint's decoder stops at arcs of more than 32 bits. An arc made of a UUID has 128 (ITU-T X.667) and is right:
openssl and the library read it. So everything is linted whole with a small arc; with ours this is the only finding."""


def lint(stage: Stage, commands: list[list[str]]) -> list[list[dict[str, str]]]:
    """Return what each command finds that is at least a WARNING."""
    done = subprocess.run(
        [sys.executable, pkilint_here.__file__],
        input=json.dumps([[command, "-s", "WARNING", *arguments] for command, *arguments in commands]),
        cwd=stage.folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [list(csv.DictReader(io.StringIO(said))) for said in json.loads(done.stdout)]


def everything(stage: Stage, settings: CertificateSettings, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Issue one certificate of each profile, suspend and revoke some, publish, and return the commands to lint all."""
    monkeypatch.setattr(profiles_tested, "SETTINGS", settings)
    names = ("nes", "seal-sign", "seal-encrypt", "card-device")
    issued = {name: profiles_tested.issued(stage, PROFILES[name]) for name in names}
    acts.suspend(certificate=issued["nes"], actor=stage.by_holder, now=stage.now)
    acts.revoke(certificate=issued["seal-sign"], actor=stage.by_holder, now=stage.now)
    acts.revoke(certificate=issued["card-device"], actor="operator:1", reason=Reason.KEY_COMPROMISE, now=stage.now)
    stage.publish()
    stage.pass_time(minutes=15)
    acts.lift(certificate=issued["nes"], actor=stage.by_holder, now=stage.now)
    stage.publish()
    certificates = {
        **{name: one.der for name, one in issued.items()},
        **dict(Authority.objects.values_list("name", "der")),
    }
    commands = [["lint_pkix_cert", stage.file(f"{name}.cer", bytes(der))] for name, der in certificates.items()]
    for one in Publication.objects.select_related("authority"):
        file = stage.file(
            f"{one.authority.name}-{one.kind}.crl", b"".join(one.pieces.order_by("place").values_list("der", flat=True))
        )
        commands.append(["lint_crl", "-t", "CRL" if one.authority.parent_id else "ARL", "-p", "PKIX", file])
    for number, answer in enumerate(Answer.objects.order_by("pk")):
        commands.append(["lint_ocsp_response", stage.file(f"{number}.ors", bytes(answer.der))])
    one = issued["nes"]
    asked_live = {
        "unknown": asked(stage, one, serial=4711, nonce=bytes(32)),
        "two": asked(stage, one, issued["seal-sign"]),
    }
    for name, request in asked_live.items():
        signed = answer_live(request, custody=stage.custody, now=stage.now, settings=settings, actor="publisher")
        commands.append(["lint_ocsp_response", stage.file(f"{name}.ors", signed)])
    return commands


def test_pkilint_finds_no_warning_in_anything_that_we_sign(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = make_stage(folder, IN_EARNEST)
    commands = everything(stage, IN_EARNEST, monkeypatch)
    assert {command[0] for command in commands} == {"lint_pkix_cert", "lint_crl", "lint_ocsp_response"}
    found = dict(zip((command[-1] for command in commands), lint(stage, commands), strict=True))
    assert {file: findings for file, findings in found.items() if findings} == {}
    assert len(found) == 4 + 3 + 3 + 8 + 2


def test_with_our_arc_the_linters_own_limit_is_its_only_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = IN_EARNEST.model_copy(update={"arc": CertificateSettings().arc})
    stage = make_stage(folder, settings)
    for findings in lint(stage, everything(stage, settings, monkeypatch)):
        assert all(TOO_LARGE_FOR_THE_LINTER in finding["message"] for finding in findings)


def test_the_linter_sees_a_fault(folder: Path) -> None:
    stage = make_stage(folder)
    stage.publish()
    assert any("localhost" in finding["message"] for finding in lint(stage, [["lint_pkix_cert", _issuing(stage)]])[0])


def _issuing(stage: Stage) -> str:
    return stage.file("issuing.cer", bytes(stage.authority.der))
