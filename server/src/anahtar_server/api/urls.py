"""The addresses of the program's API, version 1."""

from __future__ import annotations

from django.urls import path

from anahtar_server.api import views

urlpatterns = [
    path("hello", views.hello),
    path("link", views.link),
    path("claim", views.claim),
    path("unlock/<str:name>", views.standing),
    path("unlock/<str:name>/confirmation", views.ask_confirmation),
    path("unlock/<str:name>/confirmation/answer", views.answer_confirmation),
    path("unlock/<str:name>/grant", views.grant),
    path("unlock/<str:name>/consent", views.consent),
    path("unlock/<str:name>/report", views.report),
    path("unlock/<str:name>/cancel", views.cancel),
    path("settle", views.begin_settling),
    path("settle/proof", views.settle),
]
