"""Work on a register of a bench's own, in a process of its own: python -m bench.parts.status WORK JSON → JSON.

Every work reports its seconds; the process's own start, end and memory are for whoever started it.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Facts = dict[str, Any]


def scaled(count: int) -> int:
    """Return `count`, or the part of it that ANAHTAR_BENCH_SCALE asks for (0.1 is a tenth) where time is short; what
    was measured stands in each measure's reason."""
    return max(1000, int(count * float(os.environ.get("ANAHTAR_BENCH_SCALE", "1"))))


@dataclass(frozen=True, slots=True)
class Done:
    """What a process did: its facts, its seconds from start to end, its largest memory (MB)."""

    facts: Facts
    seconds: float
    megabytes: float


def process(command: list[str], **more: Any) -> tuple[bytes, float, float]:
    """Run a command to its end; return its output, seconds and largest memory (MB). Raises RuntimeError."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, **more)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            raise RuntimeError(f"{command[:4]}: {err.read()[-1500:].decode(errors='replace')}")
        return out.read(), seconds, usage.ru_maxrss / 1024


def work(
    name: str, settings: Path, where: Callable[[list[str]], list[str]] = lambda command: command, **facts: Any
) -> Done:
    """Do one work on the register that `settings` names; `where` wraps the command that does it."""
    command = where([sys.executable, "-m", "bench.parts.status", name, json.dumps(facts)])
    out, seconds, megabytes = process(command, env={**os.environ, "ANAHTAR_CONFIG": str(settings)})
    return Done(json.loads(out), seconds, megabytes)


def made(folder: Path, *, database: str | None = None, certificates: str = "") -> Path:
    """Make an empty register with software keys and these lines in [certificates]; returns its settings file."""
    from anahtar_server.rehearsal import folder as rehearsal

    settings = rehearsal.make(folder, keys="software", readers="direct", database=database)
    table = "[certificates]\n"
    settings.write_text(settings.read_text(encoding="utf-8").replace(table, table + certificates), encoding="utf-8")
    work("prepare", settings)
    return settings


# --- in the process ---------------------------------------------------------------------------------------------------


def _prepare() -> Facts:
    """Tables, an authority, and a person whose card everything is on."""
    from datetime import date

    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from anahtar_server.people.acts import register_holder
    from anahtar_server.rehearsal.people import prepare_keys

    prepare_keys(_custody(), _now())
    register_holder(
        tckn="10000000146", given_name="Deneme", family_name="Kişi", birth_date=date(1980, 2, 3), language="tr",
        actor="rehearsal", now=_now(),
    )  # fmt: skip
    return {}


def _firms() -> Facts:
    """A firm that nobody represents, for the cards of others, and one with a card that the holder represents."""
    from anahtar_server.cards.acts import register_card
    from anahtar_server.people.acts import register_firm, register_representative
    from anahtar_server.people.models import Holder

    now = _now()
    register_firm(tax_number="4540536920", title="Deneme", actor="rehearsal", now=now)
    own = register_firm(tax_number="1234567890", title="Temsil", actor="rehearsal", now=now)
    register_representative(
        holder=Holder.objects.get(), firm=own, since=now, until=None, actor="rehearsal", now=now
    )  # fmt: skip
    register_card(
        serial="B1" * 12, family="akis", key_version=1, pin_reference=0x81, owner=own, actor="rehearsal", now=now
    )
    return {}


def _fill(count: int, listed: bool, answers: bool = False) -> Facts:
    """Put certificates into the register, row by row as they would stand there, their bytes left away."""
    from datetime import timedelta

    from anahtar_server.certificates.crl.entries import entry, slot_of
    from anahtar_server.certificates.models import Answer, Authority, Certificate
    from anahtar_server.certificates.ocsp.names import certids

    now, authority, card, before = _now(), Authority.objects.get(kind="issuing"), _card(), Certificate.objects.count()
    held = bytes(authority.der)
    for first in range(before, before + count, 10_000):
        rows = []
        for number in range(first, min(first + 10_000, before + count)):
            serial = (0x40 << 152) + number * 0x9E3779B97F4A7C15F39CC0605CEDC835
            serial %= 1 << 159
            rows.append(
                Certificate(
                    card=card,
                    authority=authority,
                    slot=slot_of(serial),
                    serial=f"{serial:x}",
                    profile="nes",
                    subject="CN=Deneme",
                    title="",
                    not_before=now,
                    not_after=now + timedelta(days=1000),
                    der=b"",
                    state="revoked" if listed else "valid",
                    state_since=now,
                    reason=1 if listed else None,
                    listed=entry(serial, now, 1) if listed else None,
                )
            )
        Certificate.objects.bulk_create(rows, batch_size=2_000)
        if answers:
            Answer.objects.bulk_create(
                (
                    Answer(
                        certificate=row,
                        certid=certids(held, int(row.serial, 16))[0],
                        ends=row.not_after,
                        due_at=now,
                        version=1,
                    )
                    for row in rows
                ),
                batch_size=2_000,
            )
    return {"certificates": before + count}


def _write_list() -> Facts:
    """Publish what is due and say how large the list is."""
    from anahtar_server.certificates.crl.publishing import publish_lists
    from anahtar_server.certificates.models import Publication

    # As scheduled: the whole register is read.
    Publication.objects.update(base_at=_now().replace(year=2000))
    began = time.perf_counter()
    publish_lists(custody=_custody(), now=_now(), settings=_settings(), actor="worker")
    seconds = time.perf_counter() - began
    full = Publication.objects.filter(kind="full", authority__kind="issuing").get()
    return {"seconds": seconds, "size": full.size}


def _list_to(file: str) -> Facts:
    """Write the published list into a file."""
    from anahtar_server.certificates.crl.published import published_list

    found = published_list("issuing-1", 0)
    assert found is not None
    Path(file).write_bytes(found.der)
    return {}


def _change_one(rounds: int) -> Facts:
    """Revoke one certificate, publish, and say how long the publishing took, for each round."""
    from anahtar_server.certificates.acts import revoke
    from anahtar_server.certificates.crl.publishing import publish_lists
    from anahtar_server.certificates.models import Certificate

    taken, custody = [], _custody()
    settings = _settings().model_copy(update={"gather_seconds_per_megabyte": 0.0})
    for certificate in Certificate.objects.filter(state="valid")[:rounds]:
        revoke(certificate=certificate, actor="operator:bench", now=_now())
        began = time.perf_counter()
        lists = publish_lists(custody=custody, now=_now(), settings=settings, actor="worker")
        taken.append(time.perf_counter() - began)
        assert lists == 1
    return {"seconds": taken}


def _sign(count: int) -> Facts:
    """Sign `count` answers as the worker does and say how long it took."""
    from anahtar_server.certificates.models import Answer
    from anahtar_server.certificates.ocsp.publishing import sign_answers

    now, custody, settings = _now(), _custody(), _settings()
    Answer.objects.update(due_at=now, der=b"")
    began, signed = time.perf_counter(), 0
    while signed < count:
        signed += sign_answers(custody=custody, now=now, settings=settings, actor="worker")
    return {"seconds": time.perf_counter() - began, "signed": signed}


def _kit(folder: str) -> Facts:
    """Write what relying parties and openssl's own responder need: requests, certificates, the responder's key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from anahtar_server.certificates import der
    from anahtar_server.certificates.models import Answer, Authority
    from anahtar_server.certificates.responder.files import name_of
    from anahtar_server.config import config

    there = Path(folder)
    keys = json.loads(config().custody.file.path.read_text())["signing"]  # type: ignore[union-attr]
    for one in Authority.objects.all():
        pem = x509.load_der_x509_certificate(bytes(one.der)).public_bytes(Encoding.PEM)
        (there / f"{one.kind}.pem").write_bytes(pem)
    (there / "ocsp.key").write_text(keys[Authority.objects.get(kind="ocsp").key])
    answer = Answer.objects.select_related("certificate").exclude(der=b"").first()
    assert answer is not None
    asked = der.sequence(der.sequence(der.sequence(der.sequence(bytes(answer.certid)))))
    (there / "request.der").write_bytes(asked)
    (there / "answer.der").write_bytes(bytes(answer.der))
    (there / "responses").write_text(base64.b64encode(bytes(answer.der)).decode() + "\n")  # cfssl's way
    serial = answer.certificate.serial.upper()
    serial = serial if len(serial) % 2 == 0 else "0" + serial
    (there / "index.txt").write_text(f"V\t290101000000Z\t\t{serial}\tunknown\t/CN=Deneme\n")
    return {"size": len(bytes(answer.der)), "path": name_of(bytes(answer.certid))}


