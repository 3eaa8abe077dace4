"""`anahtar unlocks list|cancel|unsettle`: what operators may do about an unlock; they never confirm, finish or undo."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django is set up only when a command runs
    from anahtar_server.unlock.models import Unlock

_MOST = 50


def add_arguments(unlocks: argparse.ArgumentParser) -> None:
    """Give the command `unlocks` its parts; each sets `run`, a function of the arguments that returns the status and
    needs Django set up."""
    parts = unlocks.add_subparsers(required=True, metavar="list|cancel|unsettle")
    part = parts.add_parser("list", help="the newest unlocks, or those whose outcome nobody knows")
    part.add_argument("--card", metavar="SERIAL", help="of this card only")
    part.add_argument("--unsettled", action="store_true", help="only those whose outcome is open")
    part.set_defaults(run=list_command)
    part = parts.add_parser("cancel", help="end an unlock; after the release its outcome is still settled")
    _of_one(part).set_defaults(run=cancel_command)
    part = parts.add_parser("unsettle", help="end an old outcome that nobody can prove; takes two operators")
    _of_one(part).add_argument("--second", default="", metavar="WHO", help="the second operator")
    part.set_defaults(run=unsettle_command)


def _of_one(part: argparse.ArgumentParser) -> argparse.ArgumentParser:
    part.add_argument("name", help="the unlock's name, as the list and the audit have it")
    part.add_argument("--actor", required=True, help="who performs it, such as operator:ali")
    return part


def list_command(args: argparse.Namespace) -> int:
    """Print a line for each unlock: name, state, since when, card."""
    from anahtar_server.unlock import rules
    from anahtar_server.unlock.models import Unlock

    chosen = Unlock.objects.select_related("card").order_by("-opened_at")
    if args.card:
        chosen = chosen.filter(card__serial=args.card)
    if args.unsettled:
        chosen = chosen.filter(state__in=[state.value for state in rules.UNSETTLED_OUTCOME])
    for one in chosen[:_MOST]:
        print(one.name, one.state, one.moved_at.isoformat(timespec="seconds"), one.card.serial)
    return 0


def cancel_command(args: argparse.Namespace) -> int:
    """Cancel one; prints the state after, or the problem's code on standard error."""
    from anahtar_server.certificates.lifecycle import Party, party_of
    from anahtar_server.unlock import acts
    from anahtar_wire.problems import Problem, Refusal

    def run(unlock: Unlock, now: datetime) -> Unlock:
        if party_of(args.actor) is not Party.OPERATOR:
            raise Refusal(Problem.ACT_NOT_ALLOWED)
        return acts.cancel(unlock_id=unlock.pk, actor=args.actor, now=now)

    return _refusing(args.name, run)


def unsettle_command(args: argparse.Namespace) -> int:
    """Unsettle one; prints the state after, or the problem's code on standard error."""
    from anahtar_server.config import config
    from anahtar_server.unlock import acts

    return _refusing(
        args.name,
        lambda unlock, now: acts.unsettle(
            unlock_id=unlock.pk, actor=args.actor, second=args.second, limits=config().limits, now=now
        ),
    )


def _refusing(name: str, run: Callable[[Unlock, datetime], Unlock]) -> int:
    from anahtar_server.clock import system_clock
    from anahtar_server.unlock import queries
    from anahtar_wire.problems import Refusal

    try:
        after = run(queries.by_name(name), system_clock())
    except (Refusal, ValueError) as error:
        print(f"anahtar: {error}", file=sys.stderr)
        return 1
    print(after.name, after.state)
    return 0
