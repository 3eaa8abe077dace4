"""Which key store the settings choose."""

from __future__ import annotations

from anahtar_server.config import Config, Pkcs11Keys, SettingsWrong
from anahtar_server.custody.errors import CustodyGone
from anahtar_server.custody.port import Custody


def open_custody(config: Config) -> Custody:
    """Return the custody of the settings; nothing is loaded before its first use, so it may be made before a fork.

    Raises RehearsalOnly for software keys outside of a rehearsal.
    """
    keys = config.custody
    if isinstance(keys, Pkcs11Keys):
        from anahtar_server.custody.pkcs11 import Pkcs11Custody

        return Pkcs11Custody(
            module=keys.module, token=keys.token, pin=lambda: _pin(keys), configuration=keys.configuration
        )
    from anahtar_server.custody.software import SoftwareCustody

    return SoftwareCustody(keys.file.path, rehearsal=config.rehearsal)


def _pin(keys: Pkcs11Keys) -> str:
    try:
        return keys.pin_file.read().decode()
    except SettingsWrong as error:
        raise CustodyGone(str(error)) from None
