"""The chapter of the certificates: what a relying party sees when a certificate is suspended, lifted and revoked.
The relying party is openssl, and all that it knows is the certificate on the card."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from anahtar_story import holder
from anahtar_story.browser import Browser
from anahtar_story.guide import Guide
from anahtar_story.record import Chapter, expect
from anahtar_story.stage import StageNotReady

_SEEN_WITHIN = 10.0
_FIRST, _SECOND = "operator:demo", "operator:demo-two"


@dataclass
class RelyingParty:
    """Somebody who was handed a certificate, and follows the addresses that it names."""

    folder: Path

    def openssl(self, *arguments: str) -> str:
        """Run openssl and return all that it says."""
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True)
        return done.stdout + done.stderr

    def take(self, certificate: bytes) -> str:
        """Take a certificate (DER), fetch its chain, and return its serial number."""
        self._keep("leaf", certificate)
        for above, below in (("issuing", "leaf"), ("root", "issuing")):
            found = re.search(r"CA Issuers - URI:(\S+)", self._text(below))
            expect(found is not None, f"{below} names its issuer's certificate")
            assert found is not None
            self._keep(above, _fetch(found[1]))
        said = self.openssl("x509", "-in", "leaf.pem", "-noout", "-serial")
        return f"{int(said.strip().removeprefix('serial='), 16):x}"

    def chain(self) -> str:
        """Check the chain, without looking at the status."""
        return self.openssl(
            "verify", "-x509_strict", "-policy_check", "-CAfile", "root.pem", "-untrusted", "issuing.pem", "leaf.pem"
        )

    def status(self) -> str:
        """Ask at the address that the certificate names; return openssl's line about it, empty without an answer."""
        address = self.openssl("x509", "-in", "leaf.pem", "-noout", "-ocsp_uri").strip()
        said = self.openssl(
            "ocsp", "-issuer", "issuing.pem", "-cert", "leaf.pem", "-url", address, "-CAfile", "root.pem",
            "-verify_other", "issuing.pem",
        )  # fmt: skip
        if "Response verify OK" not in said:
            return ""
        found = re.search(r"leaf\.pem: (\w+)", said)
        reason = re.search(r"Reason: (\w+)", said)
        return (found[1] if found else "") + (f" ({reason[1]})" if reason else "")

    def listed(self) -> str:
        """Fetch the list that the certificate names, verify it, and check the certificate against it."""
        found = re.search(r"URI:(\S+\.crl)", self._text("leaf"))
        assert found is not None
        (self.folder / "list.crl").write_bytes(_fetch(found[1]))
        said = self.openssl("crl", "-inform", "DER", "-in", "list.crl", "-CAfile", "issuing.pem", "-out", "list.pem")
        expect("verify OK" in said, f"openssl verifies the list: {said}")
        said = self.openssl(
            "verify",
            "-crl_check",
            "-CRLfile",
            "list.pem",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "issuing.pem",
            "leaf.pem",
        )
        return "revoked" if "certificate revoked" in said else "not revoked" if "leaf.pem: OK" in said else said

    def _keep(self, name: str, der: bytes) -> None:
        (self.folder / f"{name}.cer").write_bytes(der)
        self.openssl("x509", "-inform", "DER", "-in", f"{name}.cer", "-out", f"{name}.pem")

    def _text(self, name: str) -> str:
        return self.openssl("x509", "-in", f"{name}.pem", "-noout", "-text")


def certificates_chapter(guide: Guide, chapter: Chapter) -> None:
    """A NES suspended, lifted and revoked by its holder on the pages; nobody unlocks its card after that, so this comes
    late."""
    reader, person = holder.reader_with(guide.readers, 2048), guide.stage.people[0]
    with tempfile.TemporaryDirectory() as folder:
        party = RelyingParty(Path(folder))
        with chapter.step("the card's certificate and its chain", "openssl") as step:
            serial = party.take(holder.ask_card(reader, lambda driver: driver.certificate()))
            said = party.chain()
            expect("leaf.pem: OK" in said, f"openssl accepts the chain: {said}")
            step.show(serial=f"{serial[:8]}…", chain="OK")
        _status(chapter, party, "its status", "good")
        browser = guide.sign_in(chapter, person, "NES PIN Oluşturma/Değiştirme", "NES İşlemleri")
        page = f"{guide.stage.portal}/nes/sertifika/{serial}/"
        with chapter.step("Askıya Al", "browser") as step:
            browser.open(f"{page}askiya-al/")
            browser.press("Askıya Al")
            step.show(**_shown(browser))
        _status(chapter, party, "its status now", "revoked (certificateHold)")
        with chapter.step("Askıdan İndir, confirmed by WEB Parola", "browser") as step:
            browser.open(f"{page}askidan-indir/")
            browser.press("Onaya Geç")
            browser.press("WEB Parola ile Onayla")
            browser.submit_with("onay", onay=person["web_password"])
            step.show(**_shown(browser))
        _status(chapter, party, "its status again", "good")
        _list(chapter, party, "not revoked")
        with chapter.step("Sertifikamı İptal Et, confirmed by SMS", "browser") as step:
            code = guide.sms_code(person)
            browser.open(f"{page}iptal/")
            browser.submit_with("last_four", last_four=serial[-4:])
            browser.press("SMS ile Kod Gönder")
            browser.submit_with("onay", onay=code())
            step.show(**_shown(browser))
        _status(chapter, party, "its status from now on", "revoked")
        _list(chapter, party, "revoked")
        with chapter.step("nothing can be lifted any more", "operator") as step:
            browser.open(f"{guide.stage.portal}/nes/sertifika/?islem=askidan-indir")
            expect(f"{serial}/askidan-indir" not in browser.html, "it is gone from the list of what can be lifted")
            step.show(said=_refused(guide, "lift", serial, "--second", _SECOND), listed="no")


def _shown(browser: Browser) -> dict[str, str]:
    """What the certificate's page says of its state."""
    return {"page": str(browser.element("#durum")["data-state"])}


def _refused(guide: Guide, act: str, serial: str, *more: str) -> str:
    try:
        guide.stage.run("anahtar", "certificates", act, serial, "--actor", _FIRST, *more)
    except StageNotReady as refused:
        return str(refused).strip().rsplit(" ", 1)[-1]
    raise AssertionError(f"{act} was not refused")


def _status(chapter: Chapter, party: RelyingParty, name: str, expected: str) -> None:
    with chapter.step(f"{name}: openssl ocsp", "openssl") as step:
        step.show(ocsp=until(party.status, expected))


def _list(chapter: Chapter, party: RelyingParty, expected: str) -> None:
    with chapter.step("the list that it names: openssl crl, verify -crl_check", "openssl") as step:
        step.show(crl=until(party.listed, expected))


def until(ask: object, expected: str) -> str:
    """Ask until the expected answer is published; the worker does it by itself."""
    assert callable(ask)
    deadline = time.monotonic() + _SEEN_WITHIN
    said = ""
    while time.monotonic() < deadline:
        said = str(ask())
        if said == expected:
            return said
        time.sleep(0.05)
    expect(False, f"openssl says {said!r} instead of {expected!r}")
    return said


def _fetch(address: str) -> bytes:
    expect(address.startswith("http://localhost:"), "the rehearsal's own status services")
    with urlopen(address, timeout=5) as answer:  # noqa: S310  # the line above
        body: bytes = answer.read()
    return body
