"""`anahtar cards blank|issue|lost|dead|found`: what an operator does with a card in hand or on the telephone."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django is set up only when a command runs
    from anahtar_card.reader import Reader
    from anahtar_server.certificates.workshop import Owner
    from anahtar_server.custody.port import Custody

_REPORTS = {
    "lost": "mark a card as lost and suspend its certificates in the name of who asked",
    "dead": "mark a card as out of use for ever and suspend its certificates",
    "found": "clear the mark lost; lifts nothing",
}


def add_arguments(cards: argparse.ArgumentParser) -> None:
    """Give the command `cards` its parts; each sets `run`, a function of the arguments that returns the status and
    needs Django set up."""
    parts = cards.add_subparsers(required=True, metavar="blank|issue|lost|dead|found")
    part = parts.add_parser("blank", help="make a blank virtual card, as a chip maker would; rehearsal only")
    part.add_argument("card", type=Path, metavar="FILE", help="the virtual card's file")
    part.add_argument(
        "--transport-keys", type=Path, required=True, metavar="FILE", help="its key is added to this file"
    )
    part.set_defaults(run=blank_command)
    part = parts.add_parser("issue", help="make a blank card into a holder's; the TCKN or VKN is read from the input")
    where = part.add_mutually_exclusive_group()
    where.add_argument("--reader", metavar="NAME", help="a PC/SC reader, where there is more than one")
    where.add_argument("--card", type=Path, metavar="FILE", help="a virtual card's file; rehearsal only")
    part.add_argument(
        "--transport-keys", type=Path, required=True, metavar="FILE",
        help="the chip maker's list, mode 0600: a JSON object of serial numbers and keys in hex",
    )  # fmt: skip
    part.add_argument("--seal", action="store_true", help="a firm's seal; else a person's NES")
    part.add_argument("--renews", metavar="SERIAL", help="the certificate until whose end the new one waits")
    part.add_argument("--actor", required=True, help="who performs it, such as operator:ali")
    part.set_defaults(run=issue_command)
    for report, text in _REPORTS.items():
        part = parts.add_parser(report, help=text)
        part.add_argument("serial", help="the card's serial number")
        part.add_argument("--actor", required=True, help="who performs it, such as callcentre:ali")
        part.add_argument("--asked-by", default="", metavar="WHO", help="who asked for it, such as holder:ID")
        part.set_defaults(run=report_command, report=report)


def blank_command(args: argparse.Namespace) -> int:
    """Make a blank virtual card and print its serial number."""
    from anahtar_card.families.akis import names
    from anahtar_card.families.akis.virtual import AkisCard
    from anahtar_card.virtual import Memory
    from anahtar_server.certificates.workshop import TRANSPORT_KEY_LENGTH

    _refuse_in_earnest()
    if args.card.exists():
        print("anahtar: there is a card already", file=sys.stderr)
        return 1
    serial, key = secrets.token_bytes(names.SERIAL_LENGTH), secrets.token_bytes(TRANSPORT_KEY_LENGTH)
    keys = _transport_keys(args.transport_keys) if args.transport_keys.exists() else {}
    args.transport_keys.touch(mode=0o600)
    args.transport_keys.write_text(json.dumps(keys | {serial.hex().upper(): key.hex()}, indent=1), encoding="utf-8")
    AkisCard.blank(Memory.open(args.card, rehearsal=True), serial, key)
    print(serial.hex().upper())
    return 0


def issue_command(args: argparse.Namespace) -> int:
    """Make the card, and print its serial number, the certificate's and its state."""
    from anahtar_card.errors import CardError
    from anahtar_server.certificates import lifecycle
    from anahtar_server.certificates.possession import NoProof
    from anahtar_server.clock import system_clock
    from anahtar_server.config import SettingsWrong
    from anahtar_server.custody.errors import CustodyError
    from anahtar_wire.problems import Refusal

    try:
        lifecycle.refuse_stranger(lifecycle.Event.ISSUE, actor=args.actor, asked_by=args.actor)
        owner = _owner(seal=args.seal)
        with _custody() as custody:
            _issue(args, owner, custody, system_clock())
    except (CardError, CustodyError, NoProof, Refusal, SettingsWrong, ValueError, ImportError) as error:
        print(f"anahtar: {type(error).__name__} {error}".rstrip(), file=sys.stderr)
        return 1
    return 0


