"""What holders are told of their certificates and cards, by SMS and e-mail; each text begins with what happened and
ends with the way to object."""

from __future__ import annotations

from enum import StrEnum

from anahtar_server.people.texts import notice


class News(StrEnum):
    """What there is to tell."""

    SUSPENDED = "suspended"
    LIFTED = "lifted"
    OPENED = "opened"
    REVOKED = "revoked"
    CARD_LOST = "card-lost"
    CARD_DEAD = "card-dead"
    CARD_FOUND = "card-found"


_CARD, _TIME = {"tr": "Kart: {}.", "en": "Card: {}."}, {"tr": "Saat: {}.", "en": "Time: {}."}
_TEXTS: dict[str, dict[News, str]] = {
    "tr": {
        News.SUSPENDED: "Sertifikanız askıya alındı.",
        News.LIFTED: "Sertifikanız askıdan indirildi.",
        News.OPENED: "Yeni sertifikanız kullanıma açıldı.",
        News.REVOKED: "Sertifikanız iptal edildi.",
        News.CARD_LOST: "Kart kayıp bildirildi, sertifika askıda.",
        News.CARD_DEAD: "Kart kullanım dışı, sertifikanız askıda.",
        News.CARD_FOUND: "Kartınızın kayıp bildirimi kaldırıldı.",
    },
    "en": {
        News.SUSPENDED: "Your certificate was suspended.",
        News.LIFTED: "Your certificate's suspension was lifted.",
        News.OPENED: "Your new certificate can now be used.",
        News.REVOKED: "Your certificate was revoked.",
        News.CARD_LOST: "Card reported lost, certificate suspended.",
        News.CARD_DEAD: "Your card is dead: certificate suspended.",
        News.CARD_FOUND: "Your card is no longer marked as lost.",
    },
}


def told(
    news: News, language: str, channel: str, card_serial: str, time: str, portal_url: str, code: str
) -> tuple[str, str]:
    """Return subject and text for a line of `channel`; `time` is the local time as people read it, the card shows its
    last four digits, `code` is how the reader objects on the portal at `portal_url`."""
    language = language if language in _TEXTS else "en"
    what = _TEXTS[language][news]
    facts = (_CARD[language].format(f"…{card_serial[-4:]}"), _TIME[language].format(time))
    return what.rstrip("."), notice(language, channel, what, facts, portal_url, code)
