"""Sistem Kontrolü: everything that the program needs, looked at one after the other. It uses no try, changes nothing,
and what it reports holds no PIN, no code, no holder's name and no whole serial number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from anahtar_card.errors import CardError, CardMute, CardShared, NoCard, NoReader, NoReaderService, UnknownCard
from anahtar_card.reader import Readers
from anahtar_desktop import RELEASE
from anahtar_desktop.authority import Authority
from anahtar_desktop.computer import Computer
from anahtar_desktop.doctor_texts import Found
from anahtar_desktop.failures import problem_of
from anahtar_desktop.looking import survey
from anahtar_desktop.ports import Journal, Seen, masked
from anahtar_wire.problems import Problem, Refusal

if TYPE_CHECKING:
    from anahtar_desktop.updates import Releases
    from anahtar_wire.messages import Hello

CLOCK_MAY_DIFFER = timedelta(seconds=90)
ENDS_SOON = timedelta(days=14)
SECURITY_VIOLATION = 0x8010006A
"""SCARD_W_SECURITY_VIOLATION: on Linux polkit's refusal."""


class Grade(StrEnum):
    """How a finding is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; the texts stand in `doctor_texts`."""

    what: Found
    grade: Grade = Grade.GOOD
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Patient:
    """What is looked at. `hello` asks the server who it is (None: no server is named), `certificate_ends` when its TLS
    certificate ends (None for one on this computer itself), `releases` what is newest (None: nobody is asked)."""

    readers: Readers
    journal: Journal
    hello: Callable[[], Hello] | None = None
    certificate_ends: Callable[[], datetime | None] = lambda: None
    virtual: bool = False
    computer: Computer = field(default_factory=Computer)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    authority: Authority | None = None
    releases: Callable[[], Releases] | None = None


def examine(patient: Patient) -> list[Finding]:
    """Return all findings, in the order in which a person would look."""
    return [
        Finding(Found.PROGRAM, facts={"release": RELEASE}),
        *_authority(patient),
        *_readers(patient),
        *_journal(patient),
        *_server(patient),
        *_releases(patient),
        *_session(patient),
    ]


def is_well(findings: list[Finding]) -> bool:
    """Whether nothing stands in the way."""
    return all(finding.grade is not Grade.BAD for finding in findings)


def _authority(patient: Patient) -> Iterator[Finding]:
    if patient.authority is not None:
        support = " · ".join(patient.authority.support) or "-"
        yield Finding(Found.AUTHORITY, facts={"name": patient.authority.name, "support": support})


def _releases(patient: Patient) -> Iterator[Finding]:
    if patient.releases is not None:
        found = patient.releases()
        what, grade = RELEASES[found.news.value]
        yield Finding(what, grade, {"release": found.release} if found.release else {})


RELEASES = {
    "newest": (Found.RELEASE_NEWEST, Grade.GOOD),
    "newer-there": (Found.RELEASE_NEWER, Grade.NOTE),
    "none-published": (Found.RELEASE_NONE, Grade.GOOD),
    "not-reached": (Found.RELEASE_NOT_ASKED, Grade.NOTE),
    "stale": (Found.RELEASE_STALE, Grade.NOTE),
    "untrusted": (Found.RELEASE_UNTRUSTED, Grade.BAD),
}
"""What each news of releases means for the person."""


def _readers(patient: Patient) -> Iterator[Finding]:
    try:
        seen = survey(patient.readers)
    except NoReader:
        yield _service(patient)
        yield from _no_reader(patient)
        return
    except CardError as error:
        yield _service_trouble(patient, error)
        return
    yield _service(patient)
    for one in seen:
        yield Finding(Found.READER_THERE, facts={"reader": one.reader})
        yield _card(patient, one)
    programs = [] if patient.virtual else patient.computer.programs_with_cards()
    if programs:
        yield Finding(Found.SHARERS, Grade.NOTE, {"programs": ", ".join(programs)})


def _service(patient: Patient) -> Finding:
    return Finding(Found.SERVICE_VIRTUAL if patient.virtual else Found.SERVICE_RUNS)


def _service_trouble(patient: Patient, error: CardError) -> Finding:
    if getattr(error, "code", None) == SECURITY_VIOLATION:
        return Finding(Found.RIGHTS_MISSING, Grade.BAD)
    if isinstance(error, NoReaderService) and isinstance(error.__cause__, ImportError):
        return Finding(Found.SERVICE_MISSING, Grade.BAD)
    return Finding(Found.SERVICE_STOPPED, Grade.BAD, {"command": patient.computer.start_service})


