"""Where everything lies."""

from __future__ import annotations

from django.urls import path

from anahtar_gate.pages import views as pages
from anahtar_gate.provider import logout as leaving
from anahtar_gate.provider import views as provider
from anahtar_gate.signin import e_devlet_sifresi
from anahtar_gate.signin import views as signin

urlpatterns = [
    path("", pages.home, name="home"),
    path("style.<str:version>.css", pages.style_sheet, name="style"),
    path(".well-known/openid-configuration", provider.discovery, name="discovery"),
    path("jwks.json", provider.jwks, name="jwks"),
    path("authorize", provider.authorize, name="authorize"),
    path("token", provider.token, name="token"),
    path("userinfo", provider.userinfo, name="userinfo"),
    path("logout", leaving.logout, name="logout"),
    path("logout/leave", leaving.leave, name="leave"),
    path("giris/<str:ref>", signin.methods_page, name="methods"),
    path("giris/<str:ref>/e-devlet-sifresi", e_devlet_sifresi.password_page, name="password"),
    path("giris/<str:ref>/e-devlet-sifresi/kod", e_devlet_sifresi.code_page, name="code"),
    path("giris/<str:ref>/e-devlet-sifresi/yeni-kod", e_devlet_sifresi.new_code, name="new_code"),
    path("giris/<str:ref>/vazgec", signin.cancel, name="cancel"),
]

handler400 = pages.bad_request
handler404 = pages.missing
handler500 = pages.broken
