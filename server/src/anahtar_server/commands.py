"""The command `anahtar`: the server's processes and the operator's tools. Heavy parts are imported when needed."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django is set up only when a command runs
    from anahtar_server.config import Config
    from anahtar_server.worker import Job


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused or found wrong, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
    run: Callable[[argparse.Namespace], int] = options.run
    from anahtar_server.config import SettingsWrong

    try:
        if "file" in options:  # the audit's tools; verifying a file needs no database
            _django_unless_offline(options)
        elif options.command in _TOOLS:
            _django()
        return run(options)
    except SettingsWrong as wrong:
        print(f"anahtar: {wrong}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    from anahtar_server import RELEASE
    from anahtar_server.audit.commands import add_arguments as add_audit_tools
    from anahtar_server.certificates.card_commands import add_arguments as add_card_tools
    from anahtar_server.certificates.commands import add_arguments as add_certificate_tools
    from anahtar_server.unlock.commands import add_arguments as add_unlock_tools

    parser = argparse.ArgumentParser(prog="anahtar", description="Portal, API, key service and registers.")
    parser.add_argument("--version", action="version", version=f"anahtar {RELEASE}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("prepare", _prepare, "bring the database to this release")
    add("serve", _serve, "serve portal and API")
    add("keyservice", _keyservice, "serve the key service on its unix socket")
    add("sealing-key", _sealing_key, "print what the program needs so that only the key service reads confirmations")
    add("worker", _worker, "send messages, link the audit, let time pass for unlocks and certificates")
    add("publisher", _publisher, "sign and publish status answers and lists")
    add("responder", _responder, "serve status answers and lists to relying parties; holds no key")
    add("inbox", _inbox, "show the rehearsal's SMS and e-mail")
    add_audit_tools(add("audit", _never, "export or verify the audit journal"))
    add_certificate_tools(add("certificates", _never, "see, suspend, lift, revoke certificates, and what is published"))
    add_unlock_tools(add("unlocks", _never, "see unlocks, cancel one, end an old outcome that nobody can prove"))
    add_card_tools(add("cards", _never, "make a blank card into a holder's, report one lost, dead or found"))
    rehearsal = add("rehearsal", _rehearsal, "make a rehearsal: settings, keys, people and virtual cards")
    rehearsal.add_argument("folder", type=Path)
    rehearsal.add_argument("--seed", type=int, default=1, help="names and numbers follow from it")
    rehearsal.add_argument("--keys", choices=("software", "pkcs11"), help="default: pkcs11 where SoftHSM is installed")
    rehearsal.add_argument("--first-port", type=int, default=8400, help="of four: portal, gate, inbox, status")
    rehearsal.add_argument("--people", type=int, default=2, help="the second one represents a firm")
    rehearsal.add_argument(
        "--representatives", type=int, default=1, help="of that firm: the first person too, then the third, and so on"
    )
    rehearsal.add_argument("--firms", type=int, default=0, help="further ones that the second person represents")
    rehearsal.add_argument("--readers", choices=("direct", "pcsc"), default="direct")
    rehearsal.add_argument("--database", help="the table [database] as text; default: embedded")
    return parser


_TOOLS = ("cards", "certificates", "unlocks")
"""The commands for operators: they need the database."""


def _sealing_key(_options: argparse.Namespace) -> int:
    from anahtar_server.config import config
    from anahtar_server.custody.seals import Seals

    print(Seals(file.read() for file in config().keyservice.sealing_key_files).public.hex())
    return 0


def _never(_options: argparse.Namespace) -> int:
    raise AssertionError("a part of the command is required")


def _django() -> None:
    from anahtar_server.starting import set_up

    set_up()


def _django_unless_offline(options: argparse.Namespace) -> None:
    from anahtar_server.audit.commands import verify_command

    if options.run is not verify_command or options.file is None:
        _django()


def _prepare(_options: argparse.Namespace) -> int:
    _django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from anahtar_server.config import config

    database = config().database
    if database.kind == "postgresql" and database.roles is not None:
        from anahtar_server import grants

        grants.apply(database.roles)
    _refuse_made_up()
    return 0


def _refuse_made_up() -> None:
    """In earnest, raise SettingsWrong on a database that a rehearsal filled; needs Django set up."""
    from django.db import connection

    from anahtar_server.audit.traces import refuse_made_up
    from anahtar_server.config import config

    refuse_made_up(rehearsal=config().rehearsal)
    connection.close()


def _serve(_options: argparse.Namespace) -> int:
    from anahtar_server.config import config
    from anahtar_server.serving import serve

    settings = config()
    if not settings.rehearsal:
        _django()
        _refuse_made_up()
    serve(settings)
    return 0


def _keyservice(_options: argparse.Namespace) -> int:
    _django()
    _refuse_made_up()
    from anahtar_server.config import config
    from anahtar_server.keyservice.serve import face_of, serve
    from anahtar_server.keyservice.warm import keep_warm
    from anahtar_server.signin.assertion import fetch_keys

    settings = config()
    keep_warm(lambda: fetch_keys(settings.signin.issuer, again=True), threading.Event())
    serve(settings.keyservice.socket, face_of(settings))
    return 0


def _worker(_options: argparse.Namespace) -> int:
    _django()
    _refuse_made_up()
    from anahtar_server.config import config
    from anahtar_server.worker import JOBS, run

    settings = config()
    JOBS.extend(rooms_jobs(settings))
    run(settings, threading.Event())
    return 0


def rooms_jobs(settings: Config) -> list[Job]:
    """Return what the rooms want the worker to do; needs Django set up."""
    from anahtar_server.certificates.acts import open_due
    from anahtar_server.certificates.publishing import Watch
    from anahtar_server.certificates.settings import of
    from anahtar_server.people.agreements import lapse
    from anahtar_server.unlock.acts import sweep, use_agreements
    from anahtar_server.worker import Job

    address = settings.portal.public_url
    return [
        Job("let time pass for unlocks", 1.0, lambda now: sweep(limits=settings.limits, now=now)),
        Job("mark agreements as used", 5.0, lambda now: use_agreements(now=now)),  # first: what was used does not lapse
        Job("let agreements lapse", 10.0, lambda now: lapse(portal_url=address, now=now)),
        Job("open renewals", 1.0, lambda now: open_due(now)),
        Job("watch publishing", 5.0, Watch(of(settings)).look),
    ]


def _publisher(_options: argparse.Namespace) -> int:
    _django()
    _refuse_made_up()
    from anahtar_server.config import config
    from anahtar_server.publisher import run

    run(config(), threading.Event())
    return 0


def _responder(_options: argparse.Namespace) -> int:
    _django()
    from anahtar_server.certificates.settings import of
    from anahtar_server.config import config
    from anahtar_server.responder import serve

    serve(of(config()))
    return 0


def _inbox(_options: argparse.Namespace) -> int:
    from anahtar_server.config import config
    from anahtar_server.inbox import serve

    serve(config(), port=config().notices.inbox_port)
    return 0


def _rehearsal(options: argparse.Namespace) -> int:
    from anahtar_server.rehearsal import folder

    try:
        settings = folder.make(
            options.folder,
            keys=options.keys or folder.best_keys(),
            readers=options.readers,
            first_port=options.first_port,
            database=options.database,
        )
    except FileExistsError as there:
        print(f"anahtar: a rehearsal is there already: {there}", file=sys.stderr)
        return 1
    os.environ["ANAHTAR_CONFIG"] = str(settings)
    _prepare(options)
    from anahtar_server.clock import system_clock
    from anahtar_server.config import config
    from anahtar_server.custody.opening import open_custody
    from anahtar_server.rehearsal import people

    custody, now = open_custody(config()), system_clock()
    authority = people.prepare_keys(custody, now)
    persons = [people.make_person(options.seed + index, with_firm=index == 1) for index in range(options.people)]
    for person in persons:
        people.register(person, cards=options.folder / "cards", authority=authority, custody=custody, now=now)
    for person in (persons[:1] + persons[2:])[: options.representatives - 1]:
        people.represent_too(person, persons[1], now)
    if options.firms:
        people.give_firms(persons[1], options.firms, options.seed, now)
    people.store(persons, options.folder)
    custody.close()
    return 0
