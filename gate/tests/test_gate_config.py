"""Settings: what is read, and what is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from anahtar_gate.config import ConfigWrong, GateConfig, read_config, read_secret, write_secret
from anahtar_gate.notices.sink import SmsNotPossible, send_sms
from anahtar_gate.provider.keys import load_signing_key, make_signing_key

RIGHT = """
rehearsal = {rehearsal}
[server]
anything = "of another program"
[gate]
public_url = "{public_url}"
database = "gate.sqlite3"
secret_key_file = "secret/gate"
signing_key_file = "/absolute/key"
{more}
[[gate.clients]]
client_id = "{client_id}"
client_secret_file = "secret/client"
redirect_uris = {redirect_uris}
name = "Portal"
"""
FACTS = {
    "rehearsal": "true",
    "public_url": "https://kapi.example",
    "more": 'inbox = "inbox"',
    "client_id": "portal",
    "redirect_uris": '["https://portal.example/back"]',
}


def read_with(folder: Path, **changes: str) -> GateConfig:
    """The settings with changes."""
    (folder / "anahtar.toml").write_text(RIGHT.format(**{**FACTS, **changes}), encoding="utf-8")
    return read_config(folder / "anahtar.toml")


def test_relative_paths_are_relative_to_the_settings_file(tmp_path: Path) -> None:
    config = read_with(tmp_path)
    assert config.database == tmp_path / "gate.sqlite3"
    assert config.signing_key_file == Path("/absolute/key")
    assert config.clients[0].client_secret_file == tmp_path / "secret" / "client"
    assert (config.host, config.port) == ("127.0.0.1", 8401)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rehearsal": "false"}, "sink"),
        ({"more": ""}, "inbox"),
        ({"more": 'inbox = "inbox"\nsurprise = 1'}, "surprise"),
        ({"more": 'inbox = "inbox"\nport = "8401"'}, "port"),
        ({"public_url": "http://kapi.example"}, "https"),
        ({"public_url": "https://kapi.example/path"}, "path"),
        ({"public_url": "https://giris.turkiye.gov.tr"}, "real"),
        ({"client_id": "a b"}, "client_id"),
        ({"redirect_uris": "[]"}, "redirect_uris"),
        ({"redirect_uris": '["http://portal.example/back"]'}, "https"),
        ({"redirect_uris": '["https://a.example/#x"]'}, "fragment"),
        ({"redirect_uris": '["https://a.example/", "https://b.example/"]'}, "same host"),
        ({"rehearsal": "maybe"}, "anahtar.toml"),
    ],
)
def test_wrong_settings_are_refused_with_the_reason(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigWrong, match=said):
        read_with(tmp_path, **changes)


def test_the_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_with(tmp_path).port = 1


def test_a_missing_file_or_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigWrong, match=r"anahtar\.toml"):
        read_config(tmp_path / "anahtar.toml")
    (tmp_path / "anahtar.toml").write_text("rehearsal = true", encoding="utf-8")
    with pytest.raises(ConfigWrong, match=r"\[gate\]"):
        read_config(tmp_path / "anahtar.toml")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_that_others_may_reach_is_refused(tmp_path: Path, mode: int) -> None:
    write_secret(tmp_path / "secret", "quiet")
    assert read_secret(tmp_path / "secret") == "quiet"
    (tmp_path / "secret").chmod(mode)
    with pytest.raises(ConfigWrong, match="others may read or write") as refused:
        read_secret(tmp_path / "secret")
    assert "quiet" not in str(refused.value)


def test_a_secret_is_never_overwritten(tmp_path: Path) -> None:
    make_signing_key(tmp_path / "key")
    with pytest.raises(FileExistsError):
        make_signing_key(tmp_path / "key")


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ECKey.generate_key("P-256"), "ES256"),
        (RSAKey.generate_key(2048), "RS256"),
        (ECKey.generate_key("P-384"), None),
        (OKPKey.generate_key("Ed25519"), None),
    ],
)
def test_signing_keys_of_two_kinds_are_taken(
    tmp_path: Path, key: ECKey | RSAKey | OKPKey, algorithm: str | None
) -> None:
    write_secret(tmp_path / "key.pem", key.as_pem(private=True).decode())
    write_secret(tmp_path / "public.pem", key.as_pem(private=False).decode())
    with pytest.raises(ConfigWrong):
        load_signing_key(tmp_path / "public.pem")
    if algorithm is None:
        with pytest.raises(ConfigWrong):
            load_signing_key(tmp_path / "key.pem")
        return
    loaded = load_signing_key(tmp_path / "key.pem")
    assert loaded.algorithm == algorithm
    assert not {"d", "p", "q"} & set(loaded.public_jwk())
    assert "private" not in repr(loaded).lower()


def test_the_sink_refuses_to_work_in_earnest(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    config = read_with(tmp_path).model_copy(update={"rehearsal": False})
    with pytest.raises(SmsNotPossible):
        send_sms(config=config, to="+905550000042", text="x", now=datetime.now(UTC))
    assert not (tmp_path / "inbox").exists()
