"""The card's part of an unlock, with an authority that answers at once: python -m bench.parts.card_part READER.

The card is the example card, whose keys everybody knows; the new PIN comes by the environment (NEW).
"""

from __future__ import annotations

import os
import secrets
import sys

from anahtar_card.families.akis import example, messages, names
from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.issuer import AkisIssuer
from anahtar_card.family import Grant
from anahtar_card.flow import converse
from anahtar_card.pcsc import PcscReader
from anahtar_card.pin import Pin

KEYS = {names.RESET_KEY: example.RESET_KEY, names.CARD_KEY: example.CARD_KEY}


def main() -> None:
    """Unlock the card in the reader; ends with an error unless its evidence holds."""
    issuer, session = AkisIssuer(), secrets.token_bytes(16)
    grant, later = Grant(session, secrets.token_bytes(16)), Grant(session, secrets.token_bytes(16))
    nonces = []

    def mac(label: str, context: bytes, message: bytes) -> bytes:
        return messages.aes_cmac(KEYS[label], message)

    def answer(challenge: bytes) -> bytes:
        statement = issuer.read_proof(example.RECORD, grant, challenge, mac)
        nonces.append(statement.card_nonce)
        return issuer.answer(issuer.consent(example.RECORD, grant, statement, mac), later.nonce)

    with PcscReader(sys.argv[1]).connect() as card:
        evidence = converse(AkisDriver().unlock(grant, Pin(os.environ["NEW"])), card, answer=answer)
    if not issuer.read_evidence(example.RECORD, later, nonces[0], evidence, mac).verified:
        sys.exit("the card does not say that it has the new PIN")


if __name__ == "__main__":
    main()
