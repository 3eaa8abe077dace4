"""The desk: a card reader for each card, on real PC/SC or direct."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from anahtar_card import card_service
from anahtar_card.pcsc import PcscReader, PcscReaders
from anahtar_card.reader import Reader, Readers
from anahtar_card.virtual import locked_file
from anahtar_card.vpcd import VpcdBridge
from anahtar_desktop.readers import open_card, readers_of
from anahtar_desktop.settings import read_file


def best_reader() -> str:
    """Return `pcsc` where a private card service can run, else `direct`."""
    return "direct" if card_service.missing() else "pcsc"


@contextmanager
def desk(kind: str, folder: Path) -> Iterator[Readers]:
    """Yield the readers with the rehearsal's cards in them; the cards lie in `folder`/cards."""
    if kind == "direct":
        yield readers_of(read_file(folder / "eimza.toml"))
        return
    cards = sorted((folder / "cards").glob("*.json"))
    with ExitStack() as stack:
        short = stack.enter_context(tempfile.TemporaryDirectory(prefix="anahtar-"))
        service = stack.enter_context(card_service.CardService(short, readers=len(cards)))
        os.environ.update(service.environment)
        for path, port in zip(cards, service.ports, strict=False):
            stack.enter_context(locked_file(path))
            stack.enter_context(VpcdBridge(open_card(path), port))
        yield _with_cards(PcscReaders(), len(cards))


def _with_cards(readers: PcscReaders, count: int) -> PcscReaders:
    """Wait until the service has noticed the cards: it looks every 400 ms."""
    deadline = time.monotonic() + 5.0
    while sum(_holds_card(reader) for reader in readers.list()) < count:
        if time.monotonic() > deadline:
            raise TimeoutError("the card service sees no cards")
        time.sleep(0.05)
    return readers


def _holds_card(reader: Reader) -> bool:
    return isinstance(reader, PcscReader) and reader.has_card()