def _publish_for(seconds: float) -> Facts:
    """Publish what is due, again and again as the worker does, for a while."""
    from anahtar_server.certificates.publishing import publish_due

    custody, until, rounds = _custody(), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        publish_due(custody=custody, now=_now())
        rounds += 1
        time.sleep(0.25)
    return {"rounds": rounds}


def _act_and_see(port: int, acts: int) -> Facts:
    """Suspend and lift, and ask the responder after each act until it says so; the milliseconds of each."""
    import http.client

    from cryptography.x509 import ocsp

    from anahtar_server.certificates import der
    from anahtar_server.certificates.acts import lift, suspend
    from anahtar_server.certificates.models import Answer

    answer = Answer.objects.select_related("certificate").exclude(der=b"").order_by("-pk")[0]
    asked = der.sequence(der.sequence(der.sequence(der.sequence(bytes(answer.certid)))))
    link, taken, wrong = http.client.HTTPConnection("127.0.0.1", port), [], 0
    for number in range(acts):
        if number % 2:
            lift(certificate=answer.certificate, actor="operator:a", second="operator:b", now=_now())
        else:
            suspend(certificate=answer.certificate, actor="operator:a", now=_now())
        began = time.perf_counter()
        while True:
            link.request("POST", "/ocsp", asked, {"content-type": "application/ocsp-request"})
            read = ocsp.load_der_ocsp_response(link.getresponse().read())
            if read.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
                good = read.certificate_status is ocsp.OCSPCertStatus.GOOD
                if good is bool(number % 2):
                    break
                wrong += time.perf_counter() - began > 0.5
            time.sleep(0.005)
        taken.append((time.perf_counter() - began) * 1000)
    return {"ms": taken, "old_answers_after_half_a_second": wrong}


