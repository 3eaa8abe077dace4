"""The authority's signed settings: openssl signs them, the program believes them only as they were signed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from anahtar_desktop import authority
from anahtar_desktop.authority import Authority, NotTheAuthoritys
from anahtar_desktop.settings import Settings, SettingsWrong, of_authority, read

TEXT = (
    'name = "Örnek Sertifika Merkezi"\nserver = "https://portal.example.invalid"\nsupport = ["0850 000 00 00"]\n'
    f'sealing_key = "{"5e" * 32}"\n'
)
SEALING_KEY = b"\x5e" * 32


def key(folder: Path, name: str = "key") -> Path:
    """Make a signing key as docs/operations.md says; returns its public half."""
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    return public


def signed(folder: Path, text: str = TEXT, name: str = "key") -> Path:
    file = folder / authority.FILE
    file.write_text(text, encoding="utf-8")
    command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", folder / f"{name}.pem", "-in", file]
    subprocess.run([*command, "-out", folder / authority.SIGNATURE], check=True)
    return file


def test_what_the_authority_signed_is_believed(tmp_path: Path) -> None:
    public = key(tmp_path)
    found = authority.read(public, signed(tmp_path))
    name, server = "Örnek Sertifika Merkezi", "https://portal.example.invalid"
    assert found == Authority(name, server, SEALING_KEY, ("0850 000 00 00",))


def test_any_changed_byte_is_refused(tmp_path: Path) -> None:
    public, file = key(tmp_path), tmp_path / authority.FILE
    for where in (signed(tmp_path), tmp_path / authority.SIGNATURE):
        whole = where.read_bytes()
        for at in range(0, len(whole), 7):
            where.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(NotTheAuthoritys, match="not signed by the authority"):
                authority.read(public, file)
        where.write_bytes(whole)
    assert authority.read(public, file)


def test_another_key_another_kind_of_key_and_missing_files_are_refused(tmp_path: Path) -> None:
    public, other = key(tmp_path), key(tmp_path, "other")
    file = signed(tmp_path, name="other")
    with pytest.raises(NotTheAuthoritys):
        authority.read(public, file)
    assert authority.read(other, file)
    subprocess.run(["openssl", "genpkey", "-algorithm", "x25519", "-out", tmp_path / "x"], check=True)
    subprocess.run(["openssl", "pkey", "-in", tmp_path / "x", "-pubout", "-out", other], check=True)
    with pytest.raises(NotTheAuthoritys):
        authority.read(other, file)
    (tmp_path / authority.SIGNATURE).unlink()
    with pytest.raises(NotTheAuthoritys, match="FileNotFoundError"):
        authority.read(public, file)


@pytest.mark.parametrize(
    "text",
    [
        "\n",
        "name = 1",
        'name = "a"',
        'server = "https://a.invalid"',
        TEXT + 'code = "ABCD"\n',
        TEXT.replace("5e" * 32, "5e" * 31),
        TEXT.replace("5e" * 32, "zz" * 32),
        TEXT.replace("sealing_key", "# sealing_key"),
        TEXT.replace('["0850 000 00 00"]', '"0850"'),
        TEXT.replace('["0850 000 00 00"]', '["a\\u001b[2J"]'),
        TEXT.replace('["0850 000 00 00"]', "[" + '"x",' * 7 + "]"),
        TEXT + "#" * authority.LARGEST,
        "\x00",
    ],
)
def test_signed_rubbish_is_refused_all_the_same(tmp_path: Path, text: str) -> None:
    public = key(tmp_path)
    with pytest.raises(NotTheAuthoritys):
        authority.read(public, signed(tmp_path, text))


def test_a_build_of_an_authoritys_takes_no_other_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whose = Authority("Merkez", "https://portal.example.invalid", SEALING_KEY)
    monkeypatch.setattr(authority, "here", lambda: whose)
    assert (read({}).server, read({}).sealing_key) == (whose.server, SEALING_KEY)
    config = tmp_path / "eimza.toml"
    own = f'sealing_key = "{"66" * 32}"\n'
    config.write_text(own + 'server = "https://evil.invalid"\n', encoding="utf-8")
    with pytest.raises(SettingsWrong, match="signed settings only"):
        read({"EIMZA_CONFIG": str(config)})
    config.write_text(own + 'server = "https://rehearsal.invalid"\nrehearsal = true\n', encoding="utf-8")
    assert read({"EIMZA_CONFIG": str(config)}).server == "https://rehearsal.invalid", "every page says PROVA then"
    config.write_text('language = "en"\n', encoding="utf-8")
    assert read({"EIMZA_CONFIG": str(config)}).server == whose.server


@pytest.mark.parametrize("server", ["http://portal.example.invalid", "ftp://a", "https://a@b.invalid", ""])
def test_an_authoritys_server_is_https_too(server: str) -> None:
    with pytest.raises(SettingsWrong):
        of_authority(Settings(), Authority("Merkez", server, SEALING_KEY))


def test_a_build_whose_settings_do_not_hold_says_so_and_does_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from anahtar_desktop import cli

    def broken() -> Authority:
        raise NotTheAuthoritys("authority.toml: not signed by the authority of this build")

    monkeypatch.setattr(authority, "here", broken)
    monkeypatch.delenv("EIMZA_CONFIG", raising=False)
    assert cli.main(["status"]) == 2
    assert "not signed by the authority" in capsys.readouterr().err


def test_without_a_key_the_build_belongs_to_nobody() -> None:
    assert authority.here() is None
