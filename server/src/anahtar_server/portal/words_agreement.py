"""The words for what a firm's representatives agree to."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anahtar_server.people.agreement_rules import What
from anahtar_server.people.models import Agreement
from anahtar_server.portal.words import Told

Words = str | Promise
State = Agreement.State

WHAT: dict[str, Words] = {
    What.PIN.value: _("Mühür kartına PIN oluşturma"),
    What.REVOKE.value: _("Mühür sertifikasının iptali"),
    What.NEEDED.value: _("Kabulü gereken temsilci sayısının değişmesi"),
}

STATES: dict[str, Told] = {
    State.OPEN: Told("warning", _("Yanıt bekleniyor")),
    State.AGREED: Told("good", _("Kabul edildi"), _("İsteyen temsilci işlemi bir saat içinde yapabilir.")),
    State.REFUSED: Told("bad", _("Reddedildi ya da geri çekildi"), _("Hiçbir şey değişmedi.")),
    State.LAPSED: Told("calm", _("Süresi doldu"), _("Hiçbir şey değişmedi.")),
    State.USED: Told("good", _("Kabul edildi ve yapıldı")),
}
