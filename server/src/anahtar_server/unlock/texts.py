"""What the unlock tells people by SMS and e-mail; an SMS begins with the act and has at most 134 characters."""

from __future__ import annotations

from anahtar_server.notices.rules import SMS_TEXT

_CONFIRM = {
    "tr": "PIN oluşturma onay kodu: {code} Kart: {card} Bilgisayar: {computer}. Bu kodu kimseye söylemeyin.",
    "en": "Code to set a PIN: {code} Card: {card} Computer: {computer}. Never tell this code to anyone.",
}
_DONE = {
    "tr": "PIN kodunuz değiştirildi. Kart: {card} Saat: {time}. Siz yapmadıysanız hemen Online İşlemlere girin.",
    "en": "Your PIN was changed. Card: {card} Time: {time}. If this was not you, go to Online Services at once.",
}
_UNSETTLED = {
    "tr": "PIN işleminizin sonucu doğrulanamadı. Kart: {card}. Kartı programa takarak durumunu öğrenebilirsiniz.",
    "en": "The outcome of your PIN change could not be proved. Card: {card}. Insert the card in the program to see.",
}
_SUBJECT_DONE = {"tr": "PIN kodunuz değiştirildi", "en": "Your PIN was changed"}
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


def done(language: str, serial: str, time: str) -> tuple[str, str]:
    """Return subject and text that tell of a changed PIN; `time` is the local time as people read it."""
    return _SUBJECT_DONE[language], _DONE[language].format(card=masked_card(serial), time=time)


def unsettled(language: str, serial: str) -> tuple[str, str]:
    """Return subject and text that tell of an outcome which nobody could prove."""
    return _SUBJECT_UNSETTLED[language], _UNSETTLED[language].format(card=masked_card(serial))
