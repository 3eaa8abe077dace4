"""One small function for each row of the table, found by the row's name."""

from __future__ import annotations

from collections.abc import Callable

from anahtar_cases.drivers import cards, code, confirmation, pin, portal, server
from anahtar_cases.world import Happened, World

Driver = Callable[[World], Happened]
GROUPS = {
    "code": code, "cards": cards, "pin": pin, "confirmation": confirmation, "server": server, "portal": portal,
}  # fmt: skip


def driver(group: str, case: str) -> Driver:
    """Return what brings a case about; raises KeyError when nobody wrote it."""
    found = getattr(GROUPS[group], case.replace("-", "_"), None)
    if found is None:
        raise KeyError(f"the case {group}/{case} has no driver")
    made: Driver = found
    return made


def names() -> set[tuple[str, str]]:
    """Return group and name of every driver there is."""
    return {
        (group, name.replace("_", "-"))
        for group, module in GROUPS.items()
        for name, one in vars(module).items()
        if callable(one) and getattr(one, "__module__", "") == module.__name__ and not name.startswith("_")
    }
