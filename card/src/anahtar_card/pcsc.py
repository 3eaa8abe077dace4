"""Card readers of this computer through PC/SC (`winscard.h`; pcsc-lite on Linux and macOS), over pyscard's raw layer.

A new context for every question and every connection: contexts die with the service, and no call tells so beforehand.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from types import TracebackType
from typing import Any, Self

from anahtar_card.errors import CardError, CardGone, CardMute, CardShared, NoCard, NoReader, NoReaderService
from anahtar_card.reader import Reader
from anahtar_card.record import record


@record
class PcscFailed(CardError):
    """The reader service refused with a code that means none of the other errors; `code` is its SCARD number."""

    code: int

    def __str__(self) -> str:
        return f"PC/SC answered {self.code:08X}"


MEANING: dict[str, type[CardError]] = {
    "SCARD_E_NO_SERVICE": NoReaderService,
    "SCARD_E_SERVICE_STOPPED": NoReaderService,
    "SCARD_F_COMM_ERROR": NoReaderService,  # pcsc-lite: the service went away between question and answer
    "SCARD_E_NO_READERS_AVAILABLE": NoReader,
    "SCARD_E_UNKNOWN_READER": NoReader,
    "SCARD_E_READER_UNAVAILABLE": NoReader,
    "SCARD_E_NO_SMARTCARD": NoCard,
    "SCARD_E_SHARING_VIOLATION": CardShared,
    "SCARD_W_UNRESPONSIVE_CARD": CardMute,
    "SCARD_W_UNPOWERED_CARD": CardMute,
    "SCARD_W_UNSUPPORTED_CARD": CardMute,  # an answer to reset that the reader cannot read
    "SCARD_E_PROTO_MISMATCH": CardMute,  # pcsc-lite's word when the reader found neither T=0 nor T=1
    "SCARD_W_REMOVED_CARD": CardGone,
    "SCARD_W_RESET_CARD": CardGone,
    "SCARD_E_NOT_TRANSACTED": CardGone,
}
ONCE_OPEN: dict[str, type[CardError]] = {
    "SCARD_E_NO_SMARTCARD": CardGone,
    "SCARD_W_UNPOWERED_CARD": CardGone,
    "SCARD_W_UNRESPONSIVE_CARD": CardGone,
    "SCARD_E_INVALID_HANDLE": CardGone,  # our handle died with the service or the reader that gave it
    "SCARD_E_INVALID_VALUE": CardGone,
}
"""What the same codes mean when the card had already answered: it left."""


RAW_LAYER = "smartcard.scard._scard"


class PcscReaders:
    """All the readers that PC/SC knows on this computer."""

    def list(self) -> list[Reader]:
        """Return the readers, with or without a card; raises NoReaderService."""
        scard = _scard()
        with _context(scard) as context:
            code, names = scard.SCardListReaders(context, [])
            if code == scard.SCARD_E_NO_READERS_AVAILABLE:
                return []
            _expect(scard, code)
            return [PcscReader(name) for name in names]


class PcscReader:
    """One reader, known by the name that PC/SC gives it."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def has_card(self) -> bool:
        """Tell whether a card is inside, without touching it; raises NoReader, NoReaderService."""
        scard = _scard()
        with _context(scard) as context:
            code, states = scard.SCardGetStatusChange(context, 0, [(self._name, scard.SCARD_STATE_UNAWARE)])
            _expect(scard, code)
            return bool(states[0][1] & scard.SCARD_STATE_PRESENT)

    def connect(self) -> PcscConnection:
        """Open the card exclusively with T=0 or T=1; raises what `reader.Reader.connect` says, and PcscFailed."""
        scard = _scard()
        with contextlib.ExitStack() as held:
            context = held.enter_context(_context(scard))
            code, card, protocol = scard.SCardConnect(
                context, self._name, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
            )
            _expect(scard, code)
            held.callback(scard.SCardDisconnect, card, scard.SCARD_RESET_CARD)
            code, _, _, _, atr = scard.SCardStatus(card)
            _expect(scard, code, ONCE_OPEN)
            return PcscConnection(scard, card, protocol, bytes(atr), held.pop_all().close)


class PcscConnection:
    """An open card; `release` resets it and gives handle and context back."""

    def __init__(self, scard: Any, card: Any, protocol: int, atr: bytes, release: Callable[[], None]) -> None:
        self._scard = scard
        self._card = card
        self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        self._atr = atr
        self._release = release
        self._dead = False

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, command: bytes) -> bytes:
        """Send one command; raises CardGone, NoReader, NoReaderService, PcscFailed, and stays dead afterwards."""
        if self._dead:
            raise CardGone
        code, answer = self._scard.SCardTransmit(self._card, self._protocol, list(command))
        try:
            _expect(self._scard, code, ONCE_OPEN)
            if not answer:  # a virtual reader's way to say that the card left while it worked
                raise CardGone("no answer")
        except CardError:
            self.close()  # whatever broke, the card's volatile state can no longer be trusted
            raise
        return bytes(answer)

    def control(self, code: int, data: bytes) -> bytes:
        """Ask the reader itself (SCardControl, see `pinpad.Control`); raises CardGone, PcscFailed when it has none.

        A reader that does not know the code refuses it, and the card stays open.
        """
        if self._dead:
            raise CardGone
        from anahtar_card.pinpad import GET_FEATURE_REQUEST

        if code == GET_FEATURE_REQUEST:
            code = self._scard.SCARD_CTL_CODE(code)
        result, answer = self._scard.SCardControl(self._card, code, list(data))
        _expect(self._scard, result, ONCE_OPEN)
        return bytes(answer)

    def close(self) -> None:
        if not self._dead:
            self._dead = True
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _scard() -> Any:
    """Load pyscard's raw layer only when a real reader is wanted: it needs a compiled library that many go without."""
    try:
        return sys.modules.get(RAW_LAYER) or _load(find_spec("smartcard"))
    except ImportError as missing:
        raise NoReaderService("pyscard is not installed") from missing


def _load(package: ModuleSpec | None) -> Any:
    """Load the raw layer without its package, which begins by loading twenty modules that nothing here uses; where it
    lies elsewhere, all of it. Raises ImportError."""
    name = RAW_LAYER.rpartition(".")[2]
    folders = [f"{folder}/scard" for folder in (package and package.submodule_search_locations) or ()]
    found = PathFinder.find_spec(name, folders)
    if found is None or found.origin is None:
        return importlib.import_module("smartcard.scard")
    spec = spec_from_file_location(RAW_LAYER, found.origin)
    assert spec is not None and spec.loader is not None
    layer = sys.modules[RAW_LAYER] = module_from_spec(spec)
    spec.loader.exec_module(layer)
    return layer


@contextlib.contextmanager
def _context(scard: Any) -> Iterator[Any]:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _expect(scard, code)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _expect(scard: Any, code: int, first: dict[str, type[CardError]] | None = None) -> None:
    """Raise what a code means, looking into `first` before the common table."""
    if code == scard.SCARD_S_SUCCESS:
        return
    for name, error in ({**MEANING, **(first or {})}).items():
        if code == getattr(scard, name):
            raise error(name)
    raise PcscFailed(code)
