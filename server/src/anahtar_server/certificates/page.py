"""The drawn part of docs/certificates.md: profiles, the life-cycle table, who may do what. Needs no Django."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anahtar_server.certificates import lifecycle, rules
from anahtar_server.certificates.lifecycle import FOR_EVER, MAY, NEEDS, TABLE, Event, Party, State
from anahtar_server.certificates.profiles import OCSP_SIGNING, PROFILES, Profile, Status

_EXTENDED = {OCSP_SIGNING: "OCSPSigning"}


def page() -> str:
    """Return the tables as Markdown, to stand between the marks of docs/certificates.md."""
    parts = (
        ("Profiles", _profiles()),
        ("OIDs under our arc", _oids()),
        ("The life of a certificate", f"{_diagram()}\n\n{_life()}"),
        ("Who may", _may()),
        ("What a holder shows", _needs()),
        ("Reasons of a revocation", ", ".join(f"{reason.name.lower()} ({reason:d})" for reason in sorted(FOR_EVER))),
    )
    return "\n\n".join(f"## {title}\n\n{text}" for title, text in parts) + "\n"


def _profiles() -> str:
    return _table(
        ("profile", "what", "subject", "keys", "key usage (critical)", "policies", "also", "status", "longest"),
        (_profile(one) for one in PROFILES.values()),
    )


def _profile(one: Profile) -> tuple[str, ...]:
    also = [_EXTENDED[oid] for oid in one.extended]
    also += [f"CA, path length {one.path_length if one.path_length is not None else '–'}"] if one.authority else []
    also += ["user notice"] if one.notice else []
    also += [f"qcStatements: {', '.join(one.statements)}"] if one.statements else []
    also += ["ocsp-nocheck"] if one.no_check else []
    years = one.days / 365
    return (
        f"`{one.name}`",
        one.what,
        ", ".join(one.subject),
        ", ".join(sorted(one.keys)),
        ", ".join(sorted(one.usage)),
        ", ".join(f"`{name}`" for name in one.policies),
        "; ".join(also),
        ", ".join(status for status in Status if status in one.status),
        f"{years:.0f} years" if years >= 1 else f"{one.days} days",
    )


def _oids() -> str:
    rows = ((f"`{name}`", f"`arc.{part}`") for name, part in rules.PARTS.items())
    standard = ", ".join(f"`{oid}`" for oid in sorted(rules.STANDARD))
    return f"{_table(('policy or statement', 'OID'), rows)}\n\nStandard statements that may stand outside: {standard}."


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    for (state, event), after in TABLE.items():
        lines.append(f"    {state.name if state else '[*]'} --> {after.name} : {event}")
    lines += [f"    {state.name} --> [*]" for state in State if state in lifecycle.FINAL]
    return "\n".join([*lines, "```"])


def _life() -> str:
    events = [event for event in Event if event not in (Event.ISSUE, Event.ISSUE_WAITING)]
    rows = (
        (f"`{state}`", *(f"`{TABLE[state, event]}`" if (state, event) in TABLE else "–" for event in events))
        for state in State
    )
    return _table(("state", *events), rows)


def _may() -> str:
    rows = (
        (
            may.event,
            may.performs,
            _parties(may.asked_by),
            _parties(may.of) if may.event is Event.LIFT else "",
            "two persons" if may.two_persons else "",
        )
        for may in MAY
    )
    return _table(("act", "performed by", "asked by", "of what was suspended by", "also"), rows)


def _needs() -> str:
    rows = (
        (
            event,
            "step-up minutes" if needs.step_up else "fresh minutes",
            "asked" if needs.confirmation else "–",
            "high, where the provider offers it" if needs.high_where_offered else "any",
        )
        for event, needs in NEEDS.items()
    )
    return _table(("act", "sign-in not older than", "confirmation", "level"), rows)


def _parties(parties: frozenset[Party]) -> str:
    return "anyone" if parties == frozenset(Party) else ", ".join(sorted(parties))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
