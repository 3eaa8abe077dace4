"""What the pages tell by SMS; an SMS begins with the act."""

from __future__ import annotations

_ACTS = {
    "tr": {
        "iptal": "Sertifika iptali",
        "askidan-indir": "Askıdan indirme",
        "kart-bulundu": "Kart bulundu bildirimi",
        "hat-ekle": "Yeni iletişim hattı",
        "hat-sil": "İletişim hattını kaldırma",
        "web-parola": "WEB Parola belirleme",
    },
    "en": {
        "iptal": "Revoking a certificate",
        "askidan-indir": "Lifting a suspension",
        "kart-bulundu": "Card found",
        "hat-ekle": "New contact line",
        "hat-sil": "Removing a contact line",
        "web-parola": "Setting the web password",
    },
}
_CODE = {
    "tr": "{act} onay kodu: {code} Bu kodu kimseye söylemeyin. Siz istemediyseniz hiçbir yere yazmayın.",
    "en": "{act}, code: {code} Never tell this code to anyone. If you did not ask for it, do not type it anywhere.",
}


def confirmation(language: str, kind: str, code: str) -> str:
    """Return the SMS with the code that confirms an act of this kind."""
    language = language if language in _CODE else "en"
    return _CODE[language].format(act=_ACTS[language][kind], code=code)
