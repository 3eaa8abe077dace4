"""A session with a token that is opened when needed and, when it was dropped, opened once again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from pkcs11 import Attribute, ObjectClass

from anahtar_server.custody.errors import CustodyError, CustodyGone, KeyMissing
from anahtar_server.custody.library import SECONDS, load, on_token_thread

Answer = TypeVar("Answer")
PinSource = Callable[[], str]


@dataclass
class Session:
    """An open session, and the handles of keys found in it."""

    raw: Any  # pkcs11.Session: its stubs know nothing of the methods that depend on the key
    found: dict[tuple[ObjectClass, str], Any] = field(default_factory=dict)

    def key(self, kind: ObjectClass, label: str) -> Any:
        """Return the handle of the key `label`; raises KeyMissing."""
        known = self.found.get((kind, label))
        if known is None:
            known = self._search(kind, label)
            self.found[kind, label] = known
        return known

    def has(self, kind: ObjectClass, label: str) -> bool:
        """Say whether the token holds the key `label`."""
        try:
            self._search(kind, label)
        except KeyMissing:
            return False
        return True

    def _search(self, kind: ObjectClass, label: str) -> Any:
        objects = list(self.raw.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label, Attribute.TOKEN: True}))
        if not objects:
            raise KeyMissing(label)
        if len(objects) > 1:
            raise CustodyError(f"the token holds {len(objects)} keys named {label}")
        return objects[0]


class Token:
    """The token labelled `label` behind the library `module`; `pin` is asked for at each login and never kept."""

    def __init__(self, *, module: str, label: str, pin: PinSource, configuration: Path | None = None) -> None:
        self._module, self._label, self._pin, self._configuration = module, label, pin, configuration
        self._session: Session | None = None
        self._refused = False

    def __repr__(self) -> str:
        return f"<Token {self._label}>"

    def ask(self, use: Callable[[Session], Answer], *, seconds: float = SECONDS) -> Answer:
        """Return what `use` returns for an open session; raises CustodyGone when there is none to be had."""
        return on_token_thread(lambda: self._twice(use), seconds=seconds)

    def close(self) -> None:
        """End the session, if one is open; never raises."""
        with suppress(CustodyGone):  # a token that hangs has no session worth ending
            on_token_thread(self._drop)

    def _twice(self, use: Callable[[Session], Answer]) -> Answer:
        try:
            return use(self._open())
        except pkcs11.PKCS11Error:
            # Whatever the library says first: sessions, logins and handles may all be from before the token went.
            self._session = None
        try:
            return use(self._open(anew=True))
        except pkcs11.PKCS11Error as error:
            self._session = None
            raise CustodyGone(f"the token failed ({type(error).__name__})") from None

    def _open(self, *, anew: bool = False) -> Session:
        library = load(self._module, self._configuration, anew=anew)
        if self._session is None:
            if self._refused:
                raise CustodyGone("the token refused the PIN; it is not tried again")
            self._session = Session(self._login(self._found(library)))
        return self._session

    def _found(self, library: Any) -> Any:
        try:
            return library.get_token(token_label=self._label)
        except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned) as error:
            raise CustodyGone(f"the token is not there ({type(error).__name__})") from None

    def _login(self, token: Any) -> Any:
        try:
            return token.open(rw=True, user_pin=self._pin())
        except pkcs11.UserAlreadyLoggedIn:
            return token.open(rw=True)  # a login holds for every session of the process (PKCS#11 v2.40 base 6.7.4)
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked):
            self._refused = True  # a token locks after a few wrong PINs
            raise CustodyGone("the token refused the PIN") from None

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.raw.close()
        except pkcs11.PKCS11Error:
            return  # it had gone already
