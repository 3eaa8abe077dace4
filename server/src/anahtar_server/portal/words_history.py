"""The words for acts, who did them, and ways to sign in."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anahtar_server.audit.names import Act

Words = str | Promise

ACTS: dict[str, Words] = {
    Act.HOLDER_REGISTERED: _("Kaydınız açıldı"),
    Act.FIRM_REGISTERED: _("Mükellef kaydı açıldı"),
    Act.REPRESENTATIVE_REGISTERED: _("Yetkili temsilci kaydedildi"),
    Act.CONTACT_LINE_ADDED: _("İletişim hattı eklendi"),
    Act.CONTACT_LINE_ENDED: _("İletişim hattı kaldırıldı"),
    Act.SIGNED_IN: _("Giriş yapıldı"),
    Act.SIGNED_OUT: _("Çıkış yapıldı"),
    Act.OBJECTED: _("“Bu ben değildim” bildirildi"),
    Act.AGREEMENT_ASKED: _("Temsilcilerin kararı istendi"),
    Act.AGREEMENT_ANSWERED: _("Temsilci yanıt verdi"),
    Act.AGREEMENT_REACHED: _("Yeterli temsilci kabul etti"),
    Act.AGREEMENT_REFUSED: _("Ortak karar reddedildi ya da geri çekildi"),
    Act.AGREEMENT_LAPSED: _("Ortak kararın süresi doldu"),
    Act.WEB_PASSWORD_SET: _("WEB Parola belirlendi"),
    Act.CARD_ISSUED: _("Kart verildi"),
    Act.CARD_LOST: _("Kart kayıp bildirildi"),
    Act.CARD_DEAD: _("Kart kullanım dışı kaydedildi"),
    Act.CARD_FOUND: _("Kartın kayıp bildirimi kaldırıldı"),
    Act.CERTIFICATE_ISSUED: _("Sertifika verildi"),
    Act.CERTIFICATE_SUSPENDED: _("Sertifika askıya alındı"),
    Act.CERTIFICATE_LIFTED: _("Sertifika askıdan indirildi"),
    Act.CERTIFICATE_OPENED: _("Sertifika kullanıma açıldı"),
    Act.CERTIFICATE_REVOKED: _("Sertifika iptal edildi"),
    Act.DUTIES_ACCEPTED: _("Kilit Çözme Bilgilendirme onaylandı"),
    Act.UNLOCK_OPENED: _("PIN işlemi başlatıldı, doğrulama kodu oluşturuldu"),
    Act.LINK_TRADED: _("Doğrulama kodu bağlantıyla bir programa aktarıldı"),
    Act.CODE_WRONG: _("Doğrulama kodu eşleşmedi"),
    Act.CODE_CLAIMED: _("Doğrulama kodunu bir program aldı"),
    Act.CODE_CLAIMED_AGAIN: _("Doğrulama kodu ikinci kez denendi ve kabul edilmedi"),
    Act.CONFIRMATION_ASKED: _("Onay istendi"),
    Act.CONFIRMATION_WRONG: _("Onay kodu ya da parola eşleşmedi"),
    Act.CONFIRMED: _("Onay verildi"),
    Act.RELEASED: _("PIN kodunun karta yazılmasına izin verildi"),
    Act.EVIDENCE_ACCEPTED: _("Kart sonucu kanıtladı"),
    Act.UNLOCK_MOVED: _("PIN işleminin durumu değişti"),
    Act.UNLOCK_CLOSED: _("PIN işlemi kapatıldı"),
}
"""The acts that holders see, in words; the inner ones of the house are left out."""

ENDS: dict[str, Words] = {
    "done": _("PIN kodu değiştirildi"),
    "not-done": _("PIN kodu değişmedi"),
    "uncertain": _("PIN işleminin sonucu henüz bilinmiyor"),
    "refused": _("PIN işlemi durduruldu"),
    "unsettled": _("PIN işleminin sonucu öğrenilemedi"),
}

METHODS: dict[str, Words] = {
    "e-devlet-sifresi": _("E-Devlet Şifresi"),
    "mobil-imza": _("Mobil İmza"),
    "e-imza": _("E-İmza"),
    "kimlik-karti": _("T.C. Kimlik Kartı"),
    "internet-bankaciligi": _("İnternet Bankacılığı"),
}
_ACTORS: dict[str, Words] = {
    "holder": _("sertifika sahibi ya da temsilcisi"),
    "gate": _("e-Devlet Kapısı"),
    "program": _("E-İmza Uygulaması"),
    "operator": _("görevli"),
    "officer": _("kurum e-imza yetkilisi"),
    "callcentre": _("çağrı merkezi"),
    "anyone": _("giriş yapmamış biri"),
}


def actor_told(actor: str) -> Words:
    """Return who did something; the parts of the house are "the system"."""
    return _ACTORS.get(actor.partition(":")[0], _("sistem"))


def method_told(method: str) -> Words:
    """Return a way to sign in as people know it; an unknown one as the provider says it."""
    return METHODS.get(method, method)
