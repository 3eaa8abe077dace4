"""Checking that a request comes from the key that claimed the unlock."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from anahtar_wire.problems import Problem, Refusal
from anahtar_wire.proof import signed_bytes


def check_proof(*, program_key: bytes, method: str, path: str, body: bytes, proof: str) -> None:
    """Return if `proof` (hex of a DER signature) is the program's over this request; `program_key` is its P-256 point.

    Raises Refusal PROGRAM_PROOF_WRONG.
    """
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), program_key)
        key.verify(bytes.fromhex(proof), signed_bytes(method, path, body), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        raise Refusal(Problem.PROGRAM_PROOF_WRONG) from None
