"""What each kind of certificate holds, as one table; pure. The page of the docs is drawn from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec, rsa


class Key(StrEnum):
    """A kind of key that a profile takes."""

    RSA_2048 = "RSA-2048"
    P_256 = "EC P-256"
    P_384 = "EC P-384"


class Usage(StrEnum):
    """A bit of the key usage, by its name in RFC 5280 section 4.2.1.3."""

    DIGITAL_SIGNATURE = "digitalSignature"
    NON_REPUDIATION = "nonRepudiation"
    KEY_AGREEMENT = "keyAgreement"
    CERT_SIGN = "keyCertSign"
    CRL_SIGN = "cRLSign"


class Status(StrEnum):
    """Where a relying party is sent: the issuer's certificate and OCSP (AIA), the lists (CDP)."""

    ISSUER = "AIA caIssuers"
    OCSP = "AIA OCSP"
    LISTS = "CDP"


class Statement(StrEnum):
    """A qualified statement, in the order in which a NES carries them (RFC 3739 section 3.2.6)."""

    QC_SYNTAX = "pkixQCSyntax-v1"
    QC_COMPLIANCE = "QcCompliance"
    NATIONAL = "national statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of certificate. `days` is the longest validity; no certificate outlives its issuer."""

    name: str
    what: str
    subject: tuple[str, ...]
    keys: frozenset[Key]
    usage: frozenset[Usage]
    days: int
    extended: tuple[str, ...] = ()
    authority: bool = False
    path_length: int | None = None
    policies: tuple[str, ...] = ()
    notice: bool = False
    statements: tuple[Statement, ...] = ()
    status: frozenset[Status] = frozenset()
    no_check: bool = False


OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
"""id-kp-OCSPSigning (RFC 5280 section 4.2.1.12): what makes a responder a delegated one (RFC 6960 section 4.2.2.2)."""

_ISSUES = frozenset({Usage.CERT_SIGN, Usage.CRL_SIGN})
_SIGNS = frozenset({Usage.DIGITAL_SIGNATURE})
_ALL = frozenset(Status)
_NAMED = ("C", "O", "CN")
_LEAVES = ("nes", "seal-sign", "seal-encrypt", "card-device", "ocsp")

ROOT = Profile(
    name="root",
    what="the root, which signs issuing authorities and nothing else",
    subject=_NAMED,
    keys=frozenset({Key.P_384}),
    usage=_ISSUES,
    days=20 * 365,
    authority=True,
)
ISSUING = Profile(
    name="issuing",
    what="an issuing authority",
    subject=_NAMED,
    keys=frozenset({Key.P_384}),
    usage=_ISSUES,
    days=10 * 365,
    authority=True,
    path_length=0,
    # Named one by one: an authority of ours issues under these and no other policy.
    policies=_LEAVES,
    status=frozenset({Status.ISSUER, Status.LISTS}),
)
OCSP = Profile(
    name="ocsp",
    what="the responder that signs status answers for its issuing authority",
    subject=_NAMED,
    keys=frozenset({Key.P_256}),
    usage=_SIGNS,
    days=30,
    extended=(OCSP_SIGNING,),
    policies=("ocsp",),
    status=frozenset({Status.ISSUER}),
    no_check=True,  # its own status is never asked (RFC 6960 section 4.2.2.2.1), so it lives a month only
)
NES = Profile(
    name="nes",
    what="a person's qualified certificate (NES)",
    subject=("C", "CN", "serialNumber"),
    keys=frozenset(Key),
    usage=_SIGNS | {Usage.NON_REPUDIATION},
    days=3 * 365,
    policies=("nes",),
    notice=True,
    statements=tuple(Statement),
    status=_ALL,
)
SEAL_SIGN = Profile(
    name="seal-sign",
    what="a firm's seal (Mali Mühür), to sign",
    subject=("CN", "serialNumber"),
    keys=frozenset({Key.P_384}),
    usage=_SIGNS,
    days=3 * 365,
    policies=("seal-sign",),
    status=_ALL,
)
SEAL_ENCRYPT = Profile(
    name="seal-encrypt",
    what="a firm's seal (Mali Mühür), to encrypt",
    subject=("CN", "serialNumber"),
    keys=frozenset({Key.P_384}),
    usage=frozenset({Usage.KEY_AGREEMENT}),
    days=3 * 365,
    policies=("seal-encrypt",),
    status=_ALL,
)
CARD_DEVICE = Profile(
    name="card-device",
    what="a card itself, for its secure channel",
    subject=("CN", "serialNumber"),
    keys=frozenset({Key.P_256}),
    usage=_SIGNS | {Usage.KEY_AGREEMENT},
    days=10 * 365,
    policies=("card-device",),
    status=_ALL,
)
PROFILES: dict[str, Profile] = {
    one.name: one for one in (ROOT, ISSUING, OCSP, NES, SEAL_SIGN, SEAL_ENCRYPT, CARD_DEVICE)
}
"""Every profile by its name, as the register keeps it."""

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
_CURVES = {"secp256r1": Key.P_256, "secp384r1": Key.P_384}


class KeyRefused(ValueError):
    """A key that its profile does not take."""

    def __init__(self, profile: str, found: str) -> None:
        super().__init__(f"{profile} takes no key of this kind: {found}")
        self.profile, self.found = profile, found


def check_key(profile: Profile, key: object) -> PublicKey:
    """Return the key if the profile takes it; raises KeyRefused. An RSA key has the exponent 65537."""
    if isinstance(key, rsa.RSAPublicKey):
        kind = Key.RSA_2048 if key.key_size == 2048 and key.public_numbers().e == 65537 else None
        found = f"RSA-{key.key_size}"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind, found = _CURVES.get(key.curve.name), key.curve.name
    else:
        raise KeyRefused(profile.name, type(key).__name__)
    if kind not in profile.keys:
        raise KeyRefused(profile.name, found)
    return key
