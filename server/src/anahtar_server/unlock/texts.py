"""What the unlock tells people by SMS and e-mail; an SMS begins with the act and has at most 134 characters."""

from __future__ import annotations

from anahtar_server.notices.rules import SMS_TEXT
from anahtar_server.people.texts import notice

_CONFIRM = {
    "tr": "PIN oluşturma onay kodu: {code} Kart: {card} Bilgisayar: {computer}. Bu kodu kimseye söylemeyin.",
    "en": "Code to set a PIN: {code} Card: {card} Computer: {computer}. Never tell this code to anyone.",
}
_DONE = {"tr": "PIN kodunuz değiştirildi", "en": "Your PIN was changed"}
_SEAL_DONE = {"tr": "Mühür PIN kodu değiştirildi", "en": "The seal's PIN was changed"}
_UNSETTLED = {
    "tr": "PIN işleminizin sonucu doğrulanamadı.",
    "en": "The outcome of your PIN change could not be proved.",
}
_CARD, _TIME = {"tr": "Kart: {}.", "en": "Card: {}."}, {"tr": "Saat: {}.", "en": "Time: {}."}
_FIRM = {"tr": "Mükellef: {}.", "en": "Taxpayer: {}."}
_LOOK = {
    "tr": "Kartı takıp programı açarak sonucu öğrenebilirsiniz.",
    "en": "Insert the card and open the program to find out.",
}
_SUBJECT_UNSETTLED = {"tr": "PIN işleminizin sonucu bilinmiyor", "en": "The outcome of your PIN change is not known"}
LONGEST = SMS_TEXT


def masked_card(serial: str) -> str:
    """Show the last four digits of a card's serial number."""
    return f"…{serial[-4:]}"


def confirmation(language: str, code: str, serial: str, computer: str) -> str:
    """Return the SMS with the confirmation code; a long computer name is cut, never the code."""
    template = _CONFIRM[language]
    spare = LONGEST - len(template.format(code=code, card=masked_card(serial), computer=""))
    shown = computer if len(computer) <= spare else computer[: spare - 1] + "…"
    return template.format(code=code, card=masked_card(serial), computer=shown)


def done(
    language: str, channel: str, serial: str, time: str, firm: str | None, portal_url: str, code: str
) -> tuple[str, str]:
    """Return subject and text that tell of a changed PIN and how to object by `code`; `time` is the local time, `firm`
    the title of the taxpayer whose seal it is, for whoever represents many."""
    subject = (_DONE if firm is None else _SEAL_DONE)[language]
    facts = [_CARD[language].format(masked_card(serial)), _TIME[language].format(time)]
    facts += [] if firm is None else [_FIRM[language].format(firm)]
    return subject, notice(language, channel, f"{subject}.", facts, portal_url, code)


def unsettled(language: str, channel: str, serial: str, portal_url: str, code: str) -> tuple[str, str]:
    """Return subject and text that tell of an outcome which nobody could prove, and how to object by `code`."""
    facts = (_CARD[language].format(masked_card(serial)), _LOOK[language])
    return _SUBJECT_UNSETTLED[language], notice(language, channel, _UNSETTLED[language], facts, portal_url, code)
