"""Which custody the settings choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from anahtar_server.config import Pkcs11Keys, SecretFile, config
from anahtar_server.custody import CustodyGone, RehearsalOnly, open_custody, softhsm
from anahtar_server.custody.software import SoftwareCustody

LABEL = "chosen"


def _secret(folder: Path, text: str) -> SecretFile:
    path = folder / "pin"
    path.touch(mode=0o600)
    path.write_text(text)
    return SecretFile(path=path)


def _keys(folder: Path, configuration: Path) -> Pkcs11Keys:
    return Pkcs11Keys(
        kind="pkcs11",
        module=softhsm.module() or "",
        token=LABEL,
        pin_file=_secret(folder, "73829164\n"),
        configuration=configuration,
    )


def test_a_rehearsal_may_choose_software_keys() -> None:
    assert isinstance(open_custody(config()), SoftwareCustody)


def test_software_keys_do_not_open_in_earnest() -> None:
    with pytest.raises(RehearsalOnly):
        open_custody(config().model_copy(update={"rehearsal": False}))


def test_the_settings_open_a_token_with_the_pin_of_a_file(folder: Path) -> None:
    made = softhsm.make_token(folder, label=LABEL, pin="73829164", so_pin="46192837")
    custody = open_custody(config().model_copy(update={"custody": _keys(folder, made), "rehearsal": False}))
    custody.make_master(1)
    assert custody.has(key_version=1)
    custody.close()


def test_a_pin_file_that_others_may_read_opens_nothing(folder: Path) -> None:
    made = softhsm.make_token(folder, label=LABEL, pin="73829164", so_pin="46192837")
    keys = _keys(folder, made)
    keys.pin_file.path.chmod(0o644)
    with pytest.raises(CustodyGone, match="chmod"):
        open_custody(config().model_copy(update={"custody": keys})).check()


def test_a_token_is_not_made_with_a_pin_that_the_token_refuses(folder: Path) -> None:
    with pytest.raises(CustodyGone, match="C_InitPIN") as caught:
        softhsm.make_token(folder, label=LABEL, pin="1", so_pin="46192837")
    assert "46192837" not in str(caught.value)
