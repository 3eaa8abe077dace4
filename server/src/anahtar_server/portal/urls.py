"""The addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, include, path

from anahtar_server.portal.views import (
    account,
    agreeing,
    card_acts,
    certificate_acts,
    certificates,
    confirming,
    downloading,
    entering,
    holder,
    linking,
    objecting,
    password,
    pin,
    public,
    unlocking,
)


def of_owner(kind: str) -> list[URLPattern]:
    """Return the pages that a person and a firm have alike."""
    one = "sertifika/<str:serial>/"
    return [
        path("sertifika/", certificates.certificates, name=f"{kind}_sertifikalar"),
        path(one, certificates.certificate, name=f"{kind}_sertifika"),
        path(one + "indir/<str:form>/", certificates.download, name=f"{kind}_indir"),
        path(one + "askiya-al/", certificate_acts.suspend, name=f"{kind}_askiya_al"),
        path(one + "askidan-indir/", certificate_acts.lift, name=f"{kind}_askidan_indir"),
        path(one + "iptal/", certificate_acts.revoke, name=f"{kind}_iptal"),
        path("kart/<str:serial>/kayip/", card_acts.lost, name=f"{kind}_kart_kayip"),
        path("kart/<str:serial>/bulundu/", card_acts.found, name=f"{kind}_kart_bulundu"),
        path("gecmis/", account.acts_of, name=f"{kind}_gecmis"),
    ]


urlpatterns = [
    path("", public.landing, name="landing"),
    path("online-islemler/", public.online, name="online_islemler"),
    path("yardim/", public.help_index, name="yardim"),
    path("yardim/konu/<str:slug>/", public.help_topic, name="yardim_konusu"),
    path("yardim/<str:code>/", public.help_problem, name="yardim_kodu"),
    path(".well-known/security.txt", public.security_txt, name="security_txt"),
    path("downloads/<path:place>", downloading.download, name="indirilen"),
    path("dil/", public.language, name="dil"),
    path("giris/", entering.enter, name="giris"),
    path("giris/donus/", entering.come_back, name="giris_donus"),
    path("cikis/", entering.leave, name="cikis"),
    path("nes/", holder.nes, name="nes"),
    path("nes/pin/", pin.nes_pin, name="nes_pin"),
    path("nes/", include(of_owner("nes"))),
    path("muhur/", holder.seals, name="muhur"),
    path("muhur/<uuid:firm>/", holder.seal, name="muhur_firma"),
    path("muhur/<uuid:firm>/pin/", pin.seal_pin, name="muhur_pin"),
    path("muhur/<uuid:firm>/kararlar/", agreeing.agreements_of, name="muhur_kararlar"),
    path("muhur/<uuid:firm>/kararlar/sayi/", agreeing.set_needed, name="muhur_karar_sayisi"),
    path("muhur/<uuid:firm>/karar/<uuid:one>/", agreeing.agreement, name="muhur_karar"),
    path("muhur/<uuid:firm>/", include(of_owner("muhur"))),
    path("oturumlar/", account.sign_ins, name="oturumlar"),
    path("oturumlar/kapat/", account.end_sign_ins, name="oturum_kapat"),
    path("iletisim/", account.contact, name="iletisim"),
    path("iletisim/kaldir/", account.end_line, name="iletisim_kaldir"),
    path("onay/<str:name>/", confirming.confirm, name="onay"),
    path("islem/<str:name>/", unlocking.unlock_page, name="islem"),
    path("islem/<str:name>/canli/", unlocking.unlock_live, name="islem_canli"),
    path("islem/<str:name>/baglanti/", linking.make, name="islem_baglanti"),
    path("islem/<str:name>/yenile/", unlocking.renew, name="islem_yenile"),
    path("islem/<str:name>/vazgec/", unlocking.cancel, name="islem_vazgec"),
    path("itiraz/", objecting.object_to, name="itiraz"),
    path("web-parola/", password.web_password, name="web_parola"),
]