def _issue(args: argparse.Namespace, owner: Owner, custody: Custody, now: datetime) -> None:
    from anahtar_card.families.akis.workshop import CardInWorkshop
    from anahtar_server.certificates.models import Authority, Certificate
    from anahtar_server.certificates.queries import by_serial
    from anahtar_server.certificates.workshop import make_card

    keys = _transport_keys(args.transport_keys)
    authority = Authority.objects.filter(kind=Authority.Kind.ISSUING).order_by("-pk").first()
    if authority is None:
        raise ValueError("there is no issuing authority")
    with _reader(args.reader, args.card).connect() as connection:
        blank = CardInWorkshop(connection)
        serial = blank.serial.hex().upper()
        if serial not in keys:
            raise ValueError("the list of transport keys does not know this card")
        card = make_card(
            card=blank, transport_key=keys[serial], owner=owner, authority=authority, custody=custody,
            actor=args.actor, now=now, renews=by_serial(args.renews) if args.renews else None,
        )  # fmt: skip
    certificate = Certificate.objects.get(card=card)
    print(card.serial, certificate.serial, certificate.state)


def report_command(args: argparse.Namespace) -> int:
    """Report a card lost, dead or found; prints its condition after."""
    from anahtar_server.cards.models import Card
    from anahtar_server.certificates import card_acts
    from anahtar_server.clock import system_clock
    from anahtar_wire.problems import Problem, Refusal

    report: Callable[..., Card] = getattr(card_acts, f"report_{args.report}")
    try:
        card = Card.objects.filter(serial=args.serial.upper()).first()
        if card is None:
            raise Refusal(Problem.PAGE_NOT_FOUND)
        after = report(card=card, actor=args.actor, asked_by=args.asked_by, now=system_clock())
    except Refusal as refusal:
        print(f"anahtar: {refusal}", file=sys.stderr)
        return 1
    print(after.serial, after.condition)
    return 0


def _owner(*, seal: bool) -> Owner:
    """Read whose card it is to be: numbers of people do not belong on a command line, which others can read."""
    from anahtar_server.people.models import Firm, Holder

    number = input("VKN: " if seal else "TCKN: ").strip() if sys.stdin.isatty() else sys.stdin.readline().strip()
    owner = Firm.objects.filter(tax_number=number).first() if seal else Holder.objects.filter(tckn=number).first()
    if owner is None:
        raise ValueError("nobody of this number is registered")
    return owner


def _transport_keys(path: Path) -> dict[str, bytes]:
    from anahtar_server.config import SecretFile

    keys = json.loads(SecretFile(path=path).read())
    return {serial.upper(): bytes.fromhex(key) for serial, key in keys.items()}


def _reader(name: str | None, card: Path | None) -> Reader:
    """Return the reader that is meant; raises SettingsWrong, ValueError, and ImportError without anahtar-card[pcsc]."""
    if card is not None:
        from anahtar_card.families.akis.virtual import AkisCard
        from anahtar_card.virtual import Memory
        from anahtar_card.virtual_reader import FileReader

        _refuse_in_earnest()
        return FileReader(card.stem, card, lambda path: AkisCard.open(Memory.open(path, rehearsal=True)))
    from anahtar_card.pcsc import PcscReaders

    found = [one for one in PcscReaders().list() if name in (None, one.name)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} readers fit: name one with --reader")
    return found[0]


def _refuse_in_earnest() -> None:
    from anahtar_server.config import SettingsWrong, config

    if not config().rehearsal:
        raise SettingsWrong("virtual cards are for rehearsals")


@contextmanager
def _custody() -> Iterator[Custody]:
    from anahtar_server.config import config
    from anahtar_server.custody.opening import open_custody

    custody = open_custody(config())
    try:
        yield custody
    finally:
        custody.close()
