"""How a card's key comes from the master of its key version, in the token.

The key is AES-ECB(master, block 1 ‖ … ‖ block n), PKCS#11 v2.40 mechanisms 2.15 (CKM_AES_ECB_ENCRYPT_DATA), with
block i = (n<<4 | i) ‖ SHA-256(label ‖ 00 ‖ context)[:15]. i counts from 1, as the counter of NIST SP 800-108 does. The
card keys are AES-128, so n = 1 and the one block begins with 11.
"""

from __future__ import annotations

from hashlib import sha256

CARD_KEY_BYTES = 16
BLOCK_BYTES = 16


def blocks(label: str, context: bytes, *, key_bytes: int = CARD_KEY_BYTES) -> bytes:
    """Return what is encrypted under the master to make a key of `key_bytes` (a multiple of 16, at most 240)."""
    n, rest = divmod(key_bytes, BLOCK_BYTES)
    if rest or not 1 <= n <= 15:
        raise ValueError("a derived key has 1 to 15 blocks of 16 bytes")
    name = sha256(label.encode("ascii") + b"\x00" + context).digest()[: BLOCK_BYTES - 1]
    return b"".join(bytes([n << 4 | i]) + name for i in range(1, n + 1))
