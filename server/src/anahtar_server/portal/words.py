"""The words for states, steps and endings. Turkish is the source; `locale/` holds the English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anahtar_server.cards.models import Card
from anahtar_server.certificates.models import Certificate
from anahtar_wire.messages import State

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Told:
    """A state in words: `tone` is good, warning, bad or calm, and picks colour and sign."""

    tone: str
    title: Words
    text: Words = ""


EXPIRED = Told("warning", _("Süresi dolmuş"))

CERTIFICATE_STATES = {
    Certificate.State.WAITING: Told("calm", _("Kullanıma açılmayı bekliyor")),
    Certificate.State.VALID: Told("good", _("Geçerli")),
    Certificate.State.SUSPENDED: Told("warning", _("Askıda")),
    Certificate.State.REVOKED: Told("bad", _("İptal edilmiş")),
}

CARD_CONDITIONS = {
    Card.Condition.IN_USE: Told("good", _("Kullanımda")),
    Card.Condition.LOST: Told("bad", _("Kayıp bildirilmiş")),
    Card.Condition.DEAD: Told("bad", _("Kullanım dışı")),
}

PROFILES: dict[str, Words] = {
    "nes": _("NES, nitelikli elektronik sertifika"),
    "seal": _("Mali Mühür sertifikası"),
    "seal-sign": _("Mali Mühür imzalama sertifikası"),
    "seal-encrypt": _("Mali Mühür şifreleme sertifikası"),
}

UNLOCK_STATES = {
    State.OPENED: Told(
        "calm",
        _("Doğrulama kodunuz hazır"),
        _("Kartınız henüz değişmedi. Aşağıdaki adımları sırayla yapın; istediğiniz an vazgeçebilirsiniz."),
    ),
    State.CLAIMED: Told(
        "calm",
        _("Kod programa ulaştı"),
        _("Kartınız henüz değişmedi. Yeni PIN kodunuzu programda belirleyin."),
    ),
    State.CONFIRMING: Told(
        "calm",
        _("Onayınız bekleniyor"),
        _("Kartınız henüz değişmedi. Programdaki SMS Onay ya da WEB Parola ekranını doldurun."),
    ),
    State.CONFIRMED: Told(
        "calm",
        _("Onayınız alındı"),
        _("Program şimdi kartla konuşuyor. Kartı okuyucudan çıkarmayın."),
    ),
    State.RELEASED: Told(
        "warning",
        _("PIN kodunuz karta yazılıyor"),
        _("Kartı okuyucudan çıkarmayın, programı kapatmayın."),
    ),
    State.UNCERTAIN: Told(
        "warning",
        _("Sonucu henüz bilinmiyor"),
        _(
            "İşlem son adımda kesildi; kartta eski PIN de yeni PIN de geçerli olabilir. Kartı takıp programı "
            "açın: program sonucu karttan öğrenir."
        ),
    ),
    State.NOT_DONE: Told(
        "warning",
        _("PIN kodu değişmedi"),
        _("Kart, değişikliğin yapılmadığını bildirdi. Programla yeniden deneyin ya da yeni bir işlem başlatın."),
    ),
    State.DONE: Told(
        "good",
        _("PIN Kodunuz başarılı bir şekilde değiştirilmiştir."),
        _("Bundan sonra yeni PIN kodunuzu kullanın. PIN kodunuzu kimseyle paylaşmayın, kartın yanında saklamayın."),
    ),
    State.REFUSED: Told(
        "bad",
        _("İşlem durduruldu"),
        _("Güvenliğiniz için bu işlem sonlandırıldı. Kartınız bu işlemde değişmedi. Yeni bir işlem başlatabilirsiniz."),
    ),
    State.EXPIRED: Told(
        "warning",
        _("İşlemin süresi doldu"),
        _("Kartınız bu işlemde değişmedi. Yeni bir işlem başlatabilirsiniz."),
    ),
    State.CANCELLED: Told(
        "calm",
        _("İşlemden vazgeçildi"),
        _("Kartınız bu işlemde değişmedi. Yeni bir işlem başlatabilirsiniz."),
    ),
    State.UNSETTLED: Told(
        "warning",
        _("Sonuç öğrenilemedi"),
        _(
            "Kartta hangi PIN kodunun geçerli olduğu kanıtlanamadı. Yeni bir işlemle PIN kodunuzu yeniden "
            "belirleyebilirsiniz."
        ),
    ),
}

CODE_OVER = Told(
    "warning",
    _("Doğrulama kodunun süresi doldu"),
    _("Kartınız değişmedi. Yeni bir kod oluşturabilirsiniz."),
)

STEPS: tuple[Words, ...] = (
    _("E-İmza Uygulaması'nı açın ve kartınızı okuyucuya takın."),
    _("Doğrulama kodunu programdaki alana yazın ya da yapıştırın, İleri düğmesine basın."),
    _(
        "Kilit Çözme Bilgilendirme metnini okuyun; Yeni PIN Kodu ve Yeni PIN Kodu (Tekrar) alanlarını "
        "doldurun, PIN Kodunu Değiştir düğmesine basın."
    ),
    _("SMS Onay ya da WEB Parola ekranında isteneni yazın, Onay düğmesine basın."),
    _("Programdaki sonucu okuyun; yeni PIN kodunuz kartta geçerli olur."),
)

DUTIES: tuple[Words, ...] = (
    _(
        "PIN kodunuzu yalnız siz bilirsiniz ve onu saklamak sizin sorumluluğunuzdur. Kimseye söylemeyin, "
        "kartın yanına yazmayın."
    ),
    _(
        "PIN art arda 3 kez yanlış girilirse kilitlenir. Kilit yalnız bu sayfadan, PIN Oluşturma/Kilit Çözme "
        "ile açılır."
    ),
    _(
        "AKİS Kart İzleme Aracı'nda ya da başka bir programda PUK kodu denemeyin. 3 yanlış PUK denemesi "
        "kartı geri dönüşsüz kullanım dışı bırakır; yeni kart ücretlidir."
    ),
    _(
        "Zarftan çıkanları siparişinizle karşılaştırın. Kart ya da kart okuyucu eksikse teslimden sonraki 5 "
        "iş günü içinde bize e-posta ile bildirin."
    ),
)


def time_left(seconds: int) -> str:
    """Return the time left in words; the page's script says it in the same words."""
    return _("{m} dakika {s} saniye").format(m=seconds // 60, s=seconds % 60)


def certificate_told(certificate: Certificate, now: datetime) -> Told:
    """Return a certificate's state in words at `now`; an end that has passed is told unless it was revoked before."""
    state = Certificate.State(certificate.state)
    if state is not Certificate.State.REVOKED and now >= certificate.not_after:
        return EXPIRED
    return CERTIFICATE_STATES[state]


def profile_told(certificate: Certificate) -> Words:
    """Return what a certificate is for, in words."""
    return PROFILES.get(certificate.profile, certificate.profile)
