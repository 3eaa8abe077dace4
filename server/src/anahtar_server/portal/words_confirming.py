"""The words of Onay: what is confirmed, by which way, and why a way cannot be used now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anahtar_server.clock import local_time
from anahtar_wire.messages import Method
from anahtar_wire.problems import Problem

Words = str | Promise


@dataclass(frozen=True, slots=True)
class ActTold:
    """An act in words: what it is, what it will do, and the button that does it; `risky` ones cannot be undone."""

    title: Words
    text: Words
    button: Words
    risky: bool = False


ACTS = {
    "iptal": ActTold(
        _("Sertifikamı İptal Et"),
        _("Onayladığınız anda sertifikanız iptal edilir. Bu geri alınamaz."),
        _("Sertifikamı İptal Et"),
        risky=True,
    ),
    "askidan-indir": ActTold(
        _("Askıdan İndir"),
        _("Onayladığınız anda sertifikanız yeniden kullanılabilir."),
        _("Askıdan İndir"),
    ),
    "kart-bulundu": ActTold(
        _("Kartımı Buldum"),
        _("Onayladığınızda kayıp bildirimi kaldırılır; sertifikalar askıda kalır."),
        _("Kartımı Buldum"),
    ),
    "hat-ekle": ActTold(
        _("Yeni iletişim hattı"),
        _("Onayladığınızda hat eklenir ve önceki hatlarınıza bildirilir. 24 saat sonra onay kodu alabilir."),
        _("Hattı Ekle"),
    ),
    "hat-sil": ActTold(
        _("İletişim hattını kaldırma"),
        _("Onayladığınızda bu hatta artık bildirim ve kod gönderilmez. Değişiklik bütün hatlarınıza bildirilir."),
        _("Hattı Kaldır"),
    ),
    "web-parola": ActTold(
        _("WEB Parola"),
        _("Onayladıktan sonra yeni WEB Parolanızı yazarsınız."),
        _("Onayla ve Devam Et"),
    ),
}
"""Every act that is confirmed on the pages."""

METHODS = {Method.SMS: _("SMS Onay"), Method.WEB: _("WEB Parola")}


def way_told(problem: Problem | None, usable_from: datetime | None) -> Words:
    """Return why a way cannot be used now, and from when it can; nothing for one that can."""
    match problem:
        case None:
            return ""
        case Problem.METHOD_TOO_NEW if usable_from is not None:
            return _("Güvenliğiniz için henüz kullanılamaz. Kullanılabileceği zaman: {from_}").format(
                from_=local_time(usable_from)
            )
        case _:
            return _("Kayıtlı değil.")
