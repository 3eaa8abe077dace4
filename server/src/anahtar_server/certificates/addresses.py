"""Where the status services answer; these stand in certificates and lists, so they never change their shape."""

from __future__ import annotations


def ocsp(base: str) -> str:
    """Return the address of the OCSP service (ÇiSDuP)."""
    return f"{base}/ocsp"


def issuer(base: str, authority: str) -> str:
    """Return where an authority's certificate lies (DER)."""
    return f"{base}/ca/{authority}.cer"


def full_list(base: str, authority: str, partition: int) -> str:
    """Return where the full list (SİL) of a partition lies (DER)."""
    return f"{base}/crl/{authority}-{partition}.crl"


def delta_list(base: str, authority: str, partition: int) -> str:
    """Return where the changes since an earlier full list lie (DER)."""
    return f"{base}/crl/{authority}-{partition}-delta.crl"