def _no_reader(patient: Patient) -> Iterator[Finding]:
    products = patient.computer.card_readers_on_usb()
    for product in products:
        yield Finding(Found.DRIVER_MISSING, Grade.BAD, {"product": product})
    if not products:
        yield Finding(Found.READER_NONE, Grade.BAD)


TROUBLES: dict[type[CardError], tuple[Found, Grade]] = {
    NoCard: (Found.CARD_NONE, Grade.NOTE),
    CardMute: (Found.CARD_MUTE, Grade.BAD),
    UnknownCard: (Found.CARD_UNKNOWN, Grade.BAD),
}


def _card(patient: Patient, seen: Seen) -> Finding:
    facts: dict[str, str | int] = {"reader": seen.reader}
    if seen.look is not None:
        facts |= {"serial": masked(seen.look.serial), "state": seen.look.pin.value}
        return Finding(Found.CARD_AWAKE, facts=facts)
    assert seen.trouble is not None
    if isinstance(seen.trouble, CardShared):
        programs = patient.computer.programs_with_cards()
        if programs:
            return Finding(Found.CARD_SHARED_BY, Grade.BAD, {**facts, "programs": ", ".join(programs)})
        return Finding(Found.CARD_SHARED, Grade.BAD, facts)
    if type(seen.trouble) in TROUBLES:
        what, grade = TROUBLES[type(seen.trouble)]
        return Finding(what, grade, facts)
    return Finding(Found.CARD_FAILED, Grade.BAD, {**facts, "problem": problem_of(seen.trouble)[0].value})


def _journal(patient: Patient) -> Iterator[Finding]:
    try:
        patient.journal.ready()
        yield Finding(Found.JOURNAL_WRITABLE)
    except Refusal:
        yield Finding(Found.JOURNAL_UNWRITABLE, Grade.BAD)
    for entry in patient.journal.open_entries():
        yield Finding(Found.ACT_OPEN, Grade.NOTE, {"serial": masked(entry.card)})


SERVER_TROUBLES = {
    Problem.SERVER_GONE: Found.SERVER_GONE,
    Problem.SERVER_SLOW: Found.SERVER_SLOW,
    Problem.SERVER_UNTRUSTED: Found.SERVER_UNTRUSTED,
    Problem.UPDATE_NEEDED: Found.UPDATE_NEEDED,
}


def _server(patient: Patient) -> Iterator[Finding]:
    if patient.hello is None:
        yield Finding(Found.SERVER_UNNAMED, Grade.NOTE)
        return
    asked = patient.clock()
    try:
        hello = patient.hello()
    except Refusal as refusal:
        yield Finding(SERVER_TROUBLES.get(refusal.problem, Found.SERVER_RUBBISH), Grade.BAD)
        return
    yield Finding(Found.SERVER_REACHED, facts={"name": hello.name, "release": hello.release})
    yield from _certificate(patient)
    yield _clock(hello.time, asked, patient.clock())


def _certificate(patient: Patient) -> Iterator[Finding]:
    try:
        ends = patient.certificate_ends()
    except (OSError, ValueError):  # the server answered a moment ago, so this says nothing worth a finding
        return
    if ends is None:
        yield Finding(Found.CERTIFICATE_LOCAL, Grade.NOTE)
        return
    soon = ends - patient.clock() < ENDS_SOON
    facts: dict[str, str | int] = {"ends": ends.astimezone().strftime("%d.%m.%Y")}
    yield Finding(Found.CERTIFICATE_ENDS if soon else Found.CERTIFICATE_GOOD, Grade.NOTE if soon else Grade.GOOD, facts)


def _clock(server: datetime, asked: datetime, answered: datetime) -> Finding:
    """Compare with the middle of question and answer, as far as the server's word may be late."""
    here = asked + (answered - asked) / 2
    seconds = round(abs((here - server).total_seconds()))
    if abs(here - server) <= CLOCK_MAY_DIFFER:
        return Finding(Found.CLOCK_RIGHT)
    return Finding(Found.CLOCK_WRONG, Grade.BAD, {"seconds": seconds})


def _session(patient: Patient) -> Iterator[Finding]:
    if patient.computer.is_remote:
        yield Finding(Found.SESSION_REMOTE, Grade.NOTE)
    else:
        yield Finding(Found.SESSION_LOCAL)
