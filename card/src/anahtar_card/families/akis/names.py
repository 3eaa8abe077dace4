"""The bytes by which cards of the family `akis` are known and spoken to. SOURCES.md tells where each comes from."""

from __future__ import annotations

FAMILY = "akis"

ATR = bytes.fromhex("3B 89 81 31 FE 45 80 57 41 4E 41 48 54 41 52 14")
"""Answer to reset: T=1, issuer's data "ANAHTAR" in the historical bytes (ISO/IEC 7816-4 section 12.1.1)."""

AID = b"\xf0ANAHTAR\x01"
"""Our application: category F, proprietary and unregistered (ISO/IEC 7816-4 section 12.2.3)."""

SUITE = 0x02
OPERATION_RESET = 0x01
RESET_KEY = "AKIS-RESET"
CARD_KEY = "AKIS-CARD"
RESET_KEY_REFERENCE = 0x01
CARD_KEY_REFERENCE = 0x02

PIN_REFERENCE = 0x81
PUK_REFERENCE = 0x82
SIGNING_KEY_REFERENCE = 0x01

PIN_TRIES = 3
PUK_TRIES = 3
RESET_KEY_TRIES = 5
LEAST_RESET_KEY_TRIES = 3
"""With fewer proven tries the authority gives no consent: the way out is the desk."""
SHORTEST_PIN_BLOCK, LONGEST_PIN_BLOCK = 4, 16

WRAPPED_KEY_LENGTH = 24
SERIAL_LENGTH = 12
SERIAL_OFFSET = 55
SYSTEM_DATA_LENGTH = 77
LIFE_CYCLE_LENGTH = 10
LIFE_CYCLE_OFFSET = 6
ADMINISTRATION, OPERATION, DEAD = 0xA0, 0xA5, 0xAA

DATA_LIFE_CYCLE = 0x04
DATA_SYSTEM = 0x06
DATA_OWN = 0xA1
OWN_DATA_LENGTH = 4
KEY_KIND_RSA, KEY_KIND_EC = 0x01, 0x02

MAX_PIECE = 244
"""The most bytes that OpenSC's akis driver, and so ours, moves in one command or answer."""

MF = 0x3F00
EF_DIR = 0x2F00
DF_PKCS15 = 0x5015
EF_ODF = 0x5031
EF_TOKEN_INFO = 0x5032
EF_AODF = 0x4401
EF_PRKDF = 0x4402
EF_CDF = 0x4403
EF_CERTIFICATE = 0x4301