def _look(rounds: int) -> Facts:
    """Read what a holder's list page shows, again and again; the median's seconds."""
    import statistics

    from anahtar_server.certificates.queries import for_holder
    from anahtar_server.people.models import Holder

    holder, now, taken = Holder.objects.get(), _now(), []
    for _ in range(rounds):
        began = time.perf_counter()
        shown = list(for_holder(holder, now).defer("der"))
        taken.append(time.perf_counter() - began)
    return {"seconds": statistics.median(taken), "shown": len(shown)}


def _card() -> Any:
    from anahtar_server.cards.acts import register_card
    from anahtar_server.cards.models import Card
    from anahtar_server.people.models import Holder

    known = Card.objects.first()
    return known or register_card(
        serial="B0" * 12, family="akis", key_version=1, pin_reference=0x81, owner=Holder.objects.get(),
        actor="rehearsal", now=_now(),
    )  # fmt: skip


def _custody() -> Any:
    from anahtar_server.config import config
    from anahtar_server.custody.opening import open_custody

    return open_custody(config())


def _settings() -> Any:
    from anahtar_server.certificates.settings import current

    return current()


def _now() -> Any:
    from anahtar_server.clock import system_clock

    return system_clock()


_WORKS: dict[str, Callable[..., Facts]] = {
    "prepare": _prepare,
    "firms": _firms,
    "fill": _fill,
    "write-list": _write_list,
    "list-to": _list_to,
    "change-one": _change_one,
    "sign": _sign,
    "look": _look,
    "kit": _kit,
    "publish-for": _publish_for,
    "act-and-see": _act_and_see,
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
    from anahtar_server.starting import set_up

    set_up()  # as the command `anahtar` does
    print(json.dumps(_WORKS[sys.argv[1]](**json.loads(sys.argv[2]))))
