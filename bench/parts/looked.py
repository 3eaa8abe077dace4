"""Run in a process of its own with a stage's settings: how long the server works on each page, and with how many
queries. Usage: python -m bench.parts.looked FOLDER CERTIFICATES LOOKS → JSON {page: [p95 in ms, queries]}.

The pages are asked for without a network: middleware, view, database and template, as a worker of the server does them.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
import uuid
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.test import Client

PAGES = ("/", "/yardim/", "/nes/", "/nes/pin/", "/nes/sertifika/", "/nes/gecmis/", "/oturumlar/", "/iletisim/")
WARM = 5


def main() -> None:
    """Put so many certificates on the first seat's card, look at each page, and say what that took."""
    folder, certificates, looks = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    django.setup()
    from django.conf import settings
    from django.test import Client

    seat = pickle.loads((folder / "seats").read_bytes())[0]  # noqa: S301  # written by the stage itself
    _fill(seat.serial, certificates)
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = seat.session
    print(json.dumps({page: _looked(client, page, looks) for page in PAGES}))


def _fill(card_serial: str, wanted: int) -> None:
    """Copy the card's certificate until there are so many: pages read rows, whoever wrote them."""
    from anahtar_server.certificates.models import Certificate

    there = Certificate.objects.filter(card__serial=card_serial)
    first = there.first()
    assert first is not None
    for number in range(there.count(), wanted):
        first.pk, first.serial, first.slot = uuid.uuid4(), f"{first.serial[:30]}{number:04x}", number
        first._state.adding = True
        first.save(force_insert=True)


def _looked(client: Client, page: str, looks: int) -> tuple[float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(WARM):
        assert client.get(page).status_code == 200, page
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
        asked = len(queries)  # now: the next request forgets them
    times = []
    for _ in range(looks):
        began = time.perf_counter()
        client.get(page)
        times.append((time.perf_counter() - began) * 1000)
    return quantiles(times, n=20)[18], asked


if __name__ == "__main__":
    main()
