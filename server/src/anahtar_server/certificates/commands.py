"""`anahtar certificates list|show|suspend|lift|revoke|publish`: the operator's tools, in the name of `--actor`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django is set up only when a command runs
    from anahtar_server.certificates.models import Certificate

_MOST = 50
_ACTS = {
    "suspend": "suspend a certificate: relying parties see certificateHold",
    "lift": "lift a suspension; an operator needs a --second one",
    "revoke": "revoke a certificate for ever",
}


def add_arguments(certificates: argparse.ArgumentParser) -> None:
    """Give the command `certificates` its parts; each sets `run`, a function of the arguments that returns the status
    and needs Django set up."""
    parts = certificates.add_subparsers(required=True, metavar="list|show|suspend|lift|revoke|publish")
    part = parts.add_parser("list", help="the certificates of a card, or the newest of all")
    part.add_argument("--card", metavar="SERIAL", help="the card's serial number")
    part.add_argument("--can-be-lifted", action="store_true", help="only what is suspended and can be lifted")
    part.set_defaults(run=list_command)
    part = parts.add_parser("show", help="a certificate's life, and what is published about it")
    part.add_argument("serial", help="the certificate's serial number (hex)")
    part.set_defaults(run=show_command)
    for act, text in _ACTS.items():
        _add_act(parts.add_parser(act, help=text), act)
    part = parts.add_parser("publish", help="publish what is due now, as the worker does")
    part.set_defaults(run=publish_command)


def _add_act(part: argparse.ArgumentParser, act: str) -> None:
    part.add_argument("serial", help="the certificate's serial number (hex)")
    part.add_argument("--actor", required=True, help="who performs it, such as operator:ali")
    part.add_argument("--asked-by", default="", metavar="WHO", help="who asked for it, if somebody else")
    if act == "lift":
        part.add_argument("--second", default="", metavar="WHO", help="the second operator")
    if act == "revoke":
        part.add_argument("--reason", default="unspecified", help="such as key-compromise (RFC 5280 section 5.3.1)")
    part.set_defaults(run=act_command, act=act)


def list_command(args: argparse.Namespace) -> int:
    """Print a line for each certificate: serial number, profile, state, since when, card."""
    from anahtar_server.certificates.models import Certificate
    from anahtar_server.clock import system_clock

    chosen = Certificate.objects.select_related("card").defer("der", "listed").order_by("-not_before", "serial")
    if args.card:
        chosen = chosen.filter(card__serial=args.card)
    if args.can_be_lifted:
        chosen = chosen.filter(state=Certificate.State.SUSPENDED, not_after__gt=system_clock())
    for one in chosen[:_MOST]:
        print(one.serial, one.profile, one.state, one.state_since.isoformat(timespec="seconds"), one.card.serial)
    return 0


def show_command(args: argparse.Namespace) -> int:
    """Print a certificate's life and what is published about it, as JSON."""
    return _refusing(lambda now: print(json.dumps(_facts(_found(args.serial), now), indent=1, default=str)))


def act_command(args: argparse.Namespace) -> int:
    """Suspend, lift or revoke; prints the state after, or the problem's code on standard error."""
    from anahtar_server.certificates import acts
    from anahtar_server.certificates.lifecycle import Reason

    more: dict[str, object] = {}
    if args.act == "lift":
        more["second"] = args.second
    if args.act == "revoke":
        name = args.reason.upper().replace("-", "_")
        if name not in Reason.__members__:
            print(f"anahtar: there is no reason {args.reason}", file=sys.stderr)
            return 2
        more["reason"] = Reason[name]
    act: Callable[..., Certificate] = getattr(acts, args.act)

    def run(now: datetime) -> None:
        after = act(certificate=_found(args.serial), actor=args.actor, asked_by=args.asked_by, now=now, **more)
        print(after.serial, after.state)

    return _refusing(run)


def publish_command(_args: argparse.Namespace) -> int:
    """Publish what is due and print how much that was."""
    from anahtar_server.certificates.publishing import publish_due
    from anahtar_server.clock import system_clock
    from anahtar_server.config import config
    from anahtar_server.custody.opening import open_custody

    custody = open_custody(config())
    done = publish_due(custody=custody, now=system_clock())
    custody.close()
    print(f"{done.answers} answers, {done.lists} lists")
    return 0


def _found(serial: str) -> Certificate:
    from anahtar_server.certificates.queries import by_serial

    return by_serial(serial)


def _refusing(run: Callable[[datetime], None]) -> int:
    from anahtar_server.clock import system_clock
    from anahtar_wire.problems import Refusal

    try:
        run(system_clock())
    except (Refusal, ValueError) as error:
        print(f"anahtar: {error}", file=sys.stderr)
        return 1
    return 0


def _facts(certificate: Certificate, now: datetime) -> dict[str, object]:
    from anahtar_server.certificates.models import Change
    from anahtar_server.certificates.read_back import read_back

    changes = Change.objects.filter(certificate=certificate).order_by("pk")
    life = changes.values("at", "event", "after", "reason", "asked_by", "performed_by", "answered_at", "listed_at")
    return {
        "serial": certificate.serial,
        "state": certificate.state,
        "until": certificate.not_after,
        "suspended_by": certificate.suspended_by,
        "life": list(life),
        "published": asdict(read_back(certificate, now)),
    }
