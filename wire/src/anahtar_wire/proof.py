"""How a program proves that a request comes from the key that claimed the code.

The header `Anahtar-Proof` holds, in hex, an ECDSA signature (P-256, SHA-256, DER) over the bytes that `signed_bytes`
returns. The key service checks it again for itself, so a web tier in hostile hands cannot speak for a program.
"""

from __future__ import annotations

HEADER = "Anahtar-Proof"
_LABEL = b"anahtar-proof-1"


def signed_bytes(method: str, path: str, body: bytes) -> bytes:
    """Return what the program signs: a label, the HTTP method, the path without host, the body exactly as sent.

    Each part comes after its length (4 bytes, big-endian): no two requests give the same bytes, whatever they hold.
    """
    parts = (_LABEL, method.upper().encode(), path.encode(), body)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
