"""Names, numbers and subjects of our certificates; pure. All are ours: the real authorities' serve for reading only."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography import x509
from cryptography.x509.oid import NameOID

PARTS = {
    "nes": "1.1",
    "seal-sign": "1.2",
    "seal-encrypt": "1.3",
    "card-device": "1.4",
    "ocsp": "1.5",
    "statement": "2.1",
}
"""What stands where under the arc: policies under 1, qualified statements under 2."""

QC_SYNTAX_V1 = "1.3.6.1.5.5.7.11.1"
"""pkixQCSyntax-v1 (RFC 3739 section 3.2.6.1)."""
QC_COMPLIANCE = "0.4.0.1862.1.1"
"""id-etsi-qcs-QcCompliance (ETSI EN 319 412-5 section 4.2.1)."""
STANDARD = frozenset({QC_SYNTAX_V1, QC_COMPLIANCE})
"""The only statement OIDs outside our arc that may stand in a certificate of ours."""

LONGEST_NAME = 64  # ub-common-name (RFC 5280 appendix A.1), and the bytes that the library takes


class OutsideOurArc(ValueError):
    """A policy or statement OID is neither under our arc nor a standard one; `name` says which setting."""

    def __init__(self, name: str, oid: str) -> None:
        super().__init__(f"{name} = {oid} is outside our arc")
        self.name, self.oid = name, oid


def oid_of(name: str, arc: str, own: Mapping[str, str]) -> str:
    """Return the OID of a policy or statement: the one of the settings, else its place under the arc."""
    return own.get(name) or f"{arc}.{PARTS[name]}"


def check_oids(arc: str, own: Mapping[str, str]) -> None:
    """Raises OutsideOurArc for an arc that is made of no UUID, and for an OID of the settings outside the arc."""
    root, _, uuid = arc.rpartition(".")
    if root != "2.25" or not (uuid.isascii() and uuid.isdigit()) or not 0 < int(uuid) < 2**128:
        raise OutsideOurArc("arc", arc)
    for name, oid in own.items():
        if name not in PARTS:
            raise OutsideOurArc(name, oid)
        rest = oid.removeprefix(f"{arc}.")
        inside = rest != oid and all(part.isascii() and part.isdigit() for part in rest.split("."))
        if not inside and oid not in STANDARD:
            raise OutsideOurArc(name, oid)


def fit_common_name(title: str) -> str:
    """Cut a title at a word so that it fits 64 characters and 64 bytes of UTF-8; the register has the whole."""
    if len(title.encode()) <= LONGEST_NAME:
        return title
    words, fitting = title.split(), ""
    for word in words:
        longer = f"{fitting} {word}".strip()
        if len(longer.encode()) > LONGEST_NAME:
            break
        fitting = longer
    return fitting or title.encode()[:LONGEST_NAME].decode(errors="ignore")


def nes_subject(name: str, tckn: str) -> x509.Name:
    """A person's subject: C=TR, CN = name, serialNumber = TCKN."""
    return _name(("C", "TR"), ("CN", name), ("serialNumber", tckn))


def seal_subject(title: str, tax_number: str) -> x509.Name:
    """A taxpayer's subject: CN = title, serialNumber = VKN, nothing else."""
    return _name(("CN", title), ("serialNumber", tax_number))


def authority_subject(organisation: str, title: str) -> x509.Name:
    """The subject of an authority or a responder: C=TR, O, CN."""
    return _name(("C", "TR"), ("O", organisation), ("CN", title))


def device_subject(serial: str) -> x509.Name:
    """The subject of a card itself: its serial number."""
    return _name(("CN", f"Anahtar {serial}"), ("serialNumber", serial))


_TYPES = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "CN": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
}


def _name(*parts: tuple[str, str]) -> x509.Name:
    fitting = ((kind, fit_common_name(text) if kind in ("CN", "O") else text) for kind, text in parts)
    return x509.Name([x509.NameAttribute(_TYPES[kind], text) for kind, text in fitting])
