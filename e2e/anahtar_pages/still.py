"""A page held still for its picture: what differs from run to run (times, numbers, codes) reads the same every time."""

from __future__ import annotations

import platform

from playwright.sync_api import Page

_MONTHS = (
    "Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık|"
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
_RULES = [
    [rf"\b\d{{1,2}} (?:{_MONTHS}) \d{{4}}", {"tr": "1 Ocak 2030", "en": "1 January 2030"}],
    [r"\b\d{1,2}\.\d{1,2}\.\d{4}\b", {"tr": "01.01.2030", "en": "01.01.2030"}],
    [r"\b\d{1,2}:\d{2}(?::\d{2})?", {"tr": "12:00", "en": "12:00"}],
    [r"\b\d+ (dakika|min) \d+ (saniye|s)\b", {"tr": "9 $1 30 $2", "en": "9 $1 30 $2"}],
    [r"localhost:\d+", {"tr": "localhost:8400", "en": "localhost:8400"}],
]
_ROWS = (
    "tbody tr:nth-child(n+4), #kararlar li:nth-child(n+2), .card:has(input[name=giris]), main > nav:has(> .row)"
    " { display: none !important } * { caret-color: transparent !important }"
)
"""Of lists that are longer the more has happened, the first rows: those of the walk that takes the picture."""

_STILL = """([rules, rows, computer]) => {
  const number = '1F0A4C22E9731B5D60A84E17'.repeat(4), groups = ['KF7C', 'QX4M', 'T9HA'];
  const long = length => length > 42 && length < 51 ? 48 : length > 35 && length < 43 ? 40 : length;
  const made = rules.map(([from, to]) => [new RegExp(from, 'g'), to[document.documentElement.lang]]);
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let group = 0;
  for (let node = all.nextNode(); node; node = all.nextNode()) {
    let text = node.data.replaceAll(computer, 'bilgisayarim');
    text = text.replace(/[0-9A-Fa-f]{8,}|(?<=…)[0-9A-Fa-f]{4}/g, one => number.slice(0, long(one.length)));
    for (const [from, to] of made) text = text.replace(from, to);
    if (node.parentNode.closest('.verification-code')) text = text.replace(/[A-Z2-9]{4}/g, () => groups[group++]);
    if (text !== node.data) node.data = text;
  }
  const style = new CSSStyleSheet();
  style.replaceSync(rows);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  return document.fonts.ready.then(() => null);
}"""


def hold(page: Page) -> None:
    """Change what a page shows into what it shows in every run; it is there for a picture afterwards, not for use."""
    page.evaluate(_STILL, [_RULES, _ROWS, platform.node()])
