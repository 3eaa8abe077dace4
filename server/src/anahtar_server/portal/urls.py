"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from anahtar_server.portal.views import entering, holder, objecting, password, public, unlocking

urlpatterns = [
    path("", public.landing, name="landing"),
    path("online-islemler/", public.online, name="online_islemler"),
    path("yardim/", public.help_index, name="yardim"),
    path("yardim/konu/<str:slug>/", public.help_topic, name="yardim_konusu"),
    path("yardim/<str:code>/", public.help_problem, name="yardim_kodu"),
    path(".well-known/security.txt", public.security_txt, name="security_txt"),
    path("dil/", public.language, name="dil"),
    path("giris/", entering.enter, name="giris"),
    path("giris/donus/", entering.come_back, name="giris_donus"),
    path("cikis/", entering.leave, name="cikis"),
    path("nes/", holder.nes, name="nes"),
    path("nes/sertifika/<str:serial>/", holder.nes_certificate, name="nes_sertifika"),
    path("nes/pin/", unlocking.nes_pin, name="nes_pin"),
    path("muhur/", holder.seals, name="muhur"),
    path("muhur/<uuid:firm>/", holder.seal, name="muhur_firma"),
    path("muhur/<uuid:firm>/sertifika/<str:serial>/", holder.seal_certificate, name="muhur_sertifika"),
    path("muhur/<uuid:firm>/pin/", unlocking.seal_pin, name="muhur_pin"),
    path("islem/<str:name>/", unlocking.unlock_page, name="islem"),
    path("islem/<str:name>/vazgec/", unlocking.cancel, name="islem_vazgec"),
    path("itiraz/", objecting.object_to, name="itiraz"),
    path("web-parola/", password.web_password, name="web_parola"),
]
