"""The topics of Yardım: a page each in both languages, and a search over them and over every problem's paragraph."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from anahtar_server.people.rules import fold
from anahtar_wire.problems import Explained, Paragraph, Problem, explain, table

LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class Topic:
    """A page of help: its address, its title; `listed` among the topics, or reached from elsewhere."""

    slug: str
    title: str | Promise
    listed: bool = True


TOPICS = (
    Topic("ilk-pin", _("İlk PIN")),
    Topic("pin-kilitlendi-unutuldu", _("PIN kilitlendi, unutuldu")),
    Topic("kartimi-ben-kilitlemedim", _("Kartımı ben kilitlemedim")),
    Topic("islem-yarida-kaldi", _("İşlem yarıda kaldı: hangi PIN geçerli?")),
    Topic("sms-gelmiyor", _("SMS gelmiyor, numaram değişti, yurt dışındayım")),
    Topic("kurum-bilgisayari", _("Kurum bilgisayarı: uygulama engellendi")),
    Topic("kart-okuyucu-gorunmuyor", _("Kart ya da okuyucu görünmüyor (Windows, Pardus, macOS)")),
    Topic("aski-iptal-yenileme-ucret", _("Askı, iptal, yenileme, ücret")),
    Topic("mali-muhur-yetkili-temsilci", _("Mali Mühür: yetkili temsilci")),
    Topic("kayip-calinti-dolandiricilik", _("Kayıp, çalıntı, dolandırıcılık")),
    Topic("hakkinizda-sakladiklarimiz", _("Hakkınızda sakladıklarımız"), listed=False),
    Topic("erisilebilirlik", _("Erişilebilirlik bildirimi"), listed=False),
)

STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("start", _("Program kartı ve kalan deneme haklarını gösterir. Burada hiçbir şey değişmez.")),
    ("code", _("Portaldaki doğrulama kodunu yazın ya da yapıştırın.")),
    ("new-pin", _("Yeni PIN kodunuzu iki kez yazın. Kurallar siz yazarken denetlenir.")),
    ("sms", _("Telefonunuza gelen SMS onay kodunu yazın. Onaydan önce kart değişmez.")),
    ("done", _("Program sonucu kartın kendisinden öğrenir ve söyler.")),
)
"""The steps of the program, each with its picture in both languages; `script/pictures` draws them from its window."""

WITH_STEPS = frozenset({"ilk-pin", "pin-kilitlendi-unutuldu"})

BY_SLUG = {topic.slug: topic for topic in TOPICS}


@dataclass(frozen=True, slots=True)
class Found:
    """One result of a search: `kind` is topic or code, `name` its slug or code; `start` the beginning of its text."""

    kind: str
    name: str
    title: str
    start: str


def template_of(topic: Topic, language: str) -> str:
    """Return the template that holds a topic's text in `language`."""
    return f"portal/yardim/{language}/{topic.slug}.html"


def steps(topic: Topic, language: str) -> list[tuple[str, str | Promise]]:
    """Return the pictures that belong to a topic, each a static file and what it shows."""
    if topic.slug not in WITH_STEPS:
        return []
    return [(f"portal/steps/{name}-{language}.png", text) for name, text in STEPS]


def paragraph(problem: Problem, language: str) -> Paragraph:
    """Return a problem's paragraph; what only a real case knows is shown as "…"."""
    return explain(problem, language, **dict.fromkeys(_facts(table()[problem]), "…"))


@cache
def codes(language: str) -> tuple[tuple[str, str, str], ...]:
    """Return every problem's code, title and address of help: a hundred lines that do not change."""
    return tuple(
        (one.value, paragraph(one, language).title, reverse("yardim_kodu", args=[one.value])) for one in Problem
    )


def search(query: str, language: str) -> list[Found]:
    """Return the topics and problems that hold every word of `query`, those with it in the title first."""
    words = fold(query[:LONGEST_QUERY]).split()
    if not words:
        return []
    hits = [(found, title) for found, title, text in _library(language) if all(word in text for word in words)]
    return [found for found, title in sorted(hits, key=lambda hit: not all(word in hit[1] for word in words))]


@cache
def _library(language: str) -> tuple[tuple[Found, str, str], ...]:
    """Every text of help with its folded title and its whole folded text."""
    with override(language):
        topics = [(topic, _plain(render_to_string(template_of(topic, language)))) for topic in TOPICS]
        pages = [Found("topic", topic.slug, str(topic.title), _start(text)) for topic, text in topics]
    codes = [(problem, paragraph(problem, language)) for problem in Problem]
    pages += [Found("code", problem.value, told.title, _start(told.happened)) for problem, told in codes]
    texts = [text for _, text in topics] + [f"{one.happened} {one.cost} {one.do}" for _, one in codes]
    return tuple(
        (page, fold(f"{page.title} {page.name}"), fold(f"{page.title} {page.name} {text}"))
        for page, text in zip(pages, texts, strict=True)
    )


def _plain(html: str) -> str:
    return " ".join(strip_tags(html).split())


def _start(text: str, most: int = 150) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def _facts(explained: Explained) -> set[str]:
    texts = [part for said in (explained.tr, explained.en) for part in (said.title, said.happened, said.cost, said.do)]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
