"""What representatives are told of an agreement, by SMS and e-mail."""

from __future__ import annotations

from enum import StrEnum

from anahtar_server.people.agreement_rules import What
from anahtar_server.people.texts import notice


class Turn(StrEnum):
    """What became of an agreement."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    LAPSED = "lapsed"


_WHAT = {
    "tr": {What.PIN: "Mühür PIN oluşturma", What.REVOKE: "Mühür iptali", What.NEEDED: "Ortak karar sayısı"},
    "en": {What.PIN: "Setting a seal's PIN", What.REVOKE: "Revoking a seal", What.NEEDED: "Number who must agree"},
}
_TURNS = {
    "tr": {
        Turn.ASKED: "{what}: kabulünüz isteniyor.",
        Turn.AGREED: "{what}: kabul edildi.",
        Turn.REFUSED: "{what}: reddedildi.",
        Turn.LAPSED: "{what}: süresi doldu.",
    },
    "en": {
        Turn.ASKED: "{what}: you are asked to agree.",
        Turn.AGREED: "{what}: agreed.",
        Turn.REFUSED: "{what}: refused.",
        Turn.LAPSED: "{what}: lapsed.",
    },
}
_FIRM = {"tr": "Mükellef: {}.", "en": "Taxpayer: {}."}
_UNTIL = {"tr": "Son saat: {}.", "en": "Until: {}."}


def told(
    turn: Turn, what: What, language: str, channel: str, firm: str, shown: str, until: str, portal_url: str, code: str
) -> tuple[str, str]:
    """Return subject and text; `firm` is its title, `shown` names the thing, `until` is the local time by which to
    answer."""
    language = language if language in _TURNS else "en"
    text = _TURNS[language][turn].format(what=_WHAT[language][what])
    facts = [f"{shown}."] if shown else []
    if turn is Turn.ASKED:
        facts.append(_UNTIL[language].format(until))
    facts.append(_FIRM[language].format(firm))
    return text.rstrip("."), notice(language, channel, text, facts, portal_url, code)
